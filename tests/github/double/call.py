"""One request on its way through a route, and what all routes need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from .messages import Answer, Problem, Request
from .repository import Repository
from .shapes import Shapes
from .state import Account, Issue, IssueState

if TYPE_CHECKING:
    from .core import Double

FORBIDDEN = "Resource not accessible by integration"


@dataclass
class Call:
    """A request that was let in: known account, within the limits, valid."""

    double: Double
    request: Request
    account: Account
    shapes: Shapes
    names: dict[str, str]
    """What stands in the path, unquoted."""
    repo: Repository

    @property
    def now(self) -> datetime:
        """By the double's clock."""
        return self.double.clock.now()

    @property
    def seen_at(self) -> datetime:
        """The moment whose state a list shows."""
        return self.double.seen_at()

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent."""
        return self.request.json or {}

    def issue(self) -> Issue:
        """The issue in the path; 404, 410 or 301 when it is not here."""
        number = self.names["number"]
        issue = self.repo.issues.get(int(number)) if number.isdigit() else None
        if issue is None:
            raise Problem(404, "Not Found")
        if issue.now.deleted:
            raise Problem(410, "This issue was deleted", docs="/issues/issues#get-an-issue")
        if issue.now.moved_to:
            repository, there = issue.now.moved_to
            url = f"{self.request.root}/repositories/{repository}/issues/{there}"
            raise Moved(url)
        return issue

    def issue_seen(self) -> tuple[Issue, IssueState]:
        """The issue in the path, as a read sees it."""
        if not self.double.lag_of_reads:
            present = self.issue()
            return present, present.now
        number = self.names["number"]
        issue = self.repo.issues.get(int(number)) if number.isdigit() else None
        state = issue.as_of(self.seen_at) if issue else None
        if issue is None or state is None:
            raise Problem(404, "Not Found")
        return (issue, state) if state.is_here else (self.issue(), state)

    def needs_write(self) -> None:
        """403 for a workflow without ``issues: write``."""
        if self.account.kind == "actions" and not self.account.may_write_issues:
            raise Problem(403, FORBIDDEN)

    def needs_push(self) -> None:
        """403 for those who may only read."""
        self.needs_write()
        if not self.account.may("push"):
            raise Problem(403, "Must have admin rights to Repository.")

    def page(self, rows: list[Any], shape: Callable[[Any], Any]) -> Answer:
        """The page that was asked for, with links to the others."""
        size = min(100, max(1, int(self.request.query.get("per_page") or 30)))
        number = max(1, int(self.request.query.get("page") or 1))
        last = max(1, -(-len(rows) // size))
        link = ", ".join(f'<{self._page_url(to)}>; rel="{rel}"' for rel, to in _relations(number, last))
        content = [shape(row) for row in rows[(number - 1) * size : number * size]]
        return Answer(200, content, {"link": link} if link else {})

    def _page_url(self, number: int) -> str:
        kept = [(key, value) for key, value in parse_qsl(urlsplit(self.request.target).query) if key != "page"]
        rest = self.request.path.split("/", 4 if self.request.path.startswith("/repos/") else 3)[-1]
        query = urlencode([*kept, ("page", str(number))])
        return f"{self.request.root}/repositories/{self.repo.id}/{rest}?{query}"


class Moved(Problem):
    """301: it is elsewhere now."""

    def __init__(self, url: str) -> None:
        super().__init__(301, "Moved Permanently", headers={"location": url})
        self.answer.content = {
            "message": "Moved Permanently",
            "url": url,
            "documentation_url": "https://docs.github.com/rest",
        }


def _relations(number: int, last: int) -> list[tuple[str, int]]:
    back = [("prev", min(number - 1, last))] if number > 1 else []
    on = [("next", number + 1), ("last", last)] if number < last else []
    return [*back, *on, *([("first", 1)] if number > 1 else [])]
