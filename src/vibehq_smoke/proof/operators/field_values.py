"""Operators on the value of a field that a check names, which leave its shape as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from ..looks import Path
from ..mutants import Change
from ..named import FieldAt
from ..pieces import at
from ..rules import Rule
from ..subjects import Piece, Subject
from . import diff, operator
from .fields import JSON_KINDS, change_of, everywhere, once, place, spots, to

VALUE_ADVICE = "assert what the value must be: compare it with what was sent, or with another answer"

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
EPOCH_MS = 10**11
"""A whole number above it is a moment in milliseconds since 1970, and counts nothing."""


def _values(subject: Subject, wanted: Callable[[Any], bool]) -> Iterator[tuple[Piece, FieldAt, Any, str | None]]:
    for piece, field in spots(subject):
        old = at(piece.value, field.path)
        if wanted(old):
            yield piece, field, old, None if field.is_used else Rule.UNUSED


def _each(
    subject: Subject,
    wanted: Callable[[Any], bool],
    change: Callable[[Any], Any],
    excuse: Callable[[Any], str | None] = lambda _: None,
) -> Iterator[Change]:
    """Values of that sort, changed in the last answer, in all elements of a list alike; ``excuse`` is a rule."""
    for piece, field, old, unused in _values(subject, wanted):
        rule = unused or excuse(old)
        changed = once(subject, piece, field.path, lambda one: change(one) if wanted(one) else one)
        yield change_of(subject, piece, field.path, diff(place(field.path), old, change(old)), changed, rule)


@operator("id-swapped", "value", JSON_KINDS, advice=VALUE_ADVICE)
def swapped_id(subject: Subject) -> Iterator[Change]:
    """An id is that of something else."""
    yield from _each(subject, is_uuid, other_id, lambda old: None if subject.is_told_again(old) else Rule.LONE)


def is_uuid(value: Any) -> bool:
    """Whether a value is a uuid."""
    return isinstance(value, str) and bool(_UUID.match(value))


def other_id(old: str) -> str:
    """Another uuid, the same one for the same id."""
    return "".join(f"{15 - int(one, 16):x}" if number > 23 and one != "-" else one for number, one in enumerate(old))


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value < EPOCH_MS


@operator("counter-up", "value", JSON_KINDS, advice=VALUE_ADVICE)
def one_too_many(subject: Subject) -> Iterator[Change]:
    """A whole number is one too many."""
    yield from _each(subject, _is_count, lambda old: old + 1)


@operator("counter-down", "value", JSON_KINDS, advice=VALUE_ADVICE)
def one_too_few(subject: Subject) -> Iterator[Change]:
    """A whole number is one too few."""
    yield from _each(subject, _is_count, lambda old: old - 1)


@operator("flag", "value", JSON_KINDS, advice=VALUE_ADVICE)
def flipped(subject: Subject) -> Iterator[Change]:
    """What was true is false, and the other way round."""
    yield from _each(subject, lambda old: isinstance(old, bool), lambda old: not old)


@operator("stale", "value", JSON_KINDS, advice="compare the time with the moment of asking")
def stale(subject: Subject) -> Iterator[Change]:
    """A moment lies a month further back."""
    for piece, field, old, rule in _values(subject, lambda old: _earlier(old) is not None):
        if any(isinstance(key, int) for key in field.path):
            rule = rule or Rule.HAPPENED
        new = _earlier(old)
        yield change_of(
            subject,
            piece,
            field.path,
            diff(place(field.path), old, new),
            once(subject, piece, field.path, to(new)),
            rule,
        )


def _earlier(text: Any) -> Any:
    if isinstance(text, int) and text >= EPOCH_MS:
        return text - 30 * 86_400_000
    if not isinstance(text, str) or not _MOMENT.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text) - timedelta(days=30)
    except ValueError:
        return None
    shown = moment.isoformat(sep=text[10])
    return shown.replace("+00:00", "Z") if text.endswith("Z") else shown


def _lists(subject: Subject) -> Iterator[tuple[Piece, Path, list[Any], str | None]]:
    for piece, field, old, rule in _values(subject, lambda old: isinstance(old, list) and bool(old)):
        yield piece, field.path, old, rule
    for piece in subject.pieces:
        if isinstance(piece.value, list) and piece.value and piece.number == subject.last:
            yield piece, (), piece.value, None


@operator("list-empty", "value", JSON_KINDS, advice="say how many there must be, before looping over them")
def emptied(subject: Subject) -> Iterator[Change]:
    """A list is empty."""
    for piece, path, old, rule in _lists(subject):
        changed = everywhere(subject, piece, path, to([]))
        yield change_of(subject, piece, path, diff(place(path), old, []), changed, rule)


@operator("list-doubled", "value", JSON_KINDS, advice="say that there are no doubles, or how many there must be")
def doubled(subject: Subject) -> Iterator[Change]:
    """Everything in a list is there twice."""
    for piece, path, old, rule in _lists(subject):
        what = f"{place(path)}: {len(old)} → {2 * len(old)} element(s), all twice"
        yield change_of(subject, piece, path, what, once(subject, piece, path, lambda one: [*one, *one]), rule)


@operator("list-short", "value", JSON_KINDS, advice="say which elements there must be")
def one_less(subject: Subject) -> Iterator[Change]:
    """The last element of a list is not there."""
    for piece, path, old, rule in _lists(subject):
        if len(old) > 1:
            what = f"{place(path)}: {len(old)} → {len(old) - 1} element(s)"
            yield change_of(subject, piece, path, what, once(subject, piece, path, lambda one: one[:-1]), rule)
