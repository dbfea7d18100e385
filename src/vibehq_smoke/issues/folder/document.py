"""One issue as a file: front matter, body, comments. Reading what was written gives the same texts, whatever they are.

A comment begins with a line of its own, ``--- comment 2026-05-01T22:00:00Z ---``. A line of a text that looks like
that gets a backslash before it, which Markdown does not show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from .front_matter import FENCE, quoted, quoted_list

KEYS = (
    "number", "title", "state", "state_reason", "labels", "created", "closed", "milestone", "assignees",
)  # fmt: skip
"""Of the front matter, in their order."""

_LIKE_A_SEPARATOR = re.compile(r"^(\\*--- comment)", re.MULTILINE)


@dataclass(frozen=True)
class Comment:
    """What somebody added."""

    heading: str
    """When; people may write more, such as their name."""
    text: str


@dataclass(frozen=True)
class IssueFile:
    """All that a file says. Its number is its name's."""

    title: str
    body: str
    created: datetime
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    labels: tuple[str, ...] = ()
    closed: datetime | None = None
    milestone: str | None = None
    assignees: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()
    others: tuple[str, ...] = ()
    """Lines of the front matter that people added; they are kept."""


def when(time: datetime) -> str:
    """A time as files give it."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def written(comment: Comment) -> datetime | None:
    """When a comment was written; None where people wrote something else in the place of the time."""
    try:
        time = datetime.fromisoformat(comment.heading)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def render(file: IssueFile, number: int) -> str:
    """The file's text."""
    values = (
        str(number),
        quoted(file.title),
        file.state,
        file.state_reason or "",
        quoted_list(file.labels),
        when(file.created),
        when(file.closed) if file.closed else "",
        quoted(file.milestone or ""),
        quoted_list(file.assignees),
    )
    fields = [f"{key}: {value}".rstrip(" ") for key, value in zip(KEYS, values, strict=True)]
    # a line of people's that begins with a blank must not continue a field of ours
    head = "\n".join([FENCE, *file.others, *fields, FENCE])
    comments = (f"\n--- comment {one.heading} ---\n\n{_escaped(one.text)}\n" for one in file.comments)
    return f"{head}\n\n{_escaped(file.body)}\n" + "".join(comments)


def _escaped(text: str) -> str:
    return _LIKE_A_SEPARATOR.sub(r"\\\1", text)
