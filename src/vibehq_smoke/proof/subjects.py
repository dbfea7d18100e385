"""What mutants are made of: a check's questions, their answers, and the fields in them that the check names."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from ..platform.dialects import paths_of
from .aligning import canonical
from .reads import ALL

if TYPE_CHECKING:
    from .reads import Looks, Path
    from .stage import Known

_FOLDERS = re.compile(r"/(?:[\w.-]+/){2,}")
"""Where a program lies on this machine tells nobody anything."""
Answer = dict[str, Any]
_MISSING = object()


@dataclass(frozen=True)
class FieldAt:
    """A place in an answer that the check names, and what it says about it."""

    path: Path
    required: bool = True
    nullable: bool = False
    anything: bool = False
    """Any type will do."""
    texts: bool = False
    """A text will do, though another type stands there."""
    words: tuple[Any, ...] = ()
    """The only values allowed, where there are such."""
    low: float | None = None
    high: float | None = None
    is_looped: bool = True
    """The check goes through it, element by element."""
    is_used: bool = True
    """The check does something with the value, or asks for it by name, beyond asking for its shape."""


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
            at.path: replace(at, is_looped=at.path in looped) for at in _looked_up(value, looks.paths.get(spot, ()))
        }
        for path, model in looks.models.get(spot, ()):
            for at in named(model, _at(value, path), path, looks):
                known = fields.get(at.path)
                fields[at.path] = replace(at, is_used=True, is_looped=at.is_looped or known.is_looped) if known else at
        if fields or spot in looks.models:
            yield Piece(one.number, index, value, tuple(fields.values()))


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
            return answer | {"body": json.dumps(value, ensure_ascii=False)}
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


def _looked_up(value: Any, paths: Iterable[Path]) -> Iterator[FieldAt]:
    """Places that were looked up one by one and are there."""
    for path in sorted(paths, key=str):
        if path and _at(value, path) is not _MISSING:
            yield FieldAt(path, nullable=_at(value, path) is None)


def named(model: type[BaseModel], value: Any, path: Path, looks: Looks, depth: int = 0) -> Iterator[FieldAt]:
    """The fields of ``model`` in ``value``, which stands at ``path``, and those of the models inside of it."""
    if depth > 8:
        return
    for name, info in model.model_fields.items():
        place = _place(model, name, info, value)
        if place is None:
            continue
        inner = _at(value, place)
        said = _said(info.annotation, info.metadata)
        is_used, is_looped = (
            any(issubclass(one, model) and attribute == name for one, attribute in some)
            for some in (looks.fields, looks.looped)
        )
        at = FieldAt((*path, *place), info.is_required(), is_looped=is_looped, is_used=is_used, **said)
        if place:
            yield at
        for submodel, below in _models_in(info.annotation, inner):
            yield from named(submodel, _at(inner, below), (*path, *place, *below), looks, depth + 1)


def _place(model: type[BaseModel], name: str, info: Any, value: Any) -> Path | None:
    """Where a field stands in ``value``; None when it is not there."""
    paths = paths_of(model, name)
    if paths:
        tried: list[Path] = [() if one == "$" else tuple(one.split(".")) for one in paths]
    else:
        alias = info.validation_alias or info.alias
        tried = [(alias,)] if isinstance(alias, str) else []
        tried.append((name,))
    return next((one for one in tried if _at(value, one) is not _MISSING), None)


def _said(annotation: Any, metadata: Iterable[Any]) -> dict[str, Any]:
    """What an annotation says of a value: whether null will do, which words, which range."""
    said: dict[str, Any] = {}
    todo: list[Any] = [annotation]
    kinds: list[Any] = []
    facts = list(metadata)
    while todo:
        one = todo.pop()
        if get_origin(one) is Annotated:
            first, *more = get_args(one)
            todo.append(first)
            facts += more
        elif get_origin(one) in (Union, UnionType):
            todo += get_args(one)
        else:
            kinds.append(one)
    for fact in facts:
        for bound in (fact, *getattr(fact, "metadata", ())):
            for key, names in (("low", ("ge", "gt")), ("high", ("le", "lt"))):
                for name in names:
                    if (limit := getattr(bound, name, None)) is not None:
                        said[key] = limit
    said["nullable"] = NoneType in kinds or Any in kinds or object in kinds
    said["texts"] = str in kinds
    said["anything"] = Any in kinds or object in kinds
    words = [word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]
    words += [one.value for kind in kinds if hasattr(kind, "__members__") for one in kind]
    if words and all(get_origin(kind) is Literal or hasattr(kind, "__members__") or kind is NoneType for kind in kinds):
        said["words"] = tuple(words)
    return said


def _models_in(annotation: Any, value: Any) -> Iterator[tuple[type[BaseModel], Path]]:
    """The models that an annotation holds, each with where below ``value`` the first such thing stands."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if isinstance(value, dict):
            yield annotation, ()
        return
    origin, args = get_origin(annotation), get_args(annotation)
    if origin in (list, tuple) and isinstance(value, list) and value:
        for one in args[:1]:
            yield from ((model, (ALL, *below)) for model, below in _models_in(one, value[0]))
    elif origin is dict and isinstance(value, dict) and value:
        key = next(iter(value))
        yield from ((model, (key, *below)) for model, below in _models_in(args[1], value[key]))
    elif origin in (Union, UnionType, Annotated):
        for one in args:
            yield from _models_in(one, value)


def _at(value: Any, path: Path) -> Any:
    """What stands at ``path``, in the first element where it leads into all of a list."""
    for key in path:
        inside = value.get(key, _MISSING) if isinstance(value, dict) else _MISSING
        if isinstance(value, list) and value and key == ALL:
            inside = value[0]
        if inside is _MISSING:
            return _MISSING
        value = inside
    return value


def at(value: Any, path: Path) -> Any:
    """What stands at ``path``. Raises KeyError."""
    found = _at(value, path)
    if found is _MISSING:
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


REMOVED = object()
