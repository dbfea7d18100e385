"""What was asked and what became of it: for a test to look at afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Exchange:
    """What became of one request."""

    number: int
    at: datetime
    method: str
    path: str
    """Below the API root, without the query."""
    token: str | None
    is_write: bool
    status: int | None
    """What the client was told; None when it was told nothing."""
    effect: int | None
    """What the double had to say itself; None when the request never got so far."""


def most_within(times: list[datetime], seconds: float) -> int:
    """The most of these moments, which are in order, that fall into any such time."""
    best, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - timedelta(seconds=seconds):
            first += 1
        best = max(best, last - first + 1)
    return best
