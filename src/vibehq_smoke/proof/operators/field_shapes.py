"""Operators on the shape of a field that a check names: whether it is there, its type, its words, its range."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..mutants import Change
from ..named import FieldAt
from ..pieces import REMOVED, at
from ..rules import Rule
from ..subjects import Piece, Subject
from . import diff, operator
from .fields import JSON_KINDS, change_of, everywhere, place, spots, to

ADVICE = "name the field in the model, and require it"


@operator("field-removed", "missing field", JSON_KINDS, advice="require the field, and fill in no default for it")
def removed(subject: Subject) -> Iterator[Change]:
    """A field is not there."""
    for piece, field in spots(subject):
        if isinstance(field.path[-1], str):
            rule = None if field.required else Rule.OPTIONAL
            changed = everywhere(subject, piece, field.path, to(REMOVED))
            yield change_of(subject, piece, field.path, f"{place(field.path)} is missing", changed, rule)


@operator("field-null", "field", JSON_KINDS, advice=ADVICE)
def null(subject: Subject) -> Iterator[Change]:
    """A field is null."""
    for piece, field in spots(subject):
        if at(piece.value, field.path) is not None:
            rule = Rule.NULLABLE if field.nullable else None
            yield _shape(subject, piece, field, None, rule)


@operator("field-type", "field", JSON_KINDS, advice=ADVICE)
def wrong_type(subject: Subject) -> Iterator[Change]:
    """A field is of another type."""
    for piece, field in spots(subject):
        old = at(piece.value, field.path)
        is_object = field.texts or isinstance(old, str | list) or old is None
        new: Any = {"smoke": "mutant"} if is_object else "smoke mutant"
        yield _shape(subject, piece, field, new, Rule.ANYTHING if field.anything else None)


@operator("field-word", "field", JSON_KINDS, advice="name the words that are allowed: Literal[...]")
def unknown_word(subject: Subject) -> Iterator[Change]:
    """A field says a word that is not in its vocabulary."""
    for piece, field in spots(subject):
        old = at(piece.value, field.path)
        if field.words and isinstance(old, str):
            yield _shape(subject, piece, field, "smoke-mutant")


@operator("field-range", "field", JSON_KINDS, advice="name the limits of the number: Field(ge=0, le=1)")
def out_of_range(subject: Subject) -> Iterator[Change]:
    """A number is below or above its range."""
    for piece, field in spots(subject):
        old = at(piece.value, field.path)
        if isinstance(old, int | float) and not isinstance(old, bool):
            beyond = ((field.low, -1), (field.high, 1))
            for new in (limit + step for limit, step in beyond if limit is not None):
                yield _shape(subject, piece, field, new)


def _shape(subject: Subject, piece: Piece, field: FieldAt, new: Any, rule: str | None = None) -> Change:
    """Another value that has not the shape of the field, in every answer."""
    changed = everywhere(subject, piece, field.path, to(new))
    what = diff(place(field.path), at(piece.value, field.path), new)
    return change_of(subject, piece, field.path, what, changed, rule)
