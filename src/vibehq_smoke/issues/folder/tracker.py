"""The reconciler's view of a folder of Markdown files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ..clock import Clock
from ..tracker import Change, Draft, Gone, Issue, Listing, LookUpFailed, Refused, Remark
from .document import Comment, IssueFile, when, written
from .files import Files
from .front_matter import Broken
from .naming import keep_name, known_as, shown
from .numbers import alone, next_number
from .reading import likely_bodies

_MARKER = re.compile(r"<!-- vibehq-smoke:cause [^<>]+ -->")


class FolderTracker:
    """One file for each issue. What people change in the files, by hand and at any time, is kept."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = shown(folder)
        self._name = known_as(self.folder)
        self._clock = clock
        self._files = Files(self.folder)
        self.carried_out = 0

    @property
    def name(self) -> str:
        """For people and for the local record."""
        return self._name

    @property
    def notes(self) -> list[str]:
        """Files that cannot be understood, and an index that could not be written."""
        return self._files.notes

    def look_up(self, label: str, numbers: Collection[int], closed_since: datetime) -> Listing:
        """All open issues, those closed since then, and those with these numbers, whatever labels they have.

        In a folder, all issues are of our own making. One whose file somebody broke counts as open as long as its
        marker can be seen; without that nobody can say which one it is. Raises LookUpFailed.
        """
        try:
            issues = {
                number: self._half_read(number, file, label) if isinstance(file, Broken) else self._issue(number, file)
                for number, file in self._files.read_all().items()
            }
        except OSError as error:
            raise LookUpFailed(f"{error.filename or self.folder}: cannot be read: {error.strerror or error}") from error
        self._files.refresh_index()
        wanted = {
            number: issue
            for number, issue in issues.items()
            if number in numbers or issue.closed_at is None or issue.closed_at >= closed_since
        }
        return Listing(wanted, {number: "deleted" for number in numbers if number not in issues})

    def read(self, number: int) -> Issue:
        """One issue, from its file. Raises Gone, LookUpFailed."""
        try:
            return self._issue(number, self._to_be_changed(number))
        except (OSError, Refused) as error:
            raise LookUpFailed(str(error)) from None

    def remarks(self, number: int, since: datetime) -> list[Remark]:  # noqa: ARG002  (a file is read whole)
        """The comments on an issue, all of them."""
        try:
            file = self._to_be_changed(number)
        except (OSError, Refused) as error:
            raise LookUpFailed(str(error)) from None
        return [Remark(written(one) or file.created, one.text, is_ours=True) for one in file.comments]

    def create(self, draft: Draft) -> Issue:
        """Open an issue. Raises Refused."""
        with self._writing():
            keep_name(self.folder, self.name)
            number = next_number(self.folder)
            file = IssueFile(
                title=draft.title,
                body=draft.body,
                created=self._clock.now(),
                labels=tuple(dict.fromkeys(draft.labels)),
                milestone=draft.milestone,
                assignees=tuple(dict.fromkeys(draft.assignees)),
            )
            return self._write(number, file)

    def change(self, number: int, change: Change) -> Issue:
        """Change an issue and read it back. Raises Refused, Gone."""
        with self._writing():
            file = self._to_be_changed(number)
            changed = _changed(file, change, self._clock.now())
            return self._issue(number, file) if changed == file else self._write(number, changed)

    def comment(self, number: int, text: str) -> None:
        """Add a comment. Raises Refused, Gone."""
        with self._writing():
            file = self._to_be_changed(number)
            self._write(number, replace(file, comments=(*file.comments, Comment(when(self._clock.now()), text))))

    def _half_read(self, number: int, broken: Broken, label: str) -> Issue:
        path = self._files.path(number)
        told = f"{path}:{broken.line}: {broken.problem}"
        body = next((body for body in likely_bodies(path.read_bytes()) if _MARKER.search(body)), None)
        if body is None:
            raise LookUpFailed(f"{told}; nobody can say which issue it is: mend the file, or delete it")
        self._files.note(f"{told}; it counts as open and is left alone until somebody mends it")
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return self._issue(number, IssueFile(title=path.name, body=body, created=changed, labels=(label,)))

    def _to_be_changed(self, number: int) -> IssueFile:
        path = self._files.path(number)
        if not path.exists():
            raise Gone(f"{path}: is no longer there")
        file = self._files.read(path)
        if isinstance(file, Broken):
            raise Refused(f"{path}:{file.line}: {file.problem}; mend the file first")
        return file

    def _write(self, number: int, file: IssueFile) -> Issue:
        self.carried_out += 1
        return self._issue(number, self._files.write(number, file))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with alone(self.folder):
                yield
        except OSError as error:
            where = error.filename or self.folder
            raise Refused(f"{where}: cannot be written: {error.strerror or error}; nothing was done") from error

    def _issue(self, number: int, file: IssueFile) -> Issue:
        return Issue(
            number=number,
            title=file.title,
            body=file.body,
            state=file.state,
            state_reason=file.state_reason,
            labels=frozenset(file.labels),
            created_at=file.created,
            closed_at=file.closed,
            url=self._files.path(number).as_posix(),
            author=None,
            is_ours=True,
        )


def _changed(file: IssueFile, change: Change, now: datetime) -> IssueFile:
    labels = dict.fromkeys((*file.labels, *change.add_labels))
    changed = replace(
        file,
        title=file.title if change.title is None else change.title,
        body=file.body if change.body is None else change.body,
        labels=tuple(label for label in labels if label not in change.remove_labels),
    )
    if change.state == "closed":
        before = file.state_reason if file.state == "closed" else None
        reason = change.state_reason or before or "completed"
        changed = replace(changed, state="closed", closed=file.closed or now, state_reason=reason)
    elif change.state == "open":
        before = file.state_reason if file.state == "open" else "reopened"
        changed = replace(changed, state="open", closed=None, state_reason=change.state_reason or before)
    return changed
