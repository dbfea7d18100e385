"""Turns what pydantic found wrong into one message for the person who wrote the file."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..errors import ConfigError
from .document import MISSING, Document, shown_key, shown_value
from .tables import choices, keys, supplied, type_at
from .targets import WorkerTarget
from .toml_lines import KeyPath

_WANTED = {
    "string_type": "a string",
    "path_type": "a string",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "frozen_set_type": "a list",
    "datetime_type": "a date with time and zone, such as 2026-05-01T22:00:00Z",
    "date_type": "a date, such as 2026-05-01",
    "dict_type": "a table",
    "model_type": "a table",
}
_BOUNDS = {
    "greater_than": "too small, wanted more than {gt:g}",
    "greater_than_equal": "too small, wanted at least {ge:g}",
    "less_than_equal": "too large, wanted at most {le:g}",
}
_HINTS = {"read_only": "set allow_writes = false to keep checks that write away"}
_KEY = "[key]"
"""How pydantic ends the location of a problem with a key instead of a value."""


def explain(
    document: Document, model: type[BaseModel], prefix: KeyPath, error: ValidationError, *, gaps: Collection[KeyPath]
) -> ConfigError | None:
    """The first problem in the file, as a ConfigError.

    ``model`` was validated against what stands at ``prefix``. Problems at ``gaps``, places where a
    variable is missing so that nothing is known of the value, do not count; None when no others are left.
    """
    found = [
        (document.line((*prefix, *detail["loc"])) or 0, number, detail)
        for number, detail in enumerate(error.errors(include_url=False))
        if not _depends(document, (*prefix, *detail["loc"]), gaps)
    ]
    if not found:
        return None
    _, _, detail = min(found, key=lambda entry: entry[:2])
    return _Problem(document, model, prefix, detail).as_error()


def _depends(document: Document, path: KeyPath, gaps: Collection[KeyPath]) -> bool:
    """Whether what stands at ``path`` holds a variable; a problem with a key is one with the name in a list entry."""
    place = document.as_written((*path[:-1], "name") if path[-1:] == (_KEY,) else path)
    return any(place[: len(gap)] == gap for gap in gaps)


class _Problem:
    """One of pydantic's findings, next to the file that it is about."""

    def __init__(self, document: Document, model: type[BaseModel], prefix: KeyPath, detail: ErrorDetails) -> None:
        self.document = document
        self.model = model
        self.detail = detail
        self.type = detail["type"]
        self.context: dict[str, Any] = detail.get("ctx", {})
        self.about_key = detail["loc"][-1:] == (_KEY,)
        self.loc: KeyPath = detail["loc"][:-1] if self.about_key else detail["loc"]
        self.path: KeyPath = (*prefix, *self.loc)
        self.raw = document.at(self.path)
        if self.raw is MISSING and isinstance(short := document.at(self.path[:-1]), str):
            # a worker written as a mere URL: nobody wrote its key "url"
            self.path, self.raw = self.path[:-1], short

    def as_error(self) -> ConfigError:
        if self.type == "unknown_key":
            return self._unknown_key(str(self.context["key"]))
        if self.about_key:
            return self._bad_key()
        if self.type == "missing":
            return self._error(f"[{shown_key(self.path[:-1])}] needs {self.path[-1]}", self.path[:-1])
        if self.type in ("enum", "literal_error") and isinstance(self.raw, str):
            allowed = choices(type_at(self.model, self.loc))
            return self._error(f"{self._key}: {shown_value(self.raw)} is not allowed", got=self.raw, allowed=allowed)
        return self._error(self._sentence())

    def _sentence(self) -> str:
        if self.type in _BOUNDS:
            return f"{self._key}: {shown_value(self.raw)} is {_BOUNDS[self.type].format(**self.context)}"
        if self.type == "unshown":
            return f"{self._key}: {self.detail['msg']}"
        if self.type == "value_error":
            return self._value_problem(str(self.context["error"]))
        wanted = _WANTED.get(self.type, "a string")
        if type_at(self.model, self.loc) is WorkerTarget:
            wanted = "a URL or a table"
        return f"{self._key}: {described(self.raw)}, wanted {wanted}"

    def _value_problem(self, problem: str) -> str:
        if isinstance(self.raw, dict):
            return f"[{self._key}] {problem}"
        if isinstance(self.raw, list) or self.raw is MISSING:
            return f"{self._key}: {problem}"
        return f"{self._key}: {shown_value(self.raw)} {problem}"

    def _bad_key(self) -> ConfigError:
        name = str(self.loc[-1])
        holder = type_at(self.model, self.loc[:-1])
        allowed = choices(get_args(holder)[0]) if get_origin(holder) is dict else ()
        if allowed:
            return self._error(f"{self._key}: unknown key", got=name, allowed=allowed)
        return self._error(f"{self._key}: {shown_value(name)} {self.context.get('error', self.detail['msg'])}")

    def _unknown_key(self, key: str) -> ConfigError:
        table = type_at(self.model, self.loc)
        allowed, path = tuple(keys(table)), (*self.path, key)
        if advice := _secret_advice(table, key, allowed) or _HINTS.get(key):
            return self._error(f"{shown_key(path)}: {advice}", path)
        return self._error(f"{shown_key(path)}: unknown key", path, got=key, allowed=allowed)

    @property
    def _key(self) -> str:
        return shown_key(self.path)

    def _error(
        self, problem: str, path: KeyPath | None = None, *, got: str | None = None, allowed: tuple[str, ...] = ()
    ) -> ConfigError:
        return self.document.error(problem, self.path if path is None else path, got=got, allowed=allowed)


def described(value: object) -> str:
    """``value`` and what it is: ``"5" is a string``. Long things are only named."""
    if isinstance(value, dict | list):
        return f"is {_noun(value)}"
    return f"{shown_value(value)} is {_noun(value)}"


def _noun(value: object) -> str:
    nouns: tuple[tuple[type, str], ...] = (
        (bool, "a boolean"),
        (int, "an integer"),
        (float, "a float"),
        (str, "a string"),
        (list, "a list"),
        (dict, "a table"),
        (datetime, "a date with a time"),
        (date, "a date"),
        (time, "a time"),
    )
    return next((noun for kind, noun in nouns if isinstance(value, kind)), "missing")


def _secret_advice(table: type[BaseModel], key: str, allowed: tuple[str, ...]) -> str | None:
    """What to write instead, when ``key`` looks as if it held a secret."""
    mark = supplied(table).get(key)
    if mark is not None and mark.variable is not None:
        instead: str | None = mark.variable
    elif f"{key}_env" in allowed:
        instead = f"{key}_env"
    else:
        instead = "token_env in an auth table" if re.search(r"token|password|secret", key, re.IGNORECASE) else None
    if instead is None:
        return None
    return f"secrets do not belong in this file: set {instead} to the name of an environment variable"
