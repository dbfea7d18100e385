"""Starting a health run and reading it back (contract HLT-01, HLT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Skipped, Violation

from .counters import miscounted
from .health_models import RunAccepted, RunReply, RunStatus, WorkerRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vibehq_smoke.platform import Hq, Worker


@dataclass(frozen=True)
class StartedRun:
    """A run that this smoke run started."""

    uuid: str
    workers: tuple[str, ...]
    """Names of those that it was asked for."""
    total_workers: int
    """How many the platform says it is over."""
    total_before: int | None = None
    """How many runs the platform counted before it; None when that is not known."""


@dataclass(frozen=True)
class ReportedWorker:
    """A worker row that holds a result."""

    run: StartedRun
    row: WorkerRow


async def start_run(hq: Hq, workers: Sequence[Worker], **fields: Any) -> StartedRun:
    """Start a run over ``workers`` and enter it in the ledger. Raises Violation."""
    body = hq.tagged(worker_filters=[worker.name for worker in workers], **fields)
    reply = await hq.api.post("/api/health/checks", json=body)
    accepted = reply.expect(RunAccepted, status=(200, 201, 202))
    _enter(hq, accepted.health_check_uuid)
    return StartedRun(accepted.health_check_uuid, tuple(worker.name for worker in workers), accepted.total_workers)


def refuse_extra_runs(hq: Hq) -> None:
    """Raise Skipped on a target that does not have more runs than it must (contract Q25)."""
    if not hq.target.extra_runs:
        raise Skipped(f"it starts a health run of its own: set extra_runs = true in [targets.{hq.target.name}]")


async def read_run(hq: Hq, uuid: str) -> RunStatus:
    """The run with this id, as the platform tells it. Raises Violation when it is another run, or counts wrongly."""
    run = await _read(hq, uuid)
    if miscounted(run):
        run = await _read(hq, uuid)  # its row and those of its workers may be read one after the other
    if wrong := miscounted(run):
        raise Violation(f"run {uuid}: {wrong}", kind="counters")
    return run


async def is_stored(hq: Hq, run: StartedRun) -> bool:
    """Whether the platform knows the run at all. Raises Violation when it does not say."""
    reply = await hq.api.get(f"/api/health/checks/{run.uuid}")
    reply.expect(None, status=(200, 404))
    return reply.status == 200


async def rows_of(hq: Hq, run: StartedRun) -> list[WorkerRow]:
    """The rows of the run's workers, all of them. Raises Violation; Blocked when some are missing (HLT-11)."""
    seen = await read_run(hq, run.uuid)
    assert seen.total_workers == run.total_workers, (
        f"run {run.uuid} was started over {run.total_workers} worker(s), but reads back over {seen.total_workers}"
    )
    rows = seen.worker_results
    if len(rows) != run.total_workers:
        raise Blocked(
            f"run {run.uuid} shows {len(rows) or 'no'} worker rows for {run.total_workers} worker(s)",
            component="d1-health",
        )
    return rows


async def _read(hq: Hq, uuid: str) -> RunStatus:
    run = (await hq.api.get(f"/api/health/checks/{uuid}")).expect(RunReply).run
    assert run.health_check_uuid == uuid, f"asked for run {uuid}, but the answer is about {run.health_check_uuid}"
    return run


def _enter(hq: Hq, uuid: str) -> None:
    """Rows before the run: the former refer to the latter."""
    where = {"health_check_uuid": uuid}
    hq.created("worker rows", uuid, database="DB_HEALTH", table="worker_health_checks", where=where)
    hq.created("health run", uuid, database="DB_HEALTH", table="health_checks", where=where)
