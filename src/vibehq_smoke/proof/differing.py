"""What was changed in an answer, for a person to read."""

from __future__ import annotations

import difflib
import json
from typing import Any

_MOST_LINES = 24
_WIDEST = 160
_ABSENT = object()


def difference(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """The lines that differ between two answers, within what holds them, as a unified diff without its head."""
    before, after = (_lines(one) for one in _narrowed(old, new))
    lines = [line for line in difflib.unified_diff(before, after, n=1, lineterm="") if line[:3] not in ("---", "+++")]
    more = len(lines) - _MOST_LINES
    shown = [line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…" for line in lines[:_MOST_LINES]]
    return [*shown, f"… and {more} more line(s)"] if more > 0 else shown


def _lines(value: Any) -> list[str]:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str).splitlines()


def _narrowed(old: Any, new: Any) -> tuple[Any, Any]:
    """Both without what they have in common: answers can be long, and most of one is always the same."""
    old, new = _opened(old), _opened(new)
    if isinstance(old, dict) and isinstance(new, dict):
        return _narrowed_objects(old, new)
    if isinstance(old, list) and isinstance(new, list):
        head = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
        head = min(len(old), len(new)) if head is None else head
        tail = 0
        while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        left = old[head : len(old) - tail], new[head : len(new) - tail]
        if len(left[0]) == len(left[1]) == 1:
            inner = _narrowed(left[0][0], left[1][0])
            return [inner[0]], [inner[1]]
        return [_opened(one) for one in left[0]], [_opened(one) for one in left[1]]
    return old, new


def _narrowed_objects(old: dict[str, Any], new: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key, _ABSENT), new.get(key, _ABSENT)
        if one is _ABSENT or other is _ABSENT:
            before |= {} if one is _ABSENT else {key: one}
            after |= {} if other is _ABSENT else {key: other}
        elif one != other:
            before[key], after[key] = _narrowed(one, other)
    return before, after


def _opened(value: Any) -> Any:
    """A text that is JSON, as JSON."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
