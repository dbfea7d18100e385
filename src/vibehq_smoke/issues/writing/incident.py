"""What the one issue says that stands for a mass failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ...models import Priority
from ...reports.summary import counted
from ..batch import BugType, Section, Ticket
from ..cause import Cause
from .labels import INCIDENT_LABEL, PREFIXES, labels_for
from .layout import bullets, in_a_row, table
from .neutral import GAP, cell, inline, title

MOST_ROWS = 100
"""Causes in the table. A row has some 250 characters, and the hidden marker of an incident needs room as well."""

_MOST_COMPONENTS = 15


def incident(causes: Sequence[Cause], scope: str) -> Ticket:
    """One ticket for all of ``causes``, the worst first."""
    worst = sorted(causes, key=lambda cause: (cause.priority, cause.first_seen, cause.component, cause.id))
    tickets = [cause.ticket for cause in worst if cause.ticket]
    bug_type = tickets[0].bug_type if tickets else BugType.SMOKE
    priority = worst[0].priority if worst else Priority.P1
    where = scope.partition("/")[2] or scope
    by_component = Counter(cause.component for cause in worst)
    return Ticket(
        bug_type=bug_type,
        title=title(f"{PREFIXES[bug_type]}Many causes at once in {where}"),
        priority=priority,
        labels=(*labels_for(bug_type, priority), INCIDENT_LABEL),
        milestone=next((ticket.milestone for ticket in tickets if ticket.milestone), None),
        sections=tuple(_sections(worst, by_component, where)),
        news=f"Many causes at once in {inline(where)}, the worst of them in "
        f"{in_a_row(sorted({inline(cause.component) for cause in worst if cause.priority == priority}), 10)}.",
    )


def _sections(worst: Sequence[Cause], by_component: Counter[str], where: str) -> Iterator[Section]:
    yield Section(
        heading="",
        text=f"**{counted(len(worst), 'cause')}** at once in {inline(where)}, in "
        f"{counted(len(by_component), 'component')}. Too many for an issue each, and one event is the likely reason: "
        "this issue stands for all of them. Those that outlast it get issues of their own.",
        keep=0,
    )
    rows = [_row(cause) for cause in worst[:MOST_ROWS]]
    more = len(worst) - len(rows)
    shown = table(("Priority", "Component", "What is wrong", "Runs"), rows)
    yield Section(heading="Causes", text=f"{shown}\n\nand {more:,} more" if more else shown, keep=2)
    counts = [f"{inline(component)}: {number:,}" for component, number in by_component.most_common()]
    yield Section(heading="Components", text=bullets(counts, _MOST_COMPONENTS), keep=3)


def _row(cause: Cause) -> tuple[str, str, str, str]:
    return (cause.priority.value.upper(), cell(cause.component, 40), cell(_what(cause), 140), f"{cause.seen:,}")


def _what(cause: Cause) -> str:
    """Its title without what all of them share, or what it is about."""
    if cause.ticket is None:
        return cause.subjects[0] if cause.subjects else cause.id
    return cause.ticket.title.replace(GAP, "").removeprefix(PREFIXES[cause.ticket.bug_type])
