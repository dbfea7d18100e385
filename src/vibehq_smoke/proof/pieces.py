"""The pieces of JSON in an answer, and what stands where in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .looks import ALL

if TYPE_CHECKING:
    from .looks import Path

Answer = dict[str, Any]
MISSING = object()
REMOVED = object()
_WITH_ANY_LETTER = json.JSONEncoder(ensure_ascii=False)
"""Made once: with an argument of its own, ``json.dumps`` makes an encoder for every value."""


def pieces_of(kind: str, answer: Answer) -> Iterator[tuple[int, Any]]:
    """The pieces of JSON in an answer, by number."""
    match kind:
        case "http" if "body" in answer:
            yield from _parsed(0, answer["body"])
        case "operator" | "other" if "value" in answer:
            yield 0, answer["value"]
        case "socket":
            coming = [event for event in answer.get("events", ()) if event["way"] != "out"]
            for index, event in enumerate(coming):
                if event["way"] == "in":
                    yield from _parsed(index, event["text"])
        case "callbacks":
            for index, one in enumerate(answer["got"]):
                yield from _parsed(index, one["body"])
        case _:
            pass


def with_piece(kind: str, answer: Answer, index: int, value: Any) -> Answer:
    """The answer with another piece of JSON."""
    match kind:
        case "http":
            return answer | {"body": _WITH_ANY_LETTER.encode(value)}
        case "socket":
            coming = [number for number, event in enumerate(answer["events"]) if event["way"] != "out"]
            return answer | {"events": _put(answer["events"], coming[index], "text", json.dumps(value))}
        case "callbacks":
            return answer | {"got": _put(answer["got"], index, "body", json.dumps(value))}
        case _:
            return answer | {"value": value}


def _put(several: list[Answer], index: int, key: str, value: Any) -> list[Answer]:
    return [one | {key: value} if number == index else one for number, one in enumerate(several)]


def _parsed(index: int, text: str) -> Iterator[tuple[int, Any]]:
    try:
        yield index, json.loads(text)
    except (ValueError, RecursionError):
        return


def found_at(value: Any, path: Path) -> Any:
    """What stands at ``path``, in the first element where it leads into all of a list."""
    for key in path:
        inside = value.get(key, MISSING) if isinstance(value, dict) else MISSING
        if isinstance(value, list) and value and key == ALL:
            inside = value[0]
        if inside is MISSING:
            return MISSING
        value = inside
    return value


def at(value: Any, path: Path) -> Any:
    """What stands at ``path``. Raises KeyError."""
    found = found_at(value, path)
    if found is MISSING:
        raise KeyError(path)
    return found


def changed_at(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """A copy in which ``change`` was made of what stands at ``path``; it is left out where that gives ``REMOVED``."""
    if not path:
        return change(value)
    key, rest = path[0], path[1:]
    if isinstance(value, dict) and key in value:
        made = {name: changed_at(one, rest, change) if name == key else one for name, one in value.items()}
        return {name: one for name, one in made.items() if one is not REMOVED}
    if isinstance(value, list) and key == ALL:
        return [one for one in (changed_at(one, rest, change) for one in value) if one is not REMOVED]
    return value
