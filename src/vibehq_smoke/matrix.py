"""Judging: from what checks saw to what is known of each component (contract 1.6 and 10.1).

Everything here is pure, and none of it depends on the order in which results arrive: checks finish in any order,
and the same facts must give the same verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .facts import Facts, gather
from .findings import findings_of
from .models import Component, ComponentHealth, Finding, Observation, Priority, Result, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def judge(
    results: Sequence[Result], observations: Sequence[Observation], components: Sequence[Component]
) -> tuple[ComponentHealth, ...]:
    """The component health matrix: one line per component that the run can say something about.

    Listed are components with a selected check or an observation, and those that are broken or hold others up.
    One whose checks were all skipped is blocked when it needs a component that is down (a component that
    answered passes nothing on to those behind it), else unknown. Components that no check and no probe looked at
    are left out: nothing is known of them. The order is that of ``components``; components that only results or
    observations name follow, sorted by id.

    Hidden results are judged like any other: they saw the platform just as well, only the totals leave them out.
    """
    return _Judgement(results, observations, components).matrix()


def root_causes(matrix: Sequence[ComponentHealth]) -> tuple[str, ...]:
    """Ids of the broken components that no other broken component explains, in the matrix's order."""
    return tuple(line.id for line in matrix if line.root_cause)


def findings(
    matrix: Sequence[ComponentHealth],
    results: Sequence[Result],
    observations: Sequence[Observation] = (),
    *,
    environment: str = "",
) -> tuple[Finding, ...]:
    """One finding per cause (``findings.findings_of``)."""
    return findings_of(matrix, results, observations, environment=environment)


class _Judgement:
    """The facts and the graph, with what several rules ask of them computed once."""

    def __init__(
        self, results: Sequence[Result], observations: Sequence[Observation], components: Sequence[Component]
    ) -> None:
        graph = self.graph = {component.id: component.needs for component in components}
        named = {result.component for result in results} | {seen.component for seen in observations}
        named |= {result.root_cause for result in results if result.root_cause}
        self.order = [*graph, *sorted(named - set(graph))]
        self.upstream = _upstream(self.order, graph)
        self.facts = gather(self.order, results, observations)
        self.broken = {name for name, facts in self.facts.items() if facts.status is Status.BROKEN}
        self.down = {name for name in self.broken if self.facts[name].is_down}
        self.causes = {name for name in self.broken if not self.upstream[name] & self.down}
        self.blocking = {name for facts in self.facts.values() for name in facts.waits_for}

    def matrix(self) -> tuple[ComponentHealth, ...]:
        """One line for each component that is listed."""
        return tuple(line for facts in self.facts.values() if (line := self._line(facts)))

    def _line(self, facts: Facts) -> ComponentHealth | None:
        if not self._is_listed(facts):
            return None
        status, reason, blocked_by = facts.status, facts.reason, self._blocked_by(facts)
        if facts.is_unobserved and blocked_by:
            status, reason = Status.BLOCKED, f"not observed; it needs {_listed(blocked_by)}"
        priorities = {result.priority for result in facts.results}
        return ComponentHealth(
            id=facts.component,
            status=status,
            priority=next((priority for priority in Priority if priority in priorities), None),
            blocked_by=blocked_by,
            root_cause=facts.component in self.causes,
            reason=None if status is Status.WORKING else reason,
            checks=tuple(sorted({result.id for result in facts.results})),
        )

    def _is_listed(self, facts: Facts) -> bool:
        if facts.seen or facts.component in self.broken | self.blocking:
            return True
        return any(not result.hidden for result in facts.results)

    def _blocked_by(self, facts: Facts) -> tuple[str, ...]:
        if facts.status is Status.BROKEN:
            behind = self._behind(facts.component) - {facts.component}
        elif facts.is_unobserved or (facts.status is Status.BLOCKED and not facts.waits_for):
            behind = self._behind(*self._broken_before(facts.component)) - {facts.component}
        else:
            behind = self._behind(*facts.waits_for)
        return tuple(name for name in self.order if name in behind)

    def _broken_before(self, name: str) -> set[str]:
        """Components it needs that are down, not looking past one that answered: what works passes nothing on."""
        silent = {n for n, facts in self.facts.items() if facts.is_unobserved or facts.status is Status.BLOCKED}
        passing = {n: needs for n, needs in self.graph.items() if n in silent or n == name}
        return _reach(name, passing) & self.down

    def _behind(self, *names: str) -> set[str]:
        """The root causes of components; one that no other explains, broken or not, stands for itself."""
        explained = self.broken - self.causes
        behind = (self.upstream[name] & self.causes & self.down if name in explained else {name} for name in names)
        return set().union(*behind)


def _upstream(names: Sequence[str], graph: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """What each component needs, transitively. Components that need each other are left out: neither explains."""
    reached = {name: _reach(name, graph) for name in names}
    return {name: {u for u in needed if name not in reached.get(u, ())} for name, needed in reached.items()}


def _reach(name: str, graph: Mapping[str, Sequence[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = list(graph.get(name, ()))
    while ahead:
        need = ahead.pop()
        if need not in reached:
            reached.add(need)
            ahead.extend(graph.get(need, ()))
    return reached


def _listed(names: Sequence[str]) -> str:
    return f"{names[0]}, which is broken" if len(names) == 1 else f"{' and '.join(names)}, which are broken"
