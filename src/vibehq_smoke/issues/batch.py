"""What one run, or one file of another tool, says of causes: the input of the reconciler.

Every source (smoke results, a compiler's output, Sentry ...) is turned into a :class:`Batch`; nothing behind this
module knows where a finding came from.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from ..models import Priority, Record, Symptom

SMOKE_LABEL = "smoke-test"
"""On every issue that the harness opens, whatever its bug type: half of what tells them from others."""


class BugType(StrEnum):
    """What sort of bug it is (contract 10.1); decides labels, title and sections."""

    SMOKE = "smoke-test-failure"
    TYPE = "type-error"
    LINT = "lint-error"
    RUNTIME = "runtime-error"
    PERFORMANCE = "performance-issue"
    SECURITY = "security-issue"
    INTEGRATION = "integration-failure"
    UI = "ui-bug"
    CI = "ci-failure"
    TEST = "test-failure"


class Section(Record):
    """A part of an issue's body below a heading."""

    heading: str
    text: str
    """Markdown that is safe to send: what came from outside is neutralised and fenced (``issues.writing``)."""
    keep: int = 1
    """What goes first when the body gets too long: the sections with the highest number are clipped first."""


class Ticket(Record):
    """What an issue has to say now."""

    bug_type: BugType
    title: str
    priority: Priority
    labels: tuple[str, ...] = ()
    """All that the issue should have, ``smoke-test`` and the priority's included."""
    milestone: str | None = None
    assignees: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    news: str = ""
    """In a few lines of safe Markdown: what a comment says when this differs from what was said last. No numbers,
    times or ids that change from run to run."""


class Sighting(Record):
    """One cause as it was seen: its symptoms, and what is to be said of it."""

    component: str
    symptoms: tuple[Symptom, ...] = Field(min_length=1)
    """The first one leads: it names the cause."""
    ticket: Ticket
    certain: bool = False
    """It needs no second look before it is filed: a P0, or seen to fail twice already."""
    held: str | None = None
    """Why it is not to be filed: quarantined, the harness's own fault ..."""


class Batch(Record):
    """Everything that one run says."""

    id: str
    """Of the run; the same batch taken twice counts once."""
    scope: str
    """Whose causes it can speak of: ``smoke/staging``, ``typescript/main``."""
    at: datetime
    deploy: str | None = None
    """What was deployed, as far as is known: a version id or a commit."""
    deployed_at: datetime | None = None
    commit: str | None = None
    url: str | None = None
    """Where the run can be looked at."""
    sightings: tuple[Sighting, ...] = ()
    proven: frozenset[str] = frozenset()
    """Subjects that were executed and held: the proof that lets an issue be closed."""
    exhaustive: bool = False
    """Whatever of this scope is not in it is proven good: a compiler's whole output."""
