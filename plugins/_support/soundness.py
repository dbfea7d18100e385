"""One worker to try the health protocol on, and whether it can be tried on it at all (contract part 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Skipped

from .fitness import unfit
from .workers import component_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

STATUS = "/health-check/status"


async def sound_worker(hq: Hq) -> Worker:
    """The first configured worker, which is noted: the run of HLT-01 is over another one, so that two are looked at.

    Raises Blocked when it cannot be judged, Skipped when the target names no worker.
    """
    if not hq.workers:
        raise Skipped(f"no workers to ask: list them in [targets.{hq.target.name}.workers]")
    worker = next(iter(hq.workers.values()))
    if obstacle := await unsound(worker):
        raise obstacle
    hq.note(f"judged on {worker.name}")
    return worker


async def unsound(worker: Worker) -> Blocked | None:
    """Why the protocol cannot be judged on this worker: it is not there, or does not say how it is (HLT-07)."""
    if wrong := await unfit(worker):
        said = str(wrong).partition("\n")[0]
        return Blocked(f"{worker.name} does not answer as a worker: {said}", component=component_of(worker.name))
    reply = await worker.get(STATUS)
    if reply.status != 200:
        return Blocked(f"{worker.name} does not serve {STATUS} ({reply.status})", component="health-protocol")
    return None
