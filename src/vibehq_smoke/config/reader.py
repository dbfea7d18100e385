"""From a table in a document to a model: variables, validation, and one message when something is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from .document import Document, shown_key
from .explain import explain
from .tables import FromFile, Table
from .toml_lines import KeyPath
from .variables import Gap, fill

T = TypeVar("T", bound=Table)


def shape(document: Document, model: type[T], path: KeyPath) -> T | None:
    """What stands at ``path``, with variables as they are written; None when one decides whether it is valid.

    Raises ConfigError for what is wrong whatever the variables hold.
    """
    return _validated(document, model, path, None)


def value(document: Document, model: type[T], path: KeyPath, env: Mapping[str, str]) -> T:
    """What stands at ``path``, its variables taken from ``env``. Raises ConfigError, also for one that is missing."""
    found = _validated(document, model, path, env)
    assert found is not None, "only a missing variable leaves a table open"
    return found


def _validated(document: Document, model: type[T], path: KeyPath, env: Mapping[str, str] | None) -> T | None:
    gaps: list[Gap] = []
    data = fill(document.at(path), env, path, gaps)
    for gap in gaps:
        if gap.malformed or env is not None:
            raise document.error(f"{shown_key(gap.path)}: {gap.problem}", gap.path)
    try:
        return model.model_validate(data, by_alias=True, by_name=False, context=FromFile())
    except ValidationError as error:
        problem = explain(document, model, path, error, gaps={gap.path for gap in gaps})
        if problem is not None:
            raise problem from None
        return None
