"""A place where issues live, as the reconciler sees it: GitHub, or a folder of Markdown files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from ..errors import SmokeError

StateReason = Literal["completed", "not_planned", "duplicate", "reopened"]


class TrackerError(SmokeError):
    """Something about the tracker went wrong; nothing is lost, what was not done is done by the next sync."""

    exit_code = 3


class LookUpFailed(TrackerError):  # noqa: N818  (says what happened, as the verdicts in errors do)
    """Nobody can say which issues exist, so none may be created."""


class Refused(TrackerError):  # noqa: N818  (says what happened, as the verdicts in errors do)
    """The tracker understood and said no: nothing was done, and asking again the same will not help."""


class Limited(TrackerError):  # noqa: N818  (says what happened, as the verdicts in errors do)
    """Too many requests: nothing was done, and nothing more should be asked before ``until``."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class Ambiguous(TrackerError):  # noqa: N818  (says what happened, as the verdicts in errors do)
    """No answer, or a 5xx: it may have been done, or not. Whoever creates looks again before trying again."""


class Gone(TrackerError):  # noqa: N818  (says what happened, as the verdicts in errors do)
    """The issue was deleted or moved elsewhere: nothing was done."""


@dataclass(frozen=True)
class Issue:
    """An issue as it was seen. Pull requests are none."""

    number: int
    title: str
    body: str
    state: Literal["open", "closed"]
    state_reason: str | None
    labels: frozenset[str]
    created_at: datetime
    closed_at: datetime | None
    url: str
    author: str | None
    """Login; None where a tracker has no accounts."""
    is_ours: bool
    """Whether the author is one that this harness writes as. Always so where there are no accounts."""


@dataclass(frozen=True)
class Remark:
    """A comment as it was seen."""

    at: datetime
    text: str
    is_ours: bool
    """As of an issue."""


@dataclass(frozen=True)
class Listing:
    """What a look-up found."""

    issues: Mapping[int, Issue]
    gone: Mapping[int, Literal["deleted", "transferred"]] = field(default_factory=dict)
    """Numbers that were asked for and are no longer here."""


@dataclass(frozen=True)
class Draft:
    """An issue to be."""

    title: str
    body: str
    labels: tuple[str, ...] = ()
    milestone: str | None = None
    assignees: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """What is to become of an issue, in one write; None and empty leave things as they are."""

    title: str | None = None
    body: str | None = None
    state: Literal["open", "closed"] | None = None
    state_reason: StateReason | None = None
    add_labels: tuple[str, ...] = ()
    remove_labels: tuple[str, ...] = ()


class Tracker(Protocol):
    """What the reconciler asks of a place. Writes are serial; an implementation paces them as its place demands."""

    @property
    def name(self) -> str:
        """For people and for the local record: ``github.com/acme/hq``, ``folder reports/issues``."""

    @property
    def notes(self) -> list[str]:
        """What people should know of the writes so far, such as labels that were dropped for want of rights."""

    @property
    def carried_out(self) -> int:
        """How many writes so far were carried out, or may have been: what was interrupted before it was sent, or was
        turned away, does not count."""

    def look_up(self, label: str, numbers: Collection[int], closed_since: datetime) -> Listing:
        """All open issues with ``label``, those with it that were closed since then, those of our own accounts
        that lost it, and those with these numbers. Raises LookUpFailed."""

    def read(self, number: int) -> Issue:
        """One issue as it is at this moment. Raises LookUpFailed, Gone."""

    def remarks(self, number: int, since: datetime) -> list[Remark]:
        """The comments on an issue, at least those since then. Raises LookUpFailed, Gone."""

    def create(self, draft: Draft) -> Issue:
        """Open an issue. Raises Refused, Limited, Ambiguous."""

    def change(self, number: int, change: Change) -> Issue:
        """Change an issue and read it back. Raises Refused, Limited, Ambiguous, Gone."""

    def comment(self, number: int, text: str) -> None:
        """Add a comment. Raises Refused, Limited, Ambiguous, Gone."""
