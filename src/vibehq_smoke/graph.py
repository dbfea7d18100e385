"""From needs to a directed acyclic graph, and from a selection to a plan that the engine can run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from .checks import Check
from .errors import GraphError, UsageError, nearest
from .models import Component


class Graph:
    """All known checks and components, with every need resolved.

    Raises GraphError, naming both places, for an id used twice, a need that nothing satisfies, a cycle,
    and a check that asks for an argument that neither a need nor a resource provides.
    """

    def __init__(
        self, checks: Iterable[Check], components: Iterable[Component] = (), resources: Iterable[str] = ()
    ) -> None:
        self.checks = by_id(checks)
        self.families = _families(self.checks.values())
        """Checks that were made from one function, by the id that they share."""
        self.components = _components_by_id(components)
        self._resources = frozenset(resources)
        self.check_needs = {id_: self._check_needs(check) for id_, check in self.checks.items()}
        for check in self.checks.values():
            self._refuse_unknown_arguments(check)
        self.order = self._sorted()

    def _check_needs(self, check: Check) -> tuple[str, ...]:
        found = []
        for need in check.spec.needs:
            if need in self.checks:
                found.append(need)
            elif need not in self.components:
                near = nearest(need, [*self.checks, *self.components])
                hint = f"; did you mean {near!r}{_at(self.checks.get(near))}?" if near else ""
                raise GraphError(
                    f"{check.spec.location}: {check.id} needs {need!r}, which is neither a check nor a component{hint}"
                )
        return tuple(found)

    def _refuse_unknown_arguments(self, check: Check) -> None:
        given = [name for name in check.arguments if name not in self._resources]
        available = len(self.check_needs[check.id])
        if len(given) > available:
            surplus = given[available]
            near = nearest(surplus, self._resources)
            hint = f"; did you mean the resource {near!r}?" if near else ""
            raise GraphError(
                f"{check.spec.location}: {check.id} takes the argument {surplus!r}, but it needs {available} "
                f"check(s) and no plugin provides a resource of that name{hint}"
            )

    def _sorted(self) -> tuple[str, ...]:
        sorter = TopologicalSorter(self.check_needs)
        try:
            return tuple(sorter.static_order())
        except CycleError as error:
            ring = [self.checks[name] for name in reversed(error.args[1])]
            path = " needs ".join(f"{check.id} ({check.spec.location})" for check in ring)
            raise GraphError(f"these checks need each other in a circle: {path}") from None

    def items(self, id_: str) -> tuple[str, ...]:
        """The ids that ``id_`` means: itself, all that share it, or none."""
        return (id_,) if id_ in self.checks else self.families.get(id_, ())

    def component_needs(self, check: Check) -> tuple[str, ...]:
        """The components that ``check`` names as needs."""
        return tuple(need for need in check.spec.needs if need not in self.checks)

    def closure(self, ids: Iterable[str]) -> set[str]:
        """``ids`` and every check that they need, directly or not."""
        found: set[str] = set()
        todo = list(ids)
        while todo:
            id_ = todo.pop()
            if id_ not in found:
                found.add(id_)
                todo.extend(self.check_needs[id_])
        return found

    def writes(self, id_: str) -> bool:
        """Whether running a check creates something: it does so itself, or something that it needs does."""
        return any(self.checks[needed].spec.writes for needed in self.closure([id_]))

    def chain_lengths(self, among: Iterable[str]) -> dict[str, int]:
        """For each check, how many checks stand in the longest chain that waits for it, itself included."""
        members = set(among)
        lengths = dict.fromkeys(members, 1)
        for id_ in reversed([id_ for id_ in self.order if id_ in members]):
            for need in self.check_needs[id_]:
                if need in members:
                    lengths[need] = max(lengths[need], lengths[id_] + 1)
        return lengths


class Plan:
    """What is going to run: the selected checks in order, and the hidden ones that they need."""

    def __init__(self, graph: Graph, selected: Sequence[str]) -> None:
        self.graph = graph
        self._checks: dict[str, Check] = {
            item: graph.checks[item] for id_ in selected for item in graph.items(id_) or (id_,)
        }
        self._changed: dict[str, Check] = {}
        self.deselected: dict[str, str] = {}
        self.is_probed = True
        """Whether the plugins ask the components in preflight, before any check."""

    @property
    def selected(self) -> tuple[Check, ...]:
        """The selected checks, in the order in which they are shown."""
        return tuple(self._checks.values())

    @property
    def hidden(self) -> tuple[Check, ...]:
        """Checks that were not selected but that a selected one needs; they run too."""
        needed = self.graph.closure(self._checks) - self._checks.keys()
        return tuple(self._changed.get(id_, self.graph.checks[id_]) for id_ in self.graph.order if id_ in needed)

    def deselect(self, id_: str, reason: str) -> None:
        """Take a check out of the plan; the reason is kept in ``deselected``."""
        for item in self._known(id_):
            del self._checks[item]
            self.deselected[item] = reason

    def first(self, *ids: str) -> None:
        """Show these checks first, in this order. Checks start as soon as their needs hold, whatever the order."""
        moved = {item: self._checks[item] for id_ in ids for item in self._known(id_)}
        self._checks = moved | self._checks

    def override(self, id_: str, **changes: Any) -> None:
        """Give a check another ``deadline_s``, ``priority``, ``exclusive`` or ``title`` for this run."""
        allowed = ("deadline_s", "priority", "exclusive", "title")
        for name in changes:
            if name not in allowed:
                raise UsageError(f"plan.override({id_!r}): cannot change {name!r} (allowed: {', '.join(allowed)})")
        for item in self.graph.items(id_) or self._known(id_):
            changed = self._checks.get(item, self.graph.checks[item]).with_changes(**changes)
            self._changed[item] = changed
            if item in self._checks:
                self._checks[item] = changed

    def narrowed(self, ids: Iterable[str]) -> Plan:
        """The same plan with only ``ids`` selected; what was overridden stays so."""
        wanted = set(ids)
        plan = Plan(self.graph, [])
        plan._checks = {id_: check for id_, check in self._checks.items() if id_ in wanted}
        plan._changed = dict(self._changed)
        plan.is_probed = self.is_probed
        return plan

    def _known(self, id_: str) -> tuple[str, ...]:
        """The selected checks that ``id_`` means. Raises UsageError when there are none."""
        found = tuple(item for item in self.graph.items(id_) if item in self._checks)
        if not found:
            near = nearest(id_, self._checks)
            raise UsageError(f"the plan has no check {id_!r}" + (f"; did you mean {near!r}?" if near else ""))
        return found


def by_id(checks: Iterable[Check]) -> Mapping[str, Check]:
    """``checks`` by id. Raises GraphError, naming both places, for an id used twice."""
    found: dict[str, Check] = {}
    for check in checks:
        twin = found.setdefault(check.id, check)
        if twin is not check:
            raise GraphError(f"the check id {check.id!r} is used twice: {twin.spec.location} and {check.spec.location}")
    return found


def _families(checks: Iterable[Check]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for check in checks:
        if check.each is not None:
            found[check.spec.family] = (*found.get(check.spec.family, ()), check.id)
    return found


def _components_by_id(components: Iterable[Component]) -> Mapping[str, Component]:
    found: dict[str, Component] = {}
    for component in components:
        if component.id in found:
            raise GraphError(f"the component {component.id!r} is registered twice")
        found[component.id] = component
    for component in found.values():
        for need in component.needs:
            if need not in found:
                near = nearest(need, found)
                hint = f"; did you mean {near!r}?" if near else ""
                raise GraphError(f"component {component.id!r} needs the unknown component {need!r}{hint}")
    return found


def _at(check: Check | None) -> str:
    return f" at {check.spec.location}" if check else ""
