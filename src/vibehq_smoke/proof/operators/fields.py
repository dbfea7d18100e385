"""The fields of an answer that a check names, whatever way the answer came, and how to change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..looks import Path
from ..mutants import Change
from ..named import FieldAt
from ..pieces import Answer, changed_at, pieces_of, with_piece
from ..subjects import Piece, Subject

JSON_KINDS = "http operator socket callbacks other"


def place(path: Path) -> str:
    """A path as messages write it."""
    return "$" + "".join("[*]" if isinstance(key, int) else f".{key}" for key in path)


def spots(subject: Subject) -> Iterator[tuple[Piece, FieldAt]]:
    """Every field that is named, in the last piece that has it."""
    last: dict[tuple[int, Path], tuple[Piece, FieldAt]] = {}
    for piece in subject.pieces:
        for field in piece.fields:
            last[piece.index, field.path] = (piece, field)
    yield from last.values()


def everywhere(subject: Subject, piece: Piece, path: Path, change: Callable[[Any], Any]) -> dict[int, Answer]:
    """Every answer of the question with that change, where the place is there."""
    changed: dict[int, Answer] = {}
    for number, answer in subject.answers.items():
        for index, value in pieces_of(subject.kind, answer):
            new = changed_at(value, path, change) if index == piece.index else value
            if new != value:
                changed[number] = with_piece(subject.kind, answer, index, new)
    return changed


def once(subject: Subject, piece: Piece, path: Path, change: Callable[[Any], Any]) -> dict[int, Answer]:
    """The last answer of the question with that change."""
    new = changed_at(piece.value, path, change)
    answer = with_piece(subject.kind, subject.answers[piece.number], piece.index, new)
    return {piece.number: answer} if new != piece.value else {}


def change_of(
    subject: Subject, piece: Piece, path: Path, what: str, changed: dict[int, Answer], rule: str | None = None
) -> Change:
    """A change of what stands at ``path``."""
    frame = piece.index if subject.kind == "socket" else None
    return Change(what, changed, rule, spot=f"{piece.index} {place(path)}", frame=frame)


def to(new: Any) -> Callable[[Any], Any]:
    """The change that puts ``new`` there, whatever was."""
    return lambda _: new
