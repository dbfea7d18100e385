"""Operators of the other direction: what differs between two healthy platforms must alarm nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from ..looks import ALL
from ..mutants import Change
from ..pieces import Answer, at, changed_at, with_piece
from ..subjects import Subject
from . import operator
from .field_values import is_uuid, other_id
from .fields import place

_SLOWER_MS = 60.0
_COUNTING = re.compile("total|count|size|limit|length", re.IGNORECASE)


def _rewritten(subject: Subject, rewrite: Callable[[Any], str]) -> dict[int, Answer]:
    changed: dict[int, Answer] = {}
    for number, answer in subject.answers.items():
        if "body" not in answer or _type_of(answer) != "application/json":
            continue
        try:
            text = rewrite(json.loads(answer["body"]))
        except (ValueError, RecursionError):
            continue
        if text != answer["body"]:
            changed[number] = answer | {"body": text}
    return changed


def _type_of(answer: Answer) -> str:
    value = next((value for name, value in answer.get("headers", ()) if name.lower() == "content-type"), "")
    return str(value).partition(";")[0].strip().lower()


def _tell(what: str, changed: dict[int, Answer]) -> Iterator[Change]:
    if changed:
        yield Change(what, changed)


@operator("extra-fields", "harmless", "http", harmless=True)
def extra_fields(subject: Subject) -> Iterator[Change]:
    """Every object in which the check names a field has a field more."""
    changed: dict[int, Answer] = {}
    for piece in subject.pieces:
        value = piece.value
        for path in {field.path[:-1] for field in piece.fields if isinstance(field.path[-1], str)}:
            value = changed_at(value, path, _with_more)
        if value != piece.value:
            answer = changed.get(piece.number, subject.answers[piece.number])
            changed[piece.number] = with_piece(subject.kind, answer, piece.index, value)
    yield from _tell("fields that nobody knows", changed)


def _with_more(value: Any) -> Any:
    return {**value, "xSmokeExtra": {"added": True}} if isinstance(value, dict) else value


@operator("key-order", "harmless", "http", harmless=True)
def key_order(subject: Subject) -> Iterator[Change]:
    """The fields stand in another order."""
    yield from _tell("another order of the fields", _rewritten(subject, lambda body: json.dumps(_turned(body))))


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _turned(value[key]) for key in reversed(value)}
    return [_turned(one) for one in value] if isinstance(value, list) else value


@operator("list-longer", "harmless", "http", harmless=True)
def longer_lists(subject: Subject) -> Iterator[Change]:
    """A list of things that nobody counts holds one more of them, after the others."""
    for piece in subject.pieces:
        for field in piece.fields:
            several = at(piece.value, field.path)
            if ALL not in field.path and _may_grow(several, piece.value):
                value = changed_at(piece.value, field.path, lambda old: [*old, _another(old[-1])])
                answer = with_piece(subject.kind, subject.answers[piece.number], piece.index, value)
                yield Change(f"{place(field.path)} holds one more", {piece.number: answer})


def _may_grow(several: Any, answer: Any) -> bool:
    """Whether these are things with ids of their own, of which the answer says nowhere how many there are."""
    is_of_things = isinstance(several, list) and bool(several) and isinstance(several[-1], dict)
    return is_of_things and _another(several[-1]) != several[-1] and not _is_counted(answer)


def _another(thing: dict[str, Any]) -> dict[str, Any]:
    """The same with other ids."""
    return {key: _other(key, value) for key, value in thing.items()}


def _other(key: str, value: Any) -> Any:
    if is_uuid(value):
        return other_id(value)
    return value + 1_000_003 if key == "id" and isinstance(value, int) else value


def _is_counted(value: Any) -> bool:
    """Whether an answer says how many there are, or may be."""
    if not isinstance(value, dict):
        return False
    return any((isinstance(inner, int) and _COUNTING.search(key)) or _is_counted(inner) for key, inner in value.items())


@operator("whitespace", "harmless", "http", harmless=True)
def whitespace(subject: Subject) -> Iterator[Change]:
    """The JSON is written with line breaks."""
    yield from _tell("other whitespace", _rewritten(subject, lambda body: json.dumps(body, indent=2) + "\n"))


@operator("header-case", "harmless", "http", harmless=True)
def header_case(subject: Subject) -> Iterator[Change]:
    """The names of the headers are written otherwise, and the content type has a charset."""
    changed: dict[int, Answer] = {}
    for number, answer in subject.answers.items():
        if "headers" in answer:
            headers = [[name.title(), _with_charset(name, value)] for name, value in answer["headers"]]
            changed[number] = answer | {"headers": headers}
    yield from _tell("headers written otherwise", changed)


def _with_charset(name: str, value: str) -> str:
    return (
        "application/json; charset=UTF-8" if name.lower() == "content-type" and value == "application/json" else value
    )


@operator("slower", "harmless", "http", harmless=True)
def slower(subject: Subject) -> Iterator[Change]:
    """The answer takes a little longer, far from any limit."""
    late = {number: answer | {"ms": answer["ms"] + _SLOWER_MS} for number, answer in subject.answers.items()
            if "ms" in answer}  # fmt: skip
    yield from _tell("slower by 60 ms", late)
