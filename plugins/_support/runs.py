"""Starting a health run and reading it back (contract HLT-01, HLT-03)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Skipped

from .health_models import RunAccepted, RunReply, RunStatus, WorkerRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vibehq_smoke.platform import Hq, Worker

FINAL = frozenset({"completed", "failed", "timeout", "passed"})
"""Statuses of a worker row that no further result changes (contract part 4)."""


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
    """The run with this id, as the platform tells it. Raises Violation when it is another run."""
    reply = await hq.api.get(f"/api/health/checks/{uuid}")
    run = reply.expect(RunReply).run
    assert run.health_check_uuid == uuid, f"asked for run {uuid}, but the answer is about {run.health_check_uuid}"
    for name, count in (("completed", run.completed_workers), ("judged", run.passed_workers + run.failed_workers)):
        assert count <= run.total_workers, f"run {uuid} has {count} {name} worker(s) of {run.total_workers}"
    return run


def _enter(hq: Hq, uuid: str) -> None:
    """Rows before the run: the former refer to the latter."""
    where = {"health_check_uuid": uuid}
    hq.created("worker rows", uuid, database="DB_HEALTH", table="worker_health_checks", where=where)
    hq.created("health run", uuid, database="DB_HEALTH", table="health_checks", where=where)
