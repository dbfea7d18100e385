"""From suites to a plan: which of all checks they select, in what order, and what they change about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

from ..checks import Check
from ..config import KeyPath, Suite, merge_suites, unknown_check
from ..graph import Graph, Plan

CATEGORIES = (
    "infrastructure", "health", "api", "workers", "ui", "factories", "ai_providers", "patches", "automation", "errors",
)  # fmt: skip
"""The ten categories of the contract, in the order in which they are shown; others follow."""


def plan_of(suites: Sequence[Suite], graph: Graph, categories: Collection[str], declared: AbstractSet[str]) -> Plan:
    """What the suites select, of these categories only when there are any, with the suites' overrides applied.

    ``declared`` are the ids of all checks that a suite's file declares, also of files that are not among ``suites``.
    """
    merged = merge_suites(suites)
    chosen = [
        check
        for check in graph.checks.values()
        if (not categories or check.spec.category in categories) and _is_selected(check, suites, graph, declared)
    ]
    plan = Plan(graph, [check.id for check in sorted(chosen, key=_category_order)])
    plan.is_probed = not merged.standalone
    planned = {check.id for check in (*plan.selected, *plan.hidden)}
    # What is said of all the checks that share an id first, then what is said of one of them.
    for id_, override in sorted(merged.overrides.items(), key=lambda entry: entry[0] in graph.checks):
        changes = override.changes()
        for item in planned.intersection(graph.items(id_)) if changes else ():
            plan.override(item, **changes)
    return plan


def _is_selected(check: Check, suites: Sequence[Suite], graph: Graph, declared: AbstractSet[str]) -> bool:
    writes = graph.writes(check.id)
    return any(suite.selects(check.spec, writes=writes) for suite in suites if _may_select(suite, check.id, declared))


def _may_select(suite: Suite, id_: str, declared: AbstractSet[str]) -> bool:
    """What a file declares belongs to it alone, and one that stands alone has nothing else."""
    if id_ in declared:
        return any(one.id == id_ for one in suite.declared)
    return not suite.standalone


def _category_order(check: Check) -> tuple[int, str]:
    category = check.spec.category
    known = CATEGORIES.index(category) if category in CATEGORIES else len(CATEGORIES)
    return (known, category)


def refuse_unknown(suite: Suite, path: Path, graph: Graph) -> None:
    """Raise ConfigError, with the nearest name, for a check that the suite at ``path`` names and nobody has."""
    named: list[tuple[KeyPath, str]] = [(("suite", "override", id_), id_) for id_ in suite.overrides]
    for key, ids in (("ids", suite.select.ids), ("exclude", suite.select.exclude)):
        named += [(("suite", "select", key, number), id_) for number, id_ in enumerate(ids)]
    for place, id_ in named:
        family, bracket, _ = id_.partition("[")
        if not graph.items(id_) and not (bracket and graph.items(family)):
            raise unknown_check(path, place, id_, [*graph.checks, *graph.families])
