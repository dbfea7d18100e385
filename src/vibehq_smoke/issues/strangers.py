"""Names in ``[issues]`` that nothing bears: whoever mistypes the check of a quarantine would learn it from an issue."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from ..config.issues import IssuePolicy
from ..errors import SmokeError, nearest
from ..host import Host
from ..models import RunRecord


def strangers(record: RunRecord, policy: IssuePolicy, beside: Path | None) -> list[str]:
    """A line for each check or component in ``policy`` that is unknown and much like one that is known.

    A run may be of a few checks only, so those of all plugins are known as well, ``beside`` the ``smoke.toml``
    included. What is like nothing here is taken for a check that another suite declares.
    """
    checks = {name for result in record.checks for name in (result.id, result.family)}
    components = {line.id for line in record.components} | {result.category for result in record.checks}
    if not [*_unknown(policy, checks, components)]:
        return []
    try:
        host = Host.load(beside)
        try:
            graph = host.graph()
        finally:
            host.close()
    except SmokeError:
        return []
    checks |= {*graph.checks, *graph.families}
    components |= {*graph.components} | {check.spec.component for check in graph.checks.values()}
    components |= {check.spec.category for check in graph.checks.values()}
    return [
        f"[issues] {table} names {name}, which no {kind} has as its id; did you mean {near}?"
        for table, kind, name, known in _unknown(policy, checks, components)
        if (near := nearest(name, known))
    ]


def _unknown(
    policy: IssuePolicy, checks: Collection[str], components: Collection[str]
) -> Iterator[tuple[str, str, str, Collection[str]]]:
    for entry in policy.quarantine:
        if entry.check not in checks:
            yield "quarantine", "check", entry.check, checks
    for window in policy.maintenance:
        for name in window.components:
            if name not in components:
                yield "maintenance", "component", name, components
    for owner in policy.owners:
        # With one of these it is a path, or fits whatever it fits.
        if owner.pattern not in components and not set(owner.pattern) & set("*?[/."):
            yield "owners", "component or category", owner.pattern, components
