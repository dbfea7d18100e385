"""How slow a platform is just now, measured beside a check that judges when something comes.

A busy machine is late with everything. What comes late while an ordinary answer is as late says nothing of pauses.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vibehq_smoke.errors import SmokeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from vibehq_smoke.platform import Hq, Worker

EVERY_S = 0.5
PATH = "/health-check/none"
"""Nobody serves it, so that nothing but the answering itself is measured."""


@dataclass
class Slowness:
    """The slowest answer so far, in seconds."""

    worst_s: float = 0.0


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
        began = clock.time()
        with suppress(SmokeError):  # how it answers is for others to judge
            await worker.get(PATH)
        # From when it was due, since a loop that wakes late is slow, too.
        seen.worst_s = max(seen.worst_s, clock.time() - began)
        due = clock.time() + EVERY_S
        await asyncio.sleep(EVERY_S)
        seen.worst_s = max(seen.worst_s, clock.time() - due)
