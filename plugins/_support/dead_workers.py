"""A worker that nobody can reach, to see what the platform makes of it (contract INF-09, ERR-03)."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from vibehq_smoke import Skipped, Violation
from vibehq_smoke.errors import Unreachable

from .fitness import PROBE_S
from .switched import switched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from vibehq_smoke.platform import Hq, Worker

BROKEN_S = 60.0
"""Within which the row of a dead worker must have failed."""

HOW = "configure a worker that does not answer, or an operator channel that switches faults"


@asynccontextmanager
async def a_dead_worker(hq: Hq) -> AsyncIterator[Worker]:
    """A configured worker that does not answer; where all do, the cheap one, taken down for the length of the block.

    Raises Skipped when none can be had.
    """
    for worker in hq.workers.values():
        if await _is_dead(worker):
            hq.note(f"the run is over {worker.name}, which does not answer")
            yield worker
            return
    victim = hq.cheap_worker
    if not hq.has_operator:
        raise Skipped(f"no worker is dead: {HOW}")
    hq.note(f"the run is over {victim.name}, which was taken down for as long")
    async with switched(hq, f"{victim.name}-down"):
        yield victim


async def _is_dead(worker: Worker) -> bool:
    try:
        await worker.get("/health-check/status", deadline=PROBE_S)
    except Unreachable:
        return True
    except Violation:
        pass
    return False
