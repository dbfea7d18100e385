"""What mutants are made of: a check's questions, their answers, and the fields in them that the check names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .aligning import canonical
from .named import FieldAt, looked_up, named
from .pieces import Answer, found_at, pieces_of

if TYPE_CHECKING:
    from .looks import Looks
    from .questions import Known

_FOLDERS = re.compile(r"/(?:[\w.-]+/){2,}")
"""Where a program lies on this machine tells nobody anything."""


@dataclass(frozen=True)
class Piece:
    """One piece of JSON of one answer, and how to put another in its place."""

    number: int
    index: int
    value: Any
    fields: tuple[FieldAt, ...]


@dataclass(frozen=True)
class Subject:
    """A question of a check, as often as it was asked in the same form, and its answers."""

    check: str
    kind: str
    title: str
    place: str
    """Where the question goes: the same for every check that asks it."""
    answers: Mapping[int, Answer]
    """By number, in the order of asking."""
    pieces: tuple[Piece, ...] = ()
    status: bool = False
    """The check looks at the status."""
    media: bool = False
    headers: frozenset[str] | None = None
    """The headers that the check looks up by name; None when it looks at none at all."""
    bodies: bool = False
    judged: bool = True
    inside: bool = False
    """The check is about what the operator channel shows, and not only stricter with it."""
    calls: frozenset[str] = frozenset()
    """Of a page: what the check looks at."""
    own: str = ""
    """The question and its last answer, as one text."""
    others: tuple[str, ...] = ()
    """The same of the check's other questions."""

    @property
    def last(self) -> int:
        """The number of the last asking."""
        return list(self.answers)[-1]

    def is_told_again(self, text: str) -> bool:
        """Whether a text that stands in the last answer stands there twice, or in another question or its answer."""
        return self.own.count(text) > 1 or any(text in other for other in self.others)


def subjects(check: str, known: list[Known], asked: Iterable[int], looks: Looks) -> list[Subject]:
    """The questions that were asked, those of the same form as one."""
    groups: dict[tuple[str, str], dict[int, None]] = {}
    for number in asked:
        one = known[number]
        groups.setdefault((one.place, one.form), {})[number] = None
    several = [_subject(check, [known[number] for number in numbers], looks) for numbers in groups.values()]
    texts = [f"{known[one.last].exact} {canonical(one.answers[one.last])}" for one in several]
    return [
        replace(one, own=texts[number], others=(*texts[:number], *texts[number + 1 :]))
        for number, one in enumerate(several)
    ]


def _subject(check: str, group: list[Known], looks: Looks) -> Subject:
    numbers = [one.number for one in group]
    first = group[0].seen
    pieces = [piece for one in group for piece in _pieces(one, looks)]
    return Subject(
        check,
        first.kind,
        title_of(first.kind, first.question),
        _asked_alike(group[0]),
        {one.number: one.seen.answer for one in group},
        tuple(pieces),
        status=any(number in looks.status for number in numbers),
        media=any(number in looks.media for number in numbers),
        headers=_names(looks, numbers),
        bodies=any(number in looks.bodies for number in numbers),
        calls=frozenset().union(*(looks.calls.get(number, ()) for number in numbers)),
        judged=first.kind in ("page", "other") or any(map(looks.judged, numbers)),
    )


def _names(looks: Looks, numbers: list[int]) -> frozenset[str] | None:
    looked = [looks.headers[number] for number in numbers if number in looks.headers]
    return frozenset().union(*looked) if looked else None


def _asked_alike(one: Known) -> str:
    """A question as several checks may ask it: its place, and the names of what it says there."""
    if one.seen.kind == "operator":
        return f"{one.seen.question['verb']} {canonical(one.seen.question['args'][:2])}"  # the statement, or the method
    if one.seen.kind != "http":
        return one.place
    names = sorted(str(key) for key, _ in one.seen.question["query"])
    return f"{one.place}?{'&'.join(names)} {'with' if one.seen.question['body'] else 'without'} a body"


def title_of(kind: str, question: Mapping[str, Any]) -> str:
    """A question in a few words."""
    match kind:
        case "http":
            query = "&".join(f"{key}={value}" for key, value in question["query"])
            return f"{question['method']} {question['path']}{'?' if query else ''}{query}"
        case "operator":
            return f"{question['verb']} {' '.join(str(one) for one in question['args'][:2])}"[:160]
        case "socket" | "page":
            return f"{kind} {question['path']}"
        case "other":
            return _FOLDERS.sub("…/", f"{question['what']} {json.dumps(question['asked'])}")[:160]
        case _:
            return kind


def _pieces(one: Known, looks: Looks) -> Iterator[Piece]:
    for index, value in pieces_of(one.seen.kind, one.seen.answer):
        spot = (one.number, index)
        looped = looks.loops.get(spot, set())
        fields = {
            at.path: replace(at, is_looped=at.path in looped) for at in looked_up(value, looks.paths.get(spot, ()))
        }
        for path, model in looks.models.get(spot, ()):
            for at in named(model, found_at(value, path), path, looks):
                known = fields.get(at.path)
                fields[at.path] = replace(at, is_used=True, is_looped=at.is_looped or known.is_looped) if known else at
        if fields or spot in looks.models:
            yield Piece(one.number, index, value, tuple(fields.values()))
