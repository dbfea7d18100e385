"""An answer against a model: drift noted, and errors in words that name place, value and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from .dialects import Dialect, Drifts, paths_of
from .wording import kind_of, show

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)

_MOST_PROBLEMS = 3
_SHOULD_BE = "Input should be "


class ShapeError(ValueError):
    """The answer does not have the shape of the model; the message lists the first problems."""


def fit(model: type[M], body: str) -> tuple[M, list[str]]:
    """``body``, which is JSON, as ``model``, and a line for everything that was found in another place than expected.

    Raises ShapeError.
    """
    drifts = Drifts()
    try:
        return model.model_validate_json(body, context=drifts), drifts.found
    except ValidationError as error:
        raise ShapeError("; ".join(_problems(model, error.errors(), drifts))) from None


def _problems(model: type[BaseModel], errors: Sequence[ErrorDetails], drifts: Drifts) -> Iterable[str]:
    for error in errors[:_MOST_PROBLEMS]:
        yield _problem(_place(model, error["loc"], drifts), error)
    if len(errors) > _MOST_PROBLEMS:
        yield f"and {len(errors) - _MOST_PROBLEMS} more"


def _problem(place: str, error: ErrorDetails) -> str:
    if error["type"] == "missing":
        return f"{place} is missing"
    message, value = error["msg"], error["input"]
    got = f"{show(value, 80)} ({kind_of(value)})"
    if message.startswith(_SHOULD_BE):
        return f"{place} is {got}, allowed: {message.removeprefix(_SHOULD_BE)}"
    return f"{place} is {got}: {message.removeprefix('Value error, ').removeprefix('Assertion failed, ')}"


def _place(model: type[BaseModel], location: Sequence[int | str], drifts: Drifts) -> str:
    """Where the value stands in the answer itself, which for a field with paths is not where it stands in the model."""
    if not location:
        return "the answer"
    first, *rest = location
    place = str(first)
    if issubclass(model, Dialect) and first in model.model_fields and (paths := paths_of(model, place)):
        place = drifts.places.get((model.__name__, place), paths[0])
    for part in rest:
        place += f"[{part}]" if isinstance(part, int) else f".{part}"
    place = place.removeprefix("$.").removeprefix("$") if place != "$" else "the answer"
    return f"`{place}`" if place != "the answer" else place
