"""Reading what did not come as a reply of our client: callbacks, rows, results of RPC calls."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from vibehq_smoke import Violation
from vibehq_smoke.platform.shape import ShapeError, fit

if TYPE_CHECKING:
    from pydantic import BaseModel

    from vibehq_smoke.platform import Hq

M = TypeVar("M", bound="BaseModel")


def read(hq: Hq, model: type[M], data: Any, what: str) -> M:
    """``data`` as ``model``; drift degrades the check (rule R9). ``what`` names the data in a failure.

    Raises Violation ``shape``.
    """
    judged = hq.recorder.outside.judged(data, model)
    try:
        fitted, drifts = fit(model, json.dumps(judged))
    except (ShapeError, RecursionError) as error:
        raise Violation(f"{what}: {error}", kind="shape") from None
    for drift in drifts:
        hq.degraded(f"{what}: {drift}")
    return fitted


def rows_of(answer: Any, *keys: str) -> list[Any] | None:
    """The list that stands in ``answer`` under the first of ``keys`` that is there, or that ``answer`` is."""
    if isinstance(answer, list):
        return answer
    found = value_of(answer, *keys)
    return found if isinstance(found, list) else None


def value_of(answer: Any, *keys: str) -> Any:
    """What stands in ``answer`` under the first of ``keys`` that is there; else None."""
    if isinstance(answer, dict):
        for key in keys:
            if key in answer:
                return answer[key]
    return None
