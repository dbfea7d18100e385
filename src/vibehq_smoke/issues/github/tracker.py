"""Issues in a repository on GitHub."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from ...config.issues import IssuePolicy
from ..clock import Clock
from ..tracker import Ambiguous, Change, Draft, Gone, Issue, Listing, LookUpFailed, Refused, Remark
from . import address, shapes
from .client import Client
from .drafting import Drafting
from .errors import Conflict, Odd
from .ground import NEEDED, Ground
from .looking import Looker


class GitHubTracker:
    """See :class:`Tracker`.

    Where there is no connection, or where a read fails that a write needs, a write raises LookUpFailed: it was not
    done. UsageError comes from a token that is not accepted and a repository that is not there.
    """

    def __init__(self, client: Client, policy: IssuePolicy, clock: Clock) -> None:
        self._client = client
        ground = Ground(client, (name.removeprefix("@") for name in policy.authors))
        self._notes: dict[str, dict[str, None]] = {}
        self._looker = Looker(client, ground, clock)
        self._drafting = Drafting(client, ground, self._note)
        self.close = client.close

    @property
    def name(self) -> str:
        """Host and repository."""
        return address.place(self._client.root, self._client.repo)

    @property
    def notes(self) -> list[str]:
        """What people should know of the writes so far, each thing once."""
        return [f"{text}: {', '.join(names)}" if names else text for text, names in self._notes.items()]

    @property
    def carried_out(self) -> int:
        """Writes that GitHub carried out, or may have."""
        return self._client.carried_out

    def recall(self, writes: Iterable[datetime]) -> None:
        """Count writes of the last hour that other runs sent with the same token."""
        self._client.recall(writes)

    def look_up(self, label: str, numbers: Collection[int], closed_since: datetime) -> Listing:
        """List the issues with the label and our own, then ask for the known ones that are not among them."""
        return self._looker.look_up(label, numbers, closed_since)

    def read(self, number: int) -> Issue:
        """One issue, asked for by its number."""
        return self._looker.read(number)

    def remarks(self, number: int, since: datetime) -> list[Remark]:
        """The comments on an issue that were made or changed since then."""
        return self._looker.remarks(number, since)

    def create(self, draft: Draft) -> Issue:
        """Open an issue, without an assignee or a milestone that GitHub does not take."""
        return self._looker.seen(self._drafting.create(draft))

    def change(self, number: int, change: Change) -> Issue:
        """Everything but labels in one write; labels one by one, since the set may hold people's own."""
        self._guard(number)
        asked: dict[str, Any] = {
            "title": None if change.title is None else shapes.title(change.title),
            "body": None if change.body is None else shapes.body(change.body),
            "state": change.state,
            "state_reason": change.state_reason,
        }
        asked = {key: value for key, value in asked.items() if value is not None}
        told = self._write("PATCH", number, asked) if asked else self._client.get(f"issues/{number}")
        try:
            issue = self._looker.issue(told, f"issue {number}")
            return replace(issue, labels=self._label(issue, change))
        except Odd as error:
            raise Ambiguous(str(error)) from None

    def comment(self, number: int, text: str) -> None:
        """Add a comment."""
        self._guard(number)
        self._write("POST", number, {"body": shapes.body(text)}, "/comments")

    def _guard(self, number: int) -> None:
        try:
            mine = self._looker.is_mine(number)
        except Odd as error:
            raise LookUpFailed(str(error)) from None
        if not mine:
            raise Refused(f"{self.name}#{number}: is no issue of ours and is left alone")

    def _write(self, method: str, number: int, body: dict[str, Any] | None, below: str = "") -> Any:
        path = f"issues/{number}"
        try:
            return self._client.write(method, path + below, body)
        except Conflict:
            # What was changed meanwhile has to be seen before it is tried once more.
            self._client.get(path)
            return self._client.write(method, path + below, body)

    def _label(self, issue: Issue, change: Change) -> frozenset[str]:
        has = {name.casefold() for name in issue.labels}
        labels = issue.labels
        fit, _ = shapes.labels(name for name in change.add_labels if name.casefold() not in has)
        if fit:
            labels = self._labelled(issue, "set", "POST", "/labels", {"labels": list(fit)}, fit)
        for name in change.remove_labels:
            if name.casefold() in has:
                labels = self._labelled(issue, "remove", "DELETE", f"/labels/{quote(name, safe='')}", None, (name,))
        return labels

    def _labelled(
        self, issue: Issue, verb: str, method: str, below: str, body: dict[str, Any] | None, names: tuple[str, ...]
    ) -> frozenset[str]:
        try:
            labels = shapes.names(self._write(method, issue.number, body, below), f"labels of issue {issue.number}")
        except Gone:
            # The issue was there a moment ago: its label is not, or the token may not touch it. Looking tells.
            labels = self._looker.issue(self._client.get(f"issues/{issue.number}"), f"issue {issue.number}").labels
        except Refused:
            self._note(f"GitHub refuses to {verb} labels {NEEDED}", names)
            return issue.labels
        has = {name.casefold() for name in labels}
        if left := [name for name in names if (name.casefold() in has) is (method == "DELETE")]:
            self._note(f"the token may not {verb} labels {NEEDED}", left)
        return labels

    def _note(self, text: str, names: Iterable[str] = ()) -> None:
        self._notes.setdefault(f"{self._client.repo}: {text}", {}).update(dict.fromkeys(names))
