"""One run over a dead and a living worker for all checks that judge it (contract INF-09, ERR-03, Q25)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Skipped

from .dead_and_living import run_over_dead_and_living

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from .runs import StartedRun


@dataclass
class DeadRuns:
    """The run, or why there is none; whoever asks again is told the same.

    Every check that asks is exclusive, since a worker may have to be taken down for it.
    """

    _outcome: StartedRun | Blocked | Skipped | AssertionError | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, hq: Hq) -> StartedRun:
        """The run, started now unless it was before; its workers are the dead one and the living one.

        Raises Violation when the platform does not do with it what it should, Blocked and Skipped as the run does.
        """
        async with self._turn:
            if self._outcome is None:
                try:
                    self._outcome = await run_over_dead_and_living(hq)
                except (Blocked, Skipped, AssertionError) as verdict:
                    self._outcome = verdict
            elif isinstance(self._outcome, Exception):
                hq.note("another check of this smoke run started the run over a dead worker, and this came of it")
            else:
                hq.note(f"judged on run {self._outcome.uuid}, which another check of this smoke run started")
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome
