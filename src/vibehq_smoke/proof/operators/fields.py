"""Operators on the fields of an answer that a check names, whatever way the answer came."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from ..mutants import Change
from ..reads import Path
from ..rules import Rule
from ..subjects import REMOVED, Answer, FieldAt, Piece, Subject, at, changed_at, pieces_of, with_piece
from . import diff, operator

JSON_KINDS = "http operator socket callbacks other"
ADVICE = "name the field in the model, and require it"
VALUE_ADVICE = "assert what the value must be: compare it with what was sent, or with another answer"

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
EPOCH_MS = 10**11
"""A whole number above it is a moment in milliseconds since 1970, and counts nothing."""


def place(path: Path) -> str:
    """A path as messages write it."""
    return "$" + "".join("[*]" if isinstance(key, int) else f".{key}" for key in path)


def _spots(subject: Subject) -> Iterator[tuple[Piece, FieldAt]]:
    """Every field that is named, in the last piece that has it."""
    last: dict[tuple[int, Path], tuple[Piece, FieldAt]] = {}
    for piece in subject.pieces:
        for field in piece.fields:
            last[piece.index, field.path] = (piece, field)
    yield from last.values()


def _everywhere(subject: Subject, piece: Piece, path: Path, change: Callable[[Any], Any]) -> dict[int, Answer]:
    """Every answer of the question with that change, where the place is there."""
    changed: dict[int, Answer] = {}
    for number, answer in subject.answers.items():
        for index, value in pieces_of(subject.kind, answer):
            new = changed_at(value, path, change) if index == piece.index else value
            if new != value:
                changed[number] = with_piece(subject.kind, answer, index, new)
    return changed


def _once(subject: Subject, piece: Piece, path: Path, change: Callable[[Any], Any]) -> dict[int, Answer]:
    """The last answer of the question with that change."""
    new = changed_at(piece.value, path, change)
    answer = with_piece(subject.kind, subject.answers[piece.number], piece.index, new)
    return {piece.number: answer} if new != piece.value else {}


def _of(
    subject: Subject, piece: Piece, path: Path, what: str, changed: dict[int, Answer], rule: str | None = None
) -> Change:
    """A change of what stands at ``path``."""
    frame = piece.index if subject.kind == "socket" else None
    return Change(what, changed, rule, spot=f"{piece.index} {place(path)}", frame=frame)


def _to(new: Any) -> Callable[[Any], Any]:
    return lambda _: new


@operator("field-removed", "missing field", JSON_KINDS, advice="require the field, and fill in no default for it")
def removed(subject: Subject) -> Iterator[Change]:
    """A field is not there."""
    for piece, field in _spots(subject):
        if isinstance(field.path[-1], str):
            rule = None if field.required else Rule.OPTIONAL
            changed = _everywhere(subject, piece, field.path, _to(REMOVED))
            yield _of(subject, piece, field.path, f"{place(field.path)} is missing", changed, rule)


@operator("field-null", "field", JSON_KINDS, advice=ADVICE)
def null(subject: Subject) -> Iterator[Change]:
    """A field is null."""
    for piece, field in _spots(subject):
        if at(piece.value, field.path) is not None:
            rule = Rule.NULLABLE if field.nullable else None
            yield _shape(subject, piece, field, None, rule)


@operator("field-type", "field", JSON_KINDS, advice=ADVICE)
def wrong_type(subject: Subject) -> Iterator[Change]:
    """A field is of another type."""
    for piece, field in _spots(subject):
        old = at(piece.value, field.path)
        is_object = field.texts or isinstance(old, str | list) or old is None
        new: Any = {"smoke": "mutant"} if is_object else "smoke mutant"
        yield _shape(subject, piece, field, new, Rule.ANYTHING if field.anything else None)


@operator("field-word", "field", JSON_KINDS, advice="name the words that are allowed: Literal[...]")
def unknown_word(subject: Subject) -> Iterator[Change]:
    """A field says a word that is not in its vocabulary."""
    for piece, field in _spots(subject):
        old = at(piece.value, field.path)
        if field.words and isinstance(old, str):
            yield _shape(subject, piece, field, "smoke-mutant")


@operator("field-range", "field", JSON_KINDS, advice="name the limits of the number: Field(ge=0, le=1)")
def out_of_range(subject: Subject) -> Iterator[Change]:
    """A number is below or above its range."""
    for piece, field in _spots(subject):
        old = at(piece.value, field.path)
        if isinstance(old, int | float) and not isinstance(old, bool):
            beyond = ((field.low, -1), (field.high, 1))
            for new in (limit + step for limit, step in beyond if limit is not None):
                yield _shape(subject, piece, field, new)


def _shape(subject: Subject, piece: Piece, field: FieldAt, new: Any, rule: str | None = None) -> Change:
    """Another value that has not the shape of the field, in every answer."""
    changed = _everywhere(subject, piece, field.path, _to(new))
    what = diff(place(field.path), at(piece.value, field.path), new)
    return _of(subject, piece, field.path, what, changed, rule)


def _values(subject: Subject, wanted: Callable[[Any], bool]) -> Iterator[tuple[Piece, FieldAt, Any, str | None]]:
    for piece, field in _spots(subject):
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
        changed = _once(subject, piece, field.path, lambda one: change(one) if wanted(one) else one)
        yield _of(subject, piece, field.path, diff(place(field.path), old, change(old)), changed, rule)


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
        yield _of(
            subject,
            piece,
            field.path,
            diff(place(field.path), old, new),
            _once(subject, piece, field.path, _to(new)),
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
        changed = _everywhere(subject, piece, path, _to([]))
        yield _of(subject, piece, path, diff(place(path), old, []), changed, rule)


@operator("list-doubled", "value", JSON_KINDS, advice="say that there are no doubles, or how many there must be")
def doubled(subject: Subject) -> Iterator[Change]:
    """Everything in a list is there twice."""
    for piece, path, old, rule in _lists(subject):
        what = f"{place(path)}: {len(old)} → {2 * len(old)} element(s), all twice"
        yield _of(subject, piece, path, what, _once(subject, piece, path, lambda one: [*one, *one]), rule)


@operator("list-short", "value", JSON_KINDS, advice="say which elements there must be")
def one_less(subject: Subject) -> Iterator[Change]:
    """The last element of a list is not there."""
    for piece, path, old, rule in _lists(subject):
        if len(old) > 1:
            what = f"{place(path)}: {len(old)} → {len(old) - 1} element(s)"
            yield _of(subject, piece, path, what, _once(subject, piece, path, lambda one: one[:-1]), rule)
