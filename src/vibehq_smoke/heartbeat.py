"""Was the harness itself held up? Then a late answer is no proof against the platform."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .models import Outcome

if TYPE_CHECKING:
    from .execution import Execution

BEAT_S = 0.1
TOLERATED_S = 1.0
TOLERATED_PART = 0.2
"""Of the time that a check ran: who waited for a minute is not excused by a second."""


class Heartbeat:
    """Adds up the seconds by which the running event loop was late, in ``lag_s``."""

    def __init__(self) -> None:
        self.lag_s = 0.0
        self._loop = asyncio.get_running_loop()
        self._beat()

    def _beat(self) -> None:
        due = self._loop.time() + BEAT_S
        self._timer = self._loop.call_at(due, self._beaten, due)

    def _beaten(self, due: float) -> None:
        late = self._loop.time() - due
        if late > BEAT_S:
            self.lag_s += late
        self._beat()

    def stop(self) -> None:
        """Stop counting."""
        self._timer.cancel()

    def excuse(self, execution: Execution, lag_s: float, ran_s: float) -> None:
        """Turn a timeout into an error when the loop was late by ``lag_s`` of the ``ran_s`` seconds of the check."""
        ending = execution.ending
        tolerated = max(TOLERATED_S, TOLERATED_PART * ran_s)
        if ending.kind == "timeout" and ending.outcome is Outcome.FAILED and lag_s > tolerated:
            ending.outcome = Outcome.ERROR
            ending.reason = f"{ending.reason} (but the harness itself was held up for {lag_s:.1f} s)"
