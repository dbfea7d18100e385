"""The list of issues: what it keeps, in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from .call import Call
from .messages import Answer
from .state import Issue, IssueState

SORT_KEYS: dict[str, Callable[[tuple[Issue, IssueState]], Any]] = {
    "created": lambda pair: (pair[0].at, pair[0].number),
    "updated": lambda pair: (pair[1].at, pair[0].number),
    "comments": lambda pair: (len(pair[0].comments), pair[0].number),
}


def list_issues(call: Call) -> Answer:
    """Open ones unless asked otherwise, the newest first, pull requests among them, as of some time ago."""
    query, at = call.request.query, call.seen_at
    pairs = [(issue, state) for issue in call.repo.issues.values() if (state := issue.as_of(at)) and state.is_here]
    tests = [test(call, query[key]) for key, test in FILTERS.items() if key in query]
    if "state" not in query:
        tests.append(_state(call, "open"))
    kept = [pair for pair in pairs if all(test(*pair) for test in tests)]
    kept.sort(key=SORT_KEYS[query.get("sort", "created")], reverse=query.get("direction", "desc") == "desc")
    return call.page(kept, lambda pair: call.shapes.issue(call.repo, *pair))


Test = Callable[[Issue, IssueState], bool]


def _state(_call: Call, wanted: str) -> Test:
    return lambda _issue, state: wanted in {"all", state.state}


def _labels(call: Call, wanted: str) -> Test:
    found = [call.repo.label(name.strip()) for name in wanted.split(",") if name.strip()]
    ids = {label.id if label else -1 for label in found}
    return lambda _issue, state: ids <= set(state.labels)


def _since(_call: Call, wanted: str) -> Test:
    since = datetime.fromisoformat(wanted)
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    return lambda _issue, state: state.at.replace(microsecond=0) >= since


def _creator(_call: Call, wanted: str) -> Test:
    return lambda issue, _state: issue.by.lower() == wanted.lower()


def _assignee(_call: Call, wanted: str) -> Test:
    if wanted in {"none", "*"}:
        return lambda _issue, state: bool(state.assignees) == (wanted == "*")
    return lambda _issue, state: wanted.lower() in {login.lower() for login in state.assignees}


def _milestone(_call: Call, wanted: str) -> Test:
    if wanted in {"none", "*"}:
        return lambda _issue, state: (state.milestone is not None) == (wanted == "*")
    return lambda _issue, state: str(state.milestone) == wanted


FILTERS = {
    "state": _state, "labels": _labels, "since": _since, "creator": _creator, "assignee": _assignee,
    "milestone": _milestone,
}  # fmt: skip
