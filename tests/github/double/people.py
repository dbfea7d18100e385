"""What people do to issues while nobody looks: plain methods, without a request, at the clock's time.

They do it in a browser, whose text areas end lines with CR LF.
"""

from __future__ import annotations

from collections.abc import Iterable

from .repository import Repository
from .state import Comment, Issue


class Hands:
    """People's hands on one repository. Everything may be done to every issue."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    def open(self, title: str, body: str | None = None, labels: Iterable[str] = (), by: str = "alice") -> Issue:
        """Open an issue."""
        return self.repository.add_issue(title, by, body=_typed(body), labels=self.repository.label_ids(list(labels)))

    def open_pull_request(
        self, title: str, body: str | None = None, labels: Iterable[str] = (), by: str = "alice"
    ) -> Issue:
        """Open a pull request, which lists of issues show too."""
        ids = self.repository.label_ids(list(labels))
        return self.repository.add_issue(title, by, body=_typed(body), labels=ids, is_pull_request=True)

    def edit(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        """Write another title or body."""
        said = {"title": title, "body": _typed(body)}
        self._change(number, **{key: value for key, value in said.items() if value is not None})

    def close(self, number: int, reason: str = "completed", by: str = "alice") -> None:
        """Close it as completed, not_planned or duplicate."""
        self.repository.set_state(self.issue(number), "closed", reason, by)

    def reopen(self, number: int, by: str = "alice") -> None:
        """Open it again."""
        self.repository.set_state(self.issue(number), "open", None, by)

    def label(self, number: int, *names: str) -> None:
        """Add labels; those that are not there are made."""
        ids = (*self.issue(number).now.labels, *self.repository.label_ids(list(names)))
        self._change(number, labels=tuple(dict.fromkeys(ids)))

    def unlabel(self, number: int, *names: str) -> None:
        """Take labels off."""
        off = {label.id for name in names if (label := self.repository.label(name))}
        self._change(number, labels=tuple(one for one in self.issue(number).now.labels if one not in off))

    def assign(self, number: int, *logins: str) -> None:
        """Assign exactly these."""
        self._change(number, assignees=logins)

    def comment(self, number: int, body: str, by: str = "alice") -> Comment:
        """Say something."""
        return self.repository.add_comment(self.issue(number), _typed(body) or "", by)

    def lock(self, number: int, locked: bool = True) -> None:
        """Let only those with push rights comment."""
        self._change(number, locked=locked)

    def delete(self, number: int) -> None:
        """Delete it: 410 from now on."""
        self._change(number, deleted=True)

    def transfer(self, number: int, to: Repository) -> Issue:
        """Move it to another repository, where it gets another number: 301 from now on."""
        issue, was = self.issue(number), self.issue(number).now
        names = [self.repository.labels[one].name for one in was.labels if one in self.repository.labels]
        moved = to.add_issue(
            was.title,
            issue.by,
            body=was.body,
            state=was.state,
            state_reason=was.state_reason,
            closed_at=was.closed_at,
            labels=to.label_ids([name for name in names if to.label(name)]),
        )
        self._change(number, moved_to=(to.id, moved.number))
        return moved

    def issue(self, number: int) -> Issue:
        """By its number; it must be here."""
        issue = self.repository.issues[number]
        assert issue.now.is_here, f"#{number} was deleted or transferred"
        return issue

    def _change(self, number: int, **changes: object) -> None:
        self.issue(number).becomes(self.repository.clock.now(), **changes)


def _typed(text: str | None) -> str | None:
    return None if text is None else "\r\n".join(text.splitlines())
