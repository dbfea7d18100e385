"""What Sentry says, in each of its forms: an event, a list of issues, and the webhooks of alerts and of issues."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import UsageError
from .reading import parsed, shaped, what
from .sentry_shapes import AllThrown, Event, Frame, Issue, Metadata, Project, Thrown

EXPECTED = "an event, an issue, a list of issues, or a webhook of Sentry"

_OF_URL = re.compile(r"/issues/(\d{1,30})(?:/|$)")
_PROJECT_OF_URL = re.compile(r"/projects/[^/]+/([^/]+)/")
_PRIVATE = re.compile(r"user|e-?mail|\bip\b|address|phone", re.IGNORECASE)


@dataclass(frozen=True)
class Trouble:
    """What Sentry calls an issue: all events of one cause."""

    id: str
    title: str
    kind: str
    """The type of the exception."""
    status: str = "unresolved"
    level: str = "error"
    count: int | None = None
    """None for one event, which does not tell."""
    users: int | None = None
    alerted: str | None = None
    """The rule of Sentry's own that thought it worth telling."""
    short_id: str = ""
    project: str = ""
    culprit: str = ""
    url: str = ""
    release: str = ""
    environment: str = ""
    first_seen: str = ""
    last_seen: str = ""
    request: str = ""
    file: str = ""
    line: int = 0
    function: str = ""
    stack: str = ""
    tags: Sequence[tuple[str, str]] = ()


def read_troubles(text: str, name: str) -> list[Trouble]:
    """All troubles that the text tells of. Raises UsageError for anything else."""
    value = parsed(text, name, EXPECTED)
    if isinstance(value, list):
        if not all(isinstance(one, dict) for one in value):
            raise UsageError(f"{name}: expected {EXPECTED}, got {what(value)}")
        return [_read(one, f"{name}: entry {number}") for number, one in enumerate(value)]
    if not isinstance(value, dict):
        raise UsageError(f"{name}: expected {EXPECTED}, got {what(value)}")
    return [_webhook(value, name) if isinstance(value.get("data"), dict) else _read(value, name)]


def _webhook(value: dict[str, Any], name: str) -> Trouble:
    data = value["data"]
    action = str(value.get("action", ""))
    if isinstance(data.get("issue"), dict):
        status = {"resolved": "resolved", "archived": "ignored", "ignored": "ignored"}.get(action)
        return _of_issue({**data["issue"], **({"status": status} if status else {})}, name)
    if isinstance(data.get("event"), dict):
        return _of_event(data["event"], name, alerted=str(data.get("triggered_rule") or "an alert"))
    raise UsageError(
        f"{name}: a webhook that tells of no issue and no event (it holds {what(data)}); expected {EXPECTED}"
    )


def _read(value: dict[str, Any], name: str) -> Trouble:
    if isinstance(value.get("event"), dict):
        # the older plugin's webhook: what it says of the issue stands around the event
        around = {key: value[key] for key in ("culprit", "level", "message") if isinstance(value.get(key), str)}
        event = {**around, "issue_id": value.get("id"), "web_url": value.get("url"), **value["event"]}
        return _of_event(event, name, alerted=_first_rule(value))
    if "shortId" in value or "lastSeen" in value:
        return _of_issue(value, name)
    if any(key in value for key in ("event_id", "eventID", "exception", "entries")):
        return _of_event(value, name)
    raise UsageError(f"{name}: expected {EXPECTED}, got {what(value)}")


def _first_rule(value: dict[str, Any]) -> str:
    rules = value.get("triggering_rules")
    return str(rules[0]) if isinstance(rules, list) and rules else "an alert"


def _of_issue(value: dict[str, Any], name: str) -> Trouble:
    issue = shaped(Issue, value, name, "an issue of Sentry")
    metadata = issue.metadata or Metadata()
    project = issue.project.slug if isinstance(issue.project, Project) else issue.project or ""
    return Trouble(
        id=issue.id,
        title=issue.title or _both(metadata.type, metadata.value) or issue.culprit or f"Sentry issue {issue.id}",
        kind=metadata.type or issue.type or "error",
        status=issue.status,
        level=issue.level or "error",
        count=issue.count,
        users=issue.user_count,
        short_id=issue.short_id,
        project=project,
        culprit=issue.culprit or "",
        url=issue.permalink or "",
        first_seen=issue.first_seen or "",
        last_seen=issue.last_seen or "",
        file=metadata.filename or "",
        function=metadata.function or "",
    )


def _of_event(value: dict[str, Any], name: str, *, alerted: str | None = None) -> Trouble:
    event = shaped(Event, value, name, "an event of Sentry")
    entries = {str(one.get("type")): one.get("data") for one in event.entries or ()}
    told = event.exception or shaped(AllThrown, entries.get("exception") or {}, name, "an event of Sentry")
    thrown = (told.values or (Thrown(),))[-1]
    frames = (thrown.stacktrace.frames if thrown.stacktrace else None) or ()
    own = [frame for frame in frames if frame.in_app is not False] or list(frames)
    inner = own[-1] if own else Frame()
    metadata = event.metadata or Metadata()
    kind, value_ = thrown.type or metadata.type or "error", thrown.value or metadata.value
    tags = list(_tags(event.tags or ()))
    known = dict(tags)
    title = event.title or _both(thrown.type, value_) or event.message or event.culprit or kind
    release = event.release.get("version") if isinstance(event.release, dict) else event.release
    return Trouble(
        id=event.group or _found(_OF_URL, event.issue_url, event.web_url, event.url) or "",
        title=title,
        kind=kind,
        level=event.level or known.get("level", "error"),
        alerted=alerted,
        project=_found(_PROJECT_OF_URL, event.url) or "",
        culprit=event.culprit or "",
        url=event.web_url or "",
        release=str(release or known.get("release", "")),
        environment=event.environment or known.get("environment", ""),
        last_seen=event.date_created or "",
        request=_request(event.request or entries.get("request")),
        file=inner.filename or metadata.filename or "",
        line=inner.line or 0,
        function=inner.function or metadata.function or "",
        stack=_stack(thrown, frames),
        tags=tags,
    )


def _both(kind: str | None, value: str | None) -> str:
    return ": ".join(part for part in (kind, value) if part)


def _found(pattern: re.Pattern[str], *urls: str | None) -> str | None:
    return next((match[1] for url in urls if url and (match := pattern.search(url))), None)


def _tags(tags: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Name and value of each tag, but for those that tell of a person."""
    for tag in tags:
        if isinstance(tag, dict):
            tag = (tag.get("key"), tag.get("value"))
        if isinstance(tag, list | tuple) and len(tag) == 2 and all(isinstance(part, str) for part in tag):
            name, value = tag
            if not _PRIVATE.search(name):
                yield name, value


def _request(request: Any) -> str:
    """Method and URL; headers, cookies and body are nobody's business in an issue."""
    if not isinstance(request, dict):
        return ""
    return " ".join(part for part in (request.get("method"), request.get("url")) if isinstance(part, str))


def _stack(thrown: Thrown, frames: Sequence[Frame]) -> str:
    lines = [_both(thrown.type, thrown.value)] if thrown.type or thrown.value else []
    for frame in reversed(frames):
        place = f"{frame.filename or '?'}:{frame.line}" if frame.line else frame.filename or "?"
        lines.append(f"    at {frame.function} ({place})" if frame.function else f"    at {place}")
    return "\n".join(lines)
