"""How slow a platform is just now, measured beside a check that judges when something comes.

A busy machine is late with everything. What comes late while an ordinary answer is as late says nothing of pauses.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING

from vibehq_smoke.errors import SmokeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from vibehq_smoke.platform import Hq, Worker

EVERY_S = 0.5
PATH = "/health-check/none"
"""Nobody serves it, so that nothing but the answering itself is measured."""


class Slowness:
    """The slowest answer so far; one that is still awaited counts for as long as it has been."""

    def __init__(self) -> None:
        self._worst_s = 0.0
        self._due: float | None = None
        self._clock = asyncio.get_running_loop()

    @property
    def worst_s(self) -> float:
        """In seconds."""
        return max(self._worst_s, self._late_s())

    @contextmanager
    def awaiting(self, due: float) -> Iterator[None]:
        """For the length of the block something is awaited that was due at ``due``, a time of the loop."""
        self._due = due
        try:
            yield
        finally:
            self._worst_s = self.worst_s
            self._due = None

    def _late_s(self) -> float:
        return 0.0 if self._due is None else self._clock.time() - self._due


@asynccontextmanager
async def measured(hq: Hq, worker: Worker) -> AsyncIterator[Slowness]:
    """Ask the worker for something simple all the time, for the length of the block."""
    seen = Slowness()
    asking = asyncio.create_task(_ask(worker, seen))
    try:
        yield seen
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking


async def _ask(worker: Worker, seen: Slowness) -> None:
    clock = asyncio.get_running_loop()
    while True:
        with seen.awaiting(clock.time()), suppress(SmokeError):  # how it answers is for others to judge
            await worker.get(PATH)
        # From when it is due, since a loop that wakes late is slow, too.
        with seen.awaiting(clock.time() + EVERY_S):
            await asyncio.sleep(EVERY_S)
