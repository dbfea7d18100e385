"""The row of a worker in a run, from its dispatch to its report (contract WRK-01, WRK-02, WRK-04, WRK-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.platform.dialects import Paths

from .counters import FINAL, miscounted
from .distinct import distinct
from .fields import Moment
from .health_models import Envelope, RunFigures, WorkerRow
from .one_report import one_report
from .soundness import unsound
from .stored import stored_rows

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from .runs import StartedRun

DISPATCHED_S = 10.0
"""Within which the orchestrator has asked the worker (contract WRK-01)."""

REPORTED_S = 60.0
"""Within which a run over one or two workers ends (contract R6)."""

SCORE_TOLERANCE = 0.001

Link = Annotated[bool | Literal[0, 1], Field(union_mode="left_to_right")]
"""A connectivity: columns hold 0 or 1 (contract 5.4)."""

_STARTED = "select started_at from worker_health_checks where worker_check_uuid = ?"


class DispatchedRow(WorkerRow):
    """A worker row with what the orchestrator notes on the way; a platform need not show all of it over HTTP."""

    started_at: Moment | None = None
    orchestrator_connectivity: Link | None = None
    database_connectivity: Link | None = None


class DispatchedRun(RunFigures):
    """A run with such rows."""

    worker_results: Annotated[list[DispatchedRow], distinct("worker_check_uuid")]


class _Reply(Envelope):
    run: Annotated[DispatchedRun, Paths("result", "$")]


async def read_dispatched(hq: Hq, uuid: str) -> DispatchedRun:
    """The run with this id. Raises Violation when it is another run, or counts wrongly."""
    run = await _read(hq, uuid)
    if miscounted(run):
        run = await _read(hq, uuid)  # as in ``read_run``
    if wrong := miscounted(run):
        raise Violation(f"run {uuid}: {wrong}", kind="counters")
    return run


async def _read(hq: Hq, uuid: str) -> DispatchedRun:
    run = (await hq.api.get(f"/api/health/checks/{uuid}")).expect(_Reply).run
    assert run.health_check_uuid == uuid, f"asked for run {uuid}, but the answer is about {run.health_check_uuid}"
    return run


async def follow(hq: Hq, run: StartedRun) -> DispatchedRun:
    """A run of ours, as it is now. Raises Violation when it is over more or fewer workers than when it was started."""
    seen = await read_dispatched(hq, run.uuid)
    assert seen.total_workers == run.total_workers, (
        f"run {run.uuid} was started over {run.total_workers} worker(s), but reads back over {seen.total_workers}"
    )
    return seen


async def row_of(hq: Hq, run: StartedRun, name: str) -> DispatchedRow:
    """The row of the worker ``name``. Raises Blocked when the run has none, which HLT-11 judges."""
    for row in (await follow(hq, run)).worker_results:
        if row.worker_name == name:
            return row
    raise Blocked(f"run {run.uuid} shows no row of {name}", component="d1-health")


async def dispatched(hq: Hq, run: StartedRun) -> DispatchedRow:
    """The row of the run's worker as soon as it is pending no more. Raises Violation when it was not reached."""
    name = run.workers[0]
    row = await hq.poll(
        lambda: row_of(hq, run, name),
        lambda row: row.status != "pending",
        what=f"the row of {name} to leave pending",
        timeout=DISPATCHED_S,
        first=0,
        every=0.5,
    )
    hq.note(f"the run is over {name}")
    await assert_not_failed(hq, row)
    return row


async def assert_not_failed(hq: Hq, row: WorkerRow) -> None:
    """Raises Violation when the row failed though its worker is there, Blocked when it is not."""
    if row.status != "failed":
        return
    said = row.error_message or "no error_message"
    if "service binding" not in said.lower() and (obstacle := await unsound(hq.worker(row.worker_name))):
        raise obstacle
    raise Violation(f"{row.worker_name} answers, but its row failed: {said}", kind="dispatch")


