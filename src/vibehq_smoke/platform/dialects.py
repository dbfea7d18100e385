"""Dialects (rule R9): one fact that different versions of the platform put at different places of an answer.

    class History(Dialect):
        runs: Annotated[list[Run], Paths("history.health_checks", "result.health_checks", "health_checks", "$")]

The first path is the expected one. A match at a later one is drift: the check that expected the model is degraded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationInfo, model_validator
from pydantic_core import CoreSchema

_MISSING = object()
_DATA = frozenset(("default", "expected", "metadata", "serialization"))  # parts of a core schema that hold no schemas


@dataclass(frozen=True, init=False)
class Paths:
    """Where a field may stand, best first. A path is keys joined by dots; ``$`` is the bare body."""

    paths: tuple[str, ...]

    def __init__(self, *paths: str) -> None:
        if not paths:
            raise ValueError("Paths needs at least one path")
        object.__setattr__(self, "paths", paths)


@dataclass
class Drifts:
    """Passed as validation context; collects what was found elsewhere than expected."""

    found: list[str] = field(default_factory=list)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    """Path at which each (model, field) was found, for error messages."""


def _strict_scalars(schema: Any) -> Any:
    """A copy of a core schema in which numbers and booleans accept nothing but themselves."""
    if isinstance(schema, list | tuple):
        return type(schema)(map(_strict_scalars, schema))
    if not isinstance(schema, dict):
        return schema
    strict = {"strict": True} if schema.get("type") in ("int", "float", "bool") else {}
    return strict | {key: value if key in _DATA else _strict_scalars(value) for key, value in schema.items()}


class Dialect(BaseModel):
    """Base of the models that checks expect. Strict about what it names, open to everything else an answer holds.

    Strict means: ``"5"`` is no number and ``1`` no boolean; ``Field(strict=False)`` loosens a single field. Text
    still becomes what it stands for in JSON: a UUID, a date, a member of an enumeration.
    """

    # Most models of a plugin are not used in most runs (a listing uses none), so they are built at their first use.
    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        # config's own strict=True would refuse dates in JSON, since a validator in mode "before" hides that it is JSON
        return cast("CoreSchema", _strict_scalars(handler(source)))

    @model_validator(mode="before")
    @classmethod
    def _resolve(cls, body: Any, info: ValidationInfo) -> Any:
        fields = _places(cls)
        if not fields:
            return body
        resolved = dict(body) if isinstance(body, Mapping) else {}
        for name in fields:
            resolved.pop(name, None)
        for name, paths in fields.items():
            found = _first(body, paths, wants_list=_is_list(cls, name))
            if found is not None:
                place, resolved[name] = found
                _note(cls, name, paths, place, info.context)
        return resolved


def paths_of(model: type[BaseModel], name: str) -> tuple[str, ...]:
    """The paths of a field that has some, else nothing."""
    return _places(model).get(name, ())


@cache
def _places(model: type[BaseModel]) -> Mapping[str, tuple[str, ...]]:
    """The paths of all fields that have some. Looked up for every object of every list, so it is looked up once."""
    return {
        name: item.paths
        for name, info in model.model_fields.items()
        for item in info.metadata
        if isinstance(item, Paths)
    }


def _first(body: Any, paths: tuple[str, ...], *, wants_list: bool) -> tuple[str, Any] | None:
    for path in paths:
        value = body if path == "$" else _at(body, path)
        # "$" fits everything, so the type has to decide whether the bare body is meant
        if value is not _MISSING and (path != "$" or isinstance(value, list) is wants_list):
            return path, value
    return None


def _at(body: Any, path: str) -> Any:
    for key in path.split("."):
        if not isinstance(body, Mapping) or key not in body:
            return _MISSING
        body = body[key]
    return body


def _is_list(model: type[BaseModel], name: str) -> bool:
    annotation = model.model_fields[name].annotation
    return any(get_origin(one) in (list, tuple) for one in (annotation, *get_args(annotation)))


def _note(model: type[BaseModel], name: str, paths: tuple[str, ...], place: str, context: Any) -> None:
    if not isinstance(context, Drifts):
        return
    context.places[model.__name__, name] = place
    if place != paths[0]:
        context.found.append(f"found at {_named(place)}, expected at {_named(paths[0])} (dialect)")


def _named(path: str) -> str:
    return "the top level" if path == "$" else f"`{path}`"
