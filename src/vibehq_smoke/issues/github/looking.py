"""Issues as they are: found by listing, never by the search API, or read one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

from ..clock import Clock
from ..tracker import Gone, Issue, Listing, LookUpFailed, Refused, Remark
from . import shapes
from .client import Client
from .errors import Absent, Odd
from .ground import Ground

LOOKS_S = (2.0, 4.0, 8.0)
"""Pauses before what was not found is asked for again."""


class Looker:
    """Reads issues, and remembers which of them are ours."""

    def __init__(self, client: Client, ground: Ground, clock: Clock) -> None:
        self._client = client
        self._ground = ground
        self._clock = clock
        self._mine: set[int] = set()
        self._pulls: set[int] = set()

    def look_up(self, label: str, numbers: Collection[int], closed_since: datetime) -> Listing:
        """See :class:`Tracker`."""
        try:
            self._ground.explore()
            issues = self._listed(label, closed_since)
            gone: dict[int, Literal["deleted", "transferred"]] = {}
            for number in sorted(set(numbers) - issues.keys()):
                found = self._one(number)
                if isinstance(found, Issue):
                    issues[number] = found
                elif found:
                    gone[number] = found
        except (Refused, Gone, Odd) as error:
            raise LookUpFailed(f"{self._client.repo}: {error}") from None
        return Listing(issues, gone)

    def read(self, number: int) -> Issue:
        """See :class:`Tracker`."""
        self._ground.explore()
        try:
            found = self.issue(self._client.get(f"issues/{number}"), f"issue {number}")
        except (Refused, Odd) as error:
            raise LookUpFailed(f"{self._client.repo}: {error}") from None
        if number in self._pulls:
            raise LookUpFailed(f"{self._client.repo}#{number}: is a pull request, not an issue")
        return found

    def remarks(self, number: int, since: datetime) -> list[Remark]:
        """See :class:`Tracker`."""
        try:
            self._ground.explore()
            pages = self._client.pages(f"issues/{number}/comments", since=_time(since))
            found = [shapes.comment(told, f"a comment on issue {number}") for told in pages]
        except (Refused, Odd) as error:
            raise LookUpFailed(f"{self._client.repo}: {error}") from None
        return [Remark(one.created_at, one.body or "", self._ground.wrote(one)) for one in found]

    def issue(self, told: Any, what: str) -> Issue:
        """As the reconciler sees it. Raises Odd."""
        return self.seen(shapes.read(told, what))

    def seen(self, document: shapes.Document) -> Issue:
        """As the reconciler sees it; remembered when it is ours."""
        issue = document.issue(is_ours=self._ground.wrote(document))
        if document.pull_request is not None:
            self._pulls.add(issue.number)
        elif issue.is_ours:
            self._mine.add(issue.number)
        return issue

    def is_mine(self, number: int) -> bool:
        """Whether it is an issue, and one that we wrote; asked for when it was not seen yet. Raises Gone."""
        if number not in self._mine:
            self._ground.explore()
            self.issue(self._client.get(f"issues/{number}"), f"issue {number}")
        return number in self._mine

    def _listed(self, label: str, closed_since: datetime) -> dict[int, Issue]:
        since = closed_since.astimezone(UTC)
        # Oldest first: what is opened meanwhile comes at the end and shifts nothing between two pages.
        order = {"sort": "created", "direction": "asc"}
        asked: list[tuple[dict[str, str], Callable[[Issue], bool]]] = [
            ({"labels": label, "state": "open"}, lambda _: True),
            (
                {"labels": label, "state": "closed", "since": _time(since)},
                lambda issue: issue.closed_at is None or issue.closed_at >= since,
            ),
            *(({"creator": name, "state": "open"}, lambda issue: issue.is_ours) for name in self._ground.accounts),
        ]
        return {
            issue.number: issue
            for filters, wanted in asked
            for issue in self._issues({**filters, **order})
            if wanted(issue)
        }

    def _issues(self, filters: dict[str, str]) -> Iterator[Issue]:
        for told in self._client.pages("issues", **filters):
            if told.get("pull_request") is None:
                yield self.issue(told, "an issue of the list")

    def _one(self, number: int) -> Issue | Literal["deleted", "transferred"] | None:
        try:
            told = self._get(number)
        except Absent as error:
            return "transferred" if error.moved else "deleted"
        if isinstance(told, dict) and told.get("pull_request") is not None:
            return None
        return self.issue(told, f"issue {number}")

    def _get(self, number: int) -> Any:
        for pause in LOOKS_S:
            try:
                return self._client.get(f"issues/{number}")
            except Absent as error:
                if error.status != 404:
                    raise
            # What was opened a moment ago may not be everywhere yet; taken for deleted, it would be opened again.
            self._clock.sleep(pause)
        return self._client.get(f"issues/{number}")


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
