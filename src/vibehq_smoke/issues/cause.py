"""A cause over many runs: what the local record keeps of it, and what the marker in its issue repeats."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ..models import Priority, Record
from .batch import Ticket

INCIDENT = "incident"
"""The first word of the id of the cause that stands for a mass failure: ``incident smoke/staging``."""

STRIP = 30
"""How many runs the history strip shows."""


class Cause(Record):
    """What is known of one cause. Its issue is found by its fingerprints, in any version of their formula."""

    id: str
    """The fingerprint that it was first seen with, and its scope: two of them may see the same. It never changes."""
    scope: str
    component: str
    fingerprints: tuple[str, ...]
    """All that it was ever seen with, aliases included; no two open causes of a scope share one."""
    subjects: tuple[str, ...]
    """What has to be seen to hold before it counts as gone."""
    priority: Priority
    state: Literal["failing", "recovering", "recovered"] = "failing"
    fails: int = 0
    """Failing runs since it was last seen clean."""
    tried: int = 0
    """Failing attempts since then, where runs were counted by their attempts: a run without retries is one."""
    clean: int = 0
    """Clean runs since it was last seen failing."""
    clean_runs: tuple[str, ...] = ()
    """Ids or URLs of these clean runs: the proof that is named when the issue is closed."""
    seen: int = 0
    """Runs in which it failed, in all."""
    certain: bool = False
    held: str | None = None
    """Why it is not to be filed, as of the last run that saw it."""
    first_seen: datetime
    last_seen: datetime
    """When a run last saw it fail."""
    last_run: str = ""
    """The run that was counted last; the same one is not counted again."""
    counted_at: datetime
    """When that run began; what an older one says comes too late."""
    runs: int = 1
    """Runs counted in all: of two accounts of a cause, the one with more is the newer."""
    deploy: str | None = None
    """What was deployed when it was last counted."""
    deployed_at: datetime | None = None
    green_commit: str | None = None
    """The commit at which its subjects were last seen to hold."""
    strip: str = ""
    """One mark for each run, the newest last: ``F`` failed, ``P`` clean, ``.`` not executed."""
    news: str = ""
    """A digest of what was last told of it, in the body or in a comment."""
    commented_at: datetime | None = None
    ticket: Ticket | None = None
    """What its issue has to say; None when it is known from a marker only."""
    number: int | None = None
    """Its issue; None as long as there is none."""
    url: str | None = None
    """Where that is."""
    before: int | None = None
    """The closed issue that told of it before."""

    @property
    def attempts(self) -> int:
        """Failing attempts since it was last seen clean; of what was counted before attempts were, the runs."""
        return max(self.tried, self.fails)

    @property
    def is_incident(self) -> bool:
        """Whether it stands for all causes of its scope that have no issue of their own."""
        return self.id.startswith(f"{INCIDENT} ")


def incident_id(scope: str) -> str:
    """The id of the incident of a scope."""
    return f"{INCIDENT} {scope}"
