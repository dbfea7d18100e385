"""One repository: what routes and people's hands change alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from vibehq_smoke.issues.clock import Clock

from .state import ANONYMOUS, Account, Comment, Issue, IssueState, Label, Milestone


@dataclass
class Repository:
    """Its issues, labels and milestones."""

    owner: str
    name: str
    clock: Clock
    id: int
    has_issues: bool = True
    private: bool = False
    collaborators: set[str] = field(default_factory=set)
    """Who can be assigned, the owner aside."""
    issues: dict[int, Issue] = field(default_factory=dict)
    labels: dict[int, Label] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.created_at = self.clock.now()

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner}/{self.name}"

    def seen_by(self, account: Account) -> bool:
        """Whether it is there for this account, as far as it is told."""
        return account.may("read") and not (self.private and account is ANONYMOUS)

    def open_issues(self, label: str | None = None) -> list[Issue]:
        """Those that are here and open, with this label if one is named; no pull requests."""
        wanted = self.label(label) if label else None
        if label and not wanted:
            return []
        here = (one for one in self.issues.values() if one.now.is_here and not one.is_pull_request)
        return [one for one in here if one.now.state == "open" and (not wanted or wanted.id in one.now.labels)]

    def label_names(self, issue: Issue) -> set[str]:
        """Of its labels, as they are now."""
        return {self.labels[one].name for one in issue.now.labels if one in self.labels}

    def new_id(self) -> int:
        """Of an issue, a comment, a label or a milestone: unique in all repositories."""
        return self.id * 100_000 + next(self._ids)

    def label(self, name: str) -> Label | None:
        """By its name, whatever its case."""
        return next((one for one in self.labels.values() if one.name.lower() == name.lower()), None)

    def add_label(self, name: str, color: str = "ededed", description: str | None = None) -> Label:
        """A new one."""
        assert self.label(name) is None, f"there is a label {name!r}"
        label = Label(self.new_id(), name, color, description)
        self.labels[label.id] = label
        return label

    def label_ids(self, names: list[str]) -> tuple[int, ...]:
        """Of these labels; those that are not there are made, as GitHub does when an issue gets them."""
        return tuple(dict.fromkeys((self.label(name) or self.add_label(name)).id for name in names))

    def add_milestone(self, title: str, by: str, **more: Any) -> Milestone:
        """A new one."""
        number = max(self.milestones, default=0) + 1
        now = self.clock.now()
        self.milestones[number] = Milestone(self.new_id(), number, title, now, by, updated_at=now, **more)
        return self.milestones[number]

    def add_issue(self, title: str, by: str, *, is_pull_request: bool = False, **more: Any) -> Issue:
        """A new one; issues and pull requests share their numbers."""
        number, now = len(self.issues) + 1, self.clock.now()
        first = IssueState(title, now, **more)
        self.issues[number] = Issue(self.new_id(), number, by, now, is_pull_request, [first])
        return self.issues[number]

    def add_comment(self, issue: Issue, body: str, by: str) -> Comment:
        """A new one; the issue counts as updated."""
        comment = Comment(self.new_id(), by, body, self.clock.now())
        issue.comments.append(comment)
        issue.becomes(comment.at)
        return comment

    def set_state(self, issue: Issue, state: str, reason: str | None, by: str) -> None:
        """Close or reopen; a reason counts only when the state changes."""
        now = self.clock.now()
        if state == issue.now.state:
            return
        if state == "closed":
            issue.becomes(now, state="closed", state_reason=reason or "completed", closed_at=now, closed_by=by)
        else:
            issue.becomes(now, state="open", state_reason="reopened", closed_at=None, closed_by=None)
