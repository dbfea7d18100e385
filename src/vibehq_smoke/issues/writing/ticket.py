"""What an issue says of one finding of a smoke run: the smoke-failure template, filled in (contract 10.2)."""

from __future__ import annotations

from ...config.issues import IssuePolicy
from ...models import Symptom
from ..batch import BugType, Ticket
from .labels import PREFIXES, labels_for
from .layout import bullets
from .neutral import inline, title
from .owners import Owners
from .sections import sections
from .seen import Seen

_MOST_NEWS = 8


def ticket(seen: Seen, policy: IssuePolicy, owners: Owners) -> Ticket:
    """All of it."""
    component, category = seen.finding.component, seen.category
    return Ticket(
        bug_type=BugType.SMOKE,
        title=title(f"{PREFIXES[BugType.SMOKE]}{seen.what[:200]} ({seen.run.environment})"),
        priority=seen.finding.priority,
        labels=labels_for(BugType.SMOKE, seen.finding.priority, component=component, category=category),
        milestone=policy.milestone or None,
        assignees=owners.of(component=component, category=category, path=seen.file, in_repository=seen.in_repository),
        sections=tuple(section for section in sections(seen) if section.text),
        news=_news(seen),
    )


def _news(seen: Seen) -> str:
    """The causes of an alarm in words that only change when they do."""
    told = [_told(symptom) for symptom in seen.finding.symptoms]
    priority = seen.finding.priority.value.upper()
    return (
        f"{inline(seen.finding.component)} is {seen.finding.status.value}, {priority}:\n\n{bullets(told, _MOST_NEWS)}"
    )


def _told(symptom: Symptom) -> str:
    message = inline(symptom.message, 200)
    return f"{inline(symptom.subject)} {inline(symptom.kind)}" + (f": {message}" if message else "")
