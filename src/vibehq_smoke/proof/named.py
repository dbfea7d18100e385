"""The fields of an answer that a check names, by a model or one by one, and what it says about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from ..platform.dialects import paths_of
from .looks import ALL
from .pieces import MISSING, found_at

if TYPE_CHECKING:
    from .looks import Looks, Path


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


def looked_up(value: Any, paths: Iterable[Path]) -> Iterator[FieldAt]:
    """Places that were looked up one by one and are there."""
    for path in sorted(paths, key=str):
        if path and found_at(value, path) is not MISSING:
            yield FieldAt(path, nullable=found_at(value, path) is None)


def named(model: type[BaseModel], value: Any, path: Path, looks: Looks, depth: int = 0) -> Iterator[FieldAt]:
    """The fields of ``model`` in ``value``, which stands at ``path``, and those of the models inside of it."""
    if depth > 8:
        return
    for name, info in model.model_fields.items():
        place = _place(model, name, info, value)
        if place is None:
            continue
        inner = found_at(value, place)
        said = _said(info.annotation, info.metadata)
        is_used, is_looped = (
            any(issubclass(one, model) and attribute == name for one, attribute in some)
            for some in (looks.fields, looks.looped)
        )
        at = FieldAt((*path, *place), info.is_required(), is_looped=is_looped, is_used=is_used, **said)
        if place:
            yield at
        for submodel, below in _models_in(info.annotation, inner):
            yield from named(submodel, found_at(inner, below), (*path, *place, *below), looks, depth + 1)


def _place(model: type[BaseModel], name: str, info: Any, value: Any) -> Path | None:
    """Where a field stands in ``value``; None when it is not there."""
    paths = paths_of(model, name)
    if paths:
        tried: list[Path] = [() if one == "$" else tuple(one.split(".")) for one in paths]
    else:
        alias = info.validation_alias or info.alias
        tried = [(alias,)] if isinstance(alias, str) else []
        tried.append((name,))
    return next((one for one in tried if found_at(value, one) is not MISSING), None)


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
