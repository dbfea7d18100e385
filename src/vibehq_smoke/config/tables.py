"""What all tables of a configuration file have in common: closed to unknown keys, strict about types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from ..models import MOST_RETRIES, Record
from .toml_lines import KeyPath


@dataclass(frozen=True)
class Supplied:
    """Marks a field that the loader fills in; a file may not set it.

    ``variable`` names the key that holds the name of the environment variable it comes from, if it does.
    """

    variable: str | None = None


@dataclass(frozen=True)
class FromFile:
    """Validation context that says: this data stood in a file."""


Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=0)]
Retries = Annotated[int, Strict(), Field(ge=0, le=MOST_RETRIES)]
PositiveCount = Annotated[int, Strict(), Field(gt=0)]
Duration = Annotated[float, Strict(), Field(gt=0, allow_inf_nan=False)]
"""Seconds or milliseconds, as the field's name says."""


def _has_zone(time: datetime) -> datetime:
    if time.tzinfo is None:
        raise ValueError("has no time zone: write one such as 2026-05-01T22:00:00Z")
    return time


Moment = Annotated[datetime, Strict(), AfterValidator(_has_zone)]
Day = Annotated[date, Strict()]


class Table(Record):
    """Base of everything that a file sets: frozen, unknown keys refused, nothing converted silently."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_supplied(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(info.context, FromFile) and isinstance(data, dict):
            known = keys(cls)
            for key in data:
                if key not in known:
                    raise PydanticCustomError("unknown_key", "unknown key", {"key": key})
        return data


def supplied(model: type[BaseModel]) -> dict[str, Supplied]:
    """Fields of ``model`` that the loader fills in, with their marks."""
    marks = {name: [m for m in field.metadata if isinstance(m, Supplied)] for name, field in model.model_fields.items()}
    return {name: found[0] for name, found in marks.items() if found}


def keys(model: type[BaseModel]) -> dict[str, Any]:
    """Keys that a file may set in the table ``model``, with the type of each."""
    hidden = supplied(model)
    return {
        field.alias or name: _bare(field.annotation) for name, field in model.model_fields.items() if name not in hidden
    }


def type_at(model: type[BaseModel], path: KeyPath) -> Any:
    """The type of the value at ``path`` below ``model``; None when nothing may stand there."""
    kind: Any = model
    for part in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = keys(kind).get(str(part))
        elif get_origin(kind) is dict:
            kind = _bare(get_args(kind)[1])
        elif get_origin(kind) in (list, tuple, frozenset):
            kind = _bare(get_args(kind)[0])
        else:
            return None
    return kind


def choices(kind: Any) -> tuple[str, ...]:
    """The words that a literal or an enumeration allows, in their order; empty for other types."""
    if get_origin(kind) is Literal:
        return tuple(str(word) for word in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(str(word.value) for word in kind)
    return ()


def _bare(kind: Any) -> Any:
    """``kind`` without annotations and without None."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _bare(next(part for part in get_args(kind) if part is not NoneType))
    return kind


def matching(pattern: str, problem: str) -> AfterValidator:
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(problem)
        return text

    return AfterValidator(check)


def _is_variable_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text, re.ASCII):
        # what stands there may be the secret itself, so it is not repeated
        raise PydanticCustomError("unshown", "wanted the name of an environment variable, such as VIBEHQ_TOKEN")
    return text


VariableName = Annotated[str, AfterValidator(_is_variable_name)]
Word = Annotated[str, matching(r".*\S.*", "is empty")]
HeaderName = Annotated[str, matching(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", "is no header or cookie name")]
WorkerName = Annotated[str, matching(r"[A-Za-z0-9_-]{1,50}", "is no worker name: 1 to 50 of A-Z a-z 0-9 _ -")]
TargetName = Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9._-]*", "is no target name: A-Z a-z 0-9 . _ -")]
HostName = Annotated[str, matching(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+", "is no host name")]
HostPort = Annotated[str, matching(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}", 'is not of the form "host:port"')]
