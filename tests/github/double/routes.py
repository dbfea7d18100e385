"""Which request is which of GitHub's operations, by the name that its description gives it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from . import comments, issues, labels, listing, milestones, places
from .call import Call
from .messages import Answer, Request

Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """One operation."""

    method: str
    path: re.Pattern[str]
    operation: str
    handler: Handler

    @property
    def is_of_issues(self) -> bool:
        """Whether there must be issues in the repository."""
        return "/issues" in self.path.pattern and "/repos/" in self.path.pattern


def _route(method: str, path: str, operation: str, handler: Handler) -> Route:
    return Route(method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), operation, handler)


R = "/repos/{owner}/{repo}"
I = f"{R}/issues/{{number}}"  # noqa: E741  # beside R
ROUTES = (
    _route("GET", f"{R}/issues", "issues.list_for_repo", listing.list_issues),
    _route("POST", f"{R}/issues", "issues.create", issues.create_issue),
    _route("GET", I, "issues.get", issues.get_issue),
    _route("PATCH", I, "issues.update", issues.update_issue),
    _route("GET", f"{I}/comments", "issues.list_comments", comments.list_comments),
    _route("POST", f"{I}/comments", "issues.create_comment", comments.create_comment),
    _route("GET", f"{I}/labels", "issues.list_labels_on_issue", labels.list_issue_labels),
    _route("POST", f"{I}/labels", "issues.add_labels", labels.add_issue_labels),
    _route("PUT", f"{I}/labels", "issues.set_labels", labels.set_issue_labels),
    _route("DELETE", f"{I}/labels/{{name}}", "issues.remove_label", labels.remove_issue_label),
    _route("GET", f"{R}/labels", "issues.list_labels_for_repo", labels.list_labels),
    _route("POST", f"{R}/labels", "issues.create_label", labels.create_label),
    _route("GET", f"{R}/labels/{{name}}", "issues.get_label", labels.get_label),
    _route("PATCH", f"{R}/labels/{{name}}", "issues.update_label", labels.update_label),
    _route("DELETE", f"{R}/labels/{{name}}", "issues.delete_label", labels.delete_label),
    _route("GET", f"{R}/milestones", "issues.list_milestones", milestones.list_milestones),
    _route("POST", f"{R}/milestones", "issues.create_milestone", milestones.create_milestone),
    _route("GET", f"{R}/milestones/{{number}}", "issues.get_milestone", milestones.get_milestone),
    _route("PATCH", f"{R}/milestones/{{number}}", "issues.update_milestone", milestones.update_milestone),
    _route("GET", f"{R}/assignees/{{name}}", "issues.check_user_can_be_assigned", places.check_assignee),
    _route("GET", R, "repos.get", places.get_repository),
    _route("GET", "/user", "users.get_authenticated", places.get_user),
    _route("GET", "/rate_limit", "rate_limit.get", places.get_rate_limit),
    _route("GET", "/search/issues", "search.issues_and_pull_requests", places.search_issues),
)


def find(request: Request, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of the request, whose path may have been led elsewhere, and the names in it."""
    for route in ROUTES:
        if route.method == request.method and (match := route.path.fullmatch(path)):
            return route, {name: unquote(value) for name, value in match.groupdict().items()}
    return None
