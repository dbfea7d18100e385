"""Reads an issue's file: what the harness wrote, and what people made of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar, get_args

from ...errors import nearest
from ..tracker import StateReason
from .document import KEYS, Comment, IssueFile
from .front_matter import FENCE, Broken, Field, read, unquoted, unquoted_list

T = TypeVar("T")

_STATES = ("open", "closed")
_REASONS: tuple[str, ...] = get_args(StateReason)
_SEPARATOR = re.compile(r"--- comment\b[ \t]*(.*?)[ \t]*---[ \t]*")
_ESCAPED = re.compile(r"^\\(\\*--- comment)", re.MULTILINE)


def parse(content: bytes, changed: datetime) -> IssueFile:
    """What a file says; ``changed``, when it was last changed, stands for times that people left out. Raises Broken."""
    lines = _decoded(content).split("\n")
    if lines[0].rstrip() != FENCE:
        raise Broken(1, f"the first line is not {FENCE}, with which an issue's file begins")
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        raise Broken(len(lines), f"there is no second line {FENCE}, which ends the part about the issue")
    fields, others = read(lines[1:end], frozenset(KEYS))
    body, comments = _texts(lines[end + 1 :])
    return _file(fields, others, body, comments, changed)


def likely_bodies(content: bytes) -> list[str]:
    """What may be the body of a file that cannot be understood, the likeliest first, all of its text last."""
    text = content.decode("utf-8", errors="replace").replace("\r\n", "\n")
    lines = text.split("\n")
    fences = [number + 1 for number, line in enumerate(lines) if number and line.rstrip() == FENCE]
    blanks = [number for number, line in enumerate(lines) if not line]
    return [*(_texts(lines[start:])[0] for start in (*fences[:1], *blanks[:1])), text]


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Broken(content.count(b"\n", 0, error.start) + 1, "is not UTF-8 text") from None
    # an editor that ends lines its own way ends all of them so
    return text.replace("\r\n", "\n") if text.partition("\n")[0].endswith("\r") else text


def _texts(lines: list[str]) -> tuple[str, tuple[Comment, ...]]:
    starts = [(number, found[1]) for number, line in enumerate(lines) if (found := _SEPARATOR.fullmatch(line))]
    ends = [*(number for number, _ in starts), len(lines)]
    comments = [
        Comment(heading, _text(lines[start + 1 : end])) for (start, heading), end in zip(starts, ends[1:], strict=True)
    ]
    return _text(lines[: ends[0]]), tuple(comments)


def _text(lines: list[str]) -> str:
    """A text without the empty line that stands before and after each."""
    lines = lines[1:] if lines[:1] == [""] else lines
    lines = lines[:-1] if lines[-1:] == [""] else lines
    return _ESCAPED.sub(r"\1", "\n".join(lines))


def _file(
    fields: dict[str, Field], others: tuple[str, ...], body: str, comments: tuple[Comment, ...], changed: datetime
) -> IssueFile:
    state = _value(fields, "state", lambda text: _one_of(unquoted(text), _STATES)) or "open"
    reason = _value(fields, "state_reason", lambda text: _one_of(unquoted(text).replace(" ", "_"), _REASONS))
    closed = _value(fields, "closed", _time)
    return IssueFile(
        title=_value(fields, "title", unquoted) or "",
        body=body,
        created=_value(fields, "created", _time) or changed,
        state="closed" if state == "closed" else "open",
        # who opens an issue again by hand changes one word
        state_reason=reason if state == "closed" or reason == "reopened" else None,
        labels=_value(fields, "labels", unquoted_list) or (),
        closed=(closed or changed) if state == "closed" else None,
        milestone=_value(fields, "milestone", unquoted) or None,
        assignees=_value(fields, "assignees", unquoted_list) or (),
        comments=comments,
        others=others,
    )


def _value(fields: dict[str, Field], key: str, convert: Callable[[str], T]) -> T | None:
    """The value of ``key``; None when there is none. Raises Broken."""
    field = fields.get(key)
    if field is None or not field.value:
        return None
    try:
        return convert(field.value)
    except ValueError as error:
        problem = str(error) if error.args and type(error) is ValueError else "quotes that do not match"
        raise Broken(field.line, f"{key}: {problem}") from None


def _one_of(word: str, allowed: tuple[str, ...]) -> str:
    if word.lower() not in allowed:
        near = nearest(word, allowed)
        hint = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"{word!r} is not allowed (allowed: {', '.join(allowed)}){hint}")
    return word.lower()


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(unquoted(text)).replace(microsecond=0)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time, wanted one such as 2026-05-01T22:00:00Z") from None
