"""What a sync is about to do, before it does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..history import Owed
from .cause import Cause
from .tracker import Issue


class Step(StrEnum):
    """What becomes of an issue."""

    OPEN = "open"
    REOPEN = "reopen"
    COMMENT = "comment"
    """Only what an earlier sync left unsaid; a comment that belongs to a change goes with it."""
    UPDATE = "update"
    CLOSE = "close"
    NOTHING = "nothing"


# What is left to be said comes before what happens next.
_URGENCY = {Step.COMMENT: 0, Step.CLOSE: 1, Step.REOPEN: 2, Step.OPEN: 3, Step.UPDATE: 4, Step.NOTHING: 5}


@dataclass(frozen=True)
class Action:
    """One line of the plan."""

    step: Step
    cause: Cause
    why: str
    number: int | None = None
    duplicate_of: int | None = None
    """Of an issue that is closed since an older one tells of the same."""
    with_comment: bool = False
    told_at: datetime | None = None
    """As of which run its issue speaks."""

    owed: Owed | None = None
    """The comment that is left to be said."""
    titled: str | None = None
    """What its issue is called, where nothing else is known of the cause."""

    @property
    def title(self) -> str:
        """What a person reads of it."""
        if self.cause.ticket:
            return self.cause.ticket.title
        return self.titled or f"{self.cause.component} ({self.cause.scope})"

    @property
    def writes(self) -> int:
        """How many writes it takes, at most."""
        return 0 if self.step is Step.NOTHING else 1 + self.with_comment

    @property
    def order(self) -> tuple[int, str, float, str]:
        """Where it stands in the plan: what people wait for most comes first, then what was left waiting longest."""
        return (
            _URGENCY[self.step],
            self.cause.priority,
            self.told_at.timestamp() if self.told_at else 0.0,
            self.cause.id,
        )


def duplicate(cause: Cause, issue: Issue, first: int) -> Action:
    """The closing of an issue that an older one makes unnecessary."""
    why = f"#{first} tells of the same"
    return Action(Step.CLOSE, cause, why, issue.number, duplicate_of=first, titled=issue.title)
