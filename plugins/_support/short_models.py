"""By what an answer is known to be the right one, for checks that judge something else of it: headers, clock, time."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel

from .fields import Moment, Name


class Ok(BaseModel):
    """Envelope E1."""

    ok: Literal[True]


class OkOrList(RootModel[Ok | Annotated[list[Any], Field(min_length=1)]]):
    """A list of the health API: in envelope E1 or, in a dialect, bare (contract 2.2)."""


class Success(BaseModel):
    """Envelope E2."""

    success: Literal[True]


class Figures(BaseModel):
    """``GET /api/analytics/stats`` (API-03)."""

    breakdown: dict[str, Any]


class Identity(BaseModel):
    """``GET <worker>/health-check/status``, by who answers (HLT-07)."""

    worker_name: Name


class Timed(BaseModel):
    """The same, by when (HLT-07)."""

    timestamp: Moment