async def assert_was_running(hq: Hq, row: DispatchedRow) -> None:
    """The row was marked as running when the worker was asked. Raises Skipped when that cannot be seen."""
    assert await _was_started(hq, row), (
        f"the row of {row.worker_name} is {row.status}, but was never marked as running: it has no started_at"
    )
    if row.started_at and row.completed_at:
        assert row.started_at <= row.completed_at, (
            f"the row of {row.worker_name} was completed at {row.completed_at}, but only started at {row.started_at}"
        )


async def _was_started(hq: Hq, row: DispatchedRow) -> bool:
    if "started_at" in row.model_fields_set:
        return row.started_at is not None
    rows = await stored_rows(hq, "DB_HEALTH", _STARTED, (row.worker_check_uuid,))
    if rows:
        return rows[0].get("started_at") is not None
    if row.status != "running":
        raise Skipped(f"rows show no started_at over HTTP: set kind in [targets.{hq.target.name}.operator]")
    return True


async def reported(hq: Hq, run: StartedRun, name: str, *, every_s: float = 1.0) -> DispatchedRow:
    """The row once its worker has reported.

    Raises Violation ``lost`` when a report does not reach the row, Blocked when the worker gives none at all.
    """
    try:
        row = await hq.poll(
            lambda: row_of(hq, run, name),
            lambda row: row.status in FINAL,
            what=f"the row of {name} to hold a result",
            timeout=REPORTED_S,
            first=0,
            every=every_s,
        )
    except Violation as violation:
        if violation.kind != "timeout":
            raise
        await _reports_directly(hq, name)
        raise Violation(f"{name} acknowledges and reports, but not into its row: {violation}", kind="lost") from None
    await assert_not_failed(hq, row)
    return row


async def reported_or_blocked(hq: Hq, run: StartedRun, name: str) -> DispatchedRow:
    """As ``reported``, for whoever only builds on it: a lost report is Blocked, since WRK-04 judges that."""
    try:
        return await reported(hq, run, name)
    except Violation as violation:
        if violation.kind not in ("lost", "dispatch"):
            raise
        raise Blocked(str(violation), component="orchestrator") from None


async def _reports_directly(hq: Hq, name: str) -> None:
    """Raises Blocked when the worker gives no result to us either; what cannot be tried is noted."""
    worker = hq.worker(name)
    if obstacle := await unsound(worker):
        raise obstacle
    try:
        await one_report(hq, worker)
    except Skipped as reason:
        hq.note(f"whether {name} reports at all was not tried: {reason}")
    except Violation as violation:
        raise Blocked(f"{name} reports neither in a run nor to us: {violation}", component="health-protocol") from None


async def ended(hq: Hq, run: StartedRun) -> DispatchedRun:
    """The run once it runs no more. Raises Violation when it goes on for ever."""
    return await hq.poll(
        lambda: follow(hq, run),
        lambda seen: seen.status != "running",
        what=f"run {run.uuid}, all of whose workers are through, to end",
        timeout=REPORTED_S,
        first=0,
        every=0.5,
    )


def assert_adds_up(seen: DispatchedRun) -> None:
    """The run is completed, and its counters and its score are those of its rows."""
    assert seen.status == "completed", f"the run ended as {seen.status} instead of completed"
    total = seen.total_workers
    assert seen.completed_workers == total, f"the run is completed, but counts {seen.completed_workers} of {total}"
    judged = seen.passed_workers + seen.failed_workers
    assert judged <= total, f"{seen.passed_workers} passed and {seen.failed_workers} failed workers of {total}"
    mean = sum(row.health_score or 0.0 for row in seen.worker_results) / max(1, len(seen.worker_results))
    score = seen.overall_health_score
    assert score is not None, "the run is completed without an overall_health_score"
    assert abs(score - mean) <= SCORE_TOLERANCE, (
        f"overall_health_score is {score:g}, but the mean of the workers' scores is {mean:g}"
    )
