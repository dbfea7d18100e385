"""What there is on GitHub: accounts, labels, milestones, and issues with all that they ever were."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

Permission = Literal["none", "read", "triage", "push", "admin"]
RANKS: tuple[Permission, ...] = ("none", "read", "triage", "push", "admin")


@dataclass(frozen=True)
class Account:
    """Who asks: a person's token, or the token of a workflow."""

    login: str
    kind: Literal["personal", "actions"] = "personal"
    permission: Permission = "push"
    may_write_issues: bool = True
    """``issues: write`` of a workflow."""

    def may(self, permission: Permission) -> bool:
        """Whether it has this or more."""
        return RANKS.index(self.permission) >= RANKS.index(permission)


ANONYMOUS = Account("", permission="read")
"""Who asks without a token."""


@dataclass
class Label:
    """A label of a repository."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass
class Milestone:
    """A milestone of a repository."""

    id: int
    number: int
    title: str
    at: datetime
    creator: str
    state: Literal["open", "closed"] = "open"
    description: str | None = None
    due_on: datetime | None = None
    closed_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True)
class Comment:
    """A comment on an issue."""

    id: int
    by: str
    body: str
    at: datetime


@dataclass(frozen=True)
class IssueState:
    """An issue at one moment. Labels by id, the milestone by number."""

    title: str
    at: datetime
    body: str | None = None
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    labels: tuple[int, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: int | None = None
    locked: bool = False
    closed_at: datetime | None = None
    closed_by: str | None = None
    deleted: bool = False
    moved_to: tuple[int, int] | None = None
    """Repository id and number, once it was transferred."""

    @property
    def is_here(self) -> bool:
        """Neither deleted nor transferred."""
        return not self.deleted and self.moved_to is None


@dataclass
class Issue:
    """An issue or a pull request, with all that it ever was."""

    id: int
    number: int
    by: str
    at: datetime
    is_pull_request: bool
    past: list[IssueState]
    comments: list[Comment] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.moments = [one.at for one in self.past]

    @property
    def now(self) -> IssueState:
        """As it is."""
        return self.past[-1]

    def as_of(self, at: datetime) -> IssueState | None:
        """As it was; None as long as it was not there."""
        index = bisect_right(self.moments, at)
        return self.past[index - 1] if index else None

    def becomes(self, at: datetime, **changes: Any) -> None:
        """Add a state."""
        self.past.append(replace(self.now, at=at, **changes))
        self.moments.append(at)
