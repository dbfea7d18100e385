"""Health: does the platform know how its workers are? (contract 2.2)"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from vibehq_smoke import P0, P1, P2, check

from ._support.health_models import (
    KnownWorker,
    LatestReply,
    LatestWorker,
    QuickCheck,
    Refusal,
    RunStatus,
    UnknownWorker,
    WorkerList,
    WorkerRow,
    WorkerState,
)
from ._support.health_rows import assert_reads_back, assert_run_row, assert_worker_rows, expect_logged
from ._support.health_views import assert_latest_summary, assert_profiles_and_results
from ._support.needs import SIGNED_IN
from ._support.posting import post_a_result, refuses_what_is_no_result
from ._support.protocol import execute_and_listen
from ._support.run_list import list_runs, uuids_of
from ._support.runs import ReportedWorker, StartedRun, read_run, start_run
from ._support.source import assert_no_holes, assert_types_hold, checked_files
from ._support.summary import runs_counted
from ._support.workers import each_worker, the_living

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

    from ._support.type_checks import TypeChecks

TEN_YEARS_S = timedelta(days=3653).total_seconds()
"""No worker has been up for longer: a larger figure is a time of day (HLT-07)."""


@check("HLT-01", component="health-api", priority=P0, writes=True, needs=[*SIGNED_IN, "d1-health"])
async def starting_a_run_creates_its_record(hq: Hq) -> StartedRun:
    """POST /api/health/checks answers with the id of a new run over exactly the workers that were asked for."""
    before = await runs_counted(hq)
    run = await start_run(hq, [hq.cheap_worker])
    assert run.total_workers == len(run.workers), (
        f"the run is over {run.total_workers} worker(s), but worker_filters named {len(run.workers)}: {run.workers[0]}"
    )
    await expect_logged(hq, run)
    return replace(run, total_before=before)


@check("HLT-02", component="health-api", priority=P0, needs=["HLT-01", *SIGNED_IN, "d1-health"])
async def the_list_of_runs_holds_the_new_run(hq: Hq, run: StartedRun) -> None:
    """GET /api/health/checks pages through all runs, newest first, and filters them by trigger type."""
    newest, on_demand, _ = await hq.gather(
        list_runs(hq, limit=20), list_runs(hq, limit=20, trigger="on_demand"), list_runs(hq, limit=1, trigger="cron")
    )
    assert run.uuid in uuids_of(newest), f"run {run.uuid} was started, but is not among the newest 20 runs"
    assert run.uuid in uuids_of(on_demand), f"run {run.uuid} is missing when the list is filtered by on_demand"


@check("HLT-03", component="health-api", priority=P1, needs=["HLT-01", *SIGNED_IN, "d1-health"])
async def a_run_can_be_read_by_its_id(hq: Hq, run: StartedRun) -> RunStatus:
    """GET /api/health/checks/:uuid returns the run that was started, 404 for an unknown id, 400 for what is no id."""
    status, unknown, malformed = await hq.gather(
        read_run(hq, run.uuid),
        hq.api.get(f"/api/health/checks/{uuid.uuid4()}"),
        hq.api.get("/api/health/checks/invalid-uuid"),
    )
    unknown.expect(Refusal, status=404)
    malformed.expect(Refusal, status=400)
    return status


@check("HLT-04", component="health-api", priority=P1, needs=SIGNED_IN)
async def the_workers_are_known(hq: Hq) -> None:
    """GET /api/health/workers lists the workers that runs can target, each with a way to reach it."""
    listed = (await hq.api.get("/api/health/workers")).expect(WorkerList)
    assert listed.workers, "the list of workers is empty"
    assert listed.count in (None, len(listed.workers)), f"count is {listed.count}, but {len(listed.workers)} are listed"
    lost = [worker.name for worker in listed.workers if not (worker.url or worker.binding)]
    assert not lost, f"neither url nor binding is known of {', '.join(lost)}"
    _compare_with_target(hq, listed.workers)


@check("HLT-05", component="health-api", priority=P1, needs=["HLT-09", *SIGNED_IN, "d1-health"])
async def the_latest_report_of_a_worker_can_be_read(hq: Hq, reported: ReportedWorker) -> None:
    """GET /api/health/workers/:name/latest returns the report that just came in, and 404 for who never reported."""
    latest, unknown, malformed = await hq.gather(
        hq.api.get(f"/api/health/workers/{reported.row.worker_name}/latest"),
        hq.api.get("/api/health/workers/smoke-none/latest"),
        hq.api.get("/api/health/workers/bad@name/latest"),
    )
    _assert_is_newest(latest.expect(LatestReply).latest, reported.row)
    unknown.expect(UnknownWorker, status=404)
    malformed.expect(Refusal, status=400)


@check("HLT-06", component="health-protocol", priority=P0, deadline=40)
async def workers_execute_a_check_and_report_once(hq: Hq) -> None:
    """POST <worker>/health-check/execute is acknowledged within 2 s and leads to exactly one consistent result."""
    await each_worker(hq, lambda worker: execute_and_listen(hq, worker))


@check("HLT-07", component="health-protocol", priority=P1)
async def workers_tell_their_status(hq: Hq) -> None:
    """GET <worker>/health-check/status names the worker, says healthy, and how long it has been up."""

    async def ask(worker: Worker) -> None:
        state = (await worker.get("/health-check/status")).expect(WorkerState)
        _note_identity(hq, worker, state.worker_name, state.worker_type)
        if state.uptime_seconds > TEN_YEARS_S:
            hq.degraded(
                f"{worker.name}: uptime_seconds is {state.uptime_seconds:.0f}, a time of day instead of a duration"
            )

    await each_worker(hq, ask)


@check("HLT-08", component="health-protocol", priority=P1)
async def workers_do_a_quick_check(hq: Hq) -> None:
    """GET <worker>/health-check/quick says healthy exactly when the worker reaches the orchestrator."""

    async def ask(worker: Worker) -> None:
        quick = (await worker.get("/health-check/quick")).expect(QuickCheck)
        _note_identity(hq, worker, quick.worker_name, quick.worker_type)
        connected = quick.orchestrator_connectivity
        assert (quick.status == "healthy") == connected, (
            f"{worker.name}: status is {quick.status!r} while orchestrator_connectivity is {connected}"
        )
        if not quick.orchestrator_connectivity:
            hq.note(f"{worker.name} does not reach the orchestrator")

    await each_worker(hq, ask)


@check("HLT-09", component="health-api", priority=P0, writes=True, needs=["HLT-03", *SIGNED_IN, "d1-health"])
async def a_result_is_recorded_for_its_worker(hq: Hq) -> ReportedWorker:
    """POST /health-check/result completes the worker's row, and refuses what is no result and what nobody asked for.

    The result goes to a second run, over all living workers with every slow part included that may be, so that rows
    are still open when it arrives; it is sent for an open row as soon as the run can be read. A worker that was faster
    owns its row, and a refusal (409) of our later result is right: then the next row is tried. When all workers were
    faster, their rows prove the same, since only this very route completes them; the check notes it and passes.
    Integration tests ask a model on each worker, so they are asked for only where tokens may be spent.
    """
    await refuses_what_is_no_result(hq)
    workers = await the_living(hq)
    spend = hq.target.ai_spending
    if not spend:
        hq.note("the run is without integration tests, which spend AI tokens: ai_spending is off")
    run = await start_run(hq, workers, include_performance_tests=True, include_integration_tests=spend)
    return ReportedWorker(run, await post_a_result(hq, run))


@check("HLT-10", component="d1-health", priority=P0, needs=["HLT-01", *SIGNED_IN, "d1-health"])
async def the_run_is_stored(hq: Hq, run: StartedRun) -> None:
    """The run that was started stands once in DB_HEALTH, and reads back as it was asked for."""
    await assert_run_row(hq, run)
    await assert_reads_back(hq, run)


@check("HLT-11", component="d1-health", priority=P0, needs=["HLT-01", "HLT-03", *SIGNED_IN, "d1-health"])
async def the_worker_rows_are_stored(hq: Hq, run: StartedRun, status: RunStatus) -> None:
    """The run has one row in DB_HEALTH for each of its workers, and no other."""
    rows = status.worker_results
    assert len(rows) == status.total_workers, f"{status.total_workers} worker(s) in the run, but {len(rows)} row(s)"
    assert {row.health_check_uuid for row in rows} <= {run.uuid}, f"run {run.uuid} shows rows of another run"
    named = sorted(row.worker_name for row in rows)
    assert named == sorted(run.workers), (
        f"the run is over {', '.join(run.workers)}, but its rows are of {', '.join(named)}"
    )
    await assert_worker_rows(hq, run)


@check("HLT-12", component="health-ops", priority=P1, needs=["orchestrator", "d1-health"])
async def test_profiles_and_results_can_be_read(hq: Hq) -> None:
    """HealthOps has enabled test profiles, and lists test results and AI usage; health-specialist shows the results."""
    await assert_profiles_and_results(hq)


@check("HLT-13", component="health-ops", priority=P2, needs=["orchestrator", "d1-health"])
async def the_latest_summary_adds_up(hq: Hq) -> None:
    """HealthOps has a latest summary whose counts fit together, one per day, and health-specialist tells the same."""
    await assert_latest_summary(hq)


@check("HLT-14", component="health-ops", priority=P2, mode="source", deadline=180)
async def the_health_sources_are_typed(hq: Hq, type_checks: TypeChecks) -> None:
    """The sources of HealthOps and the health routes neither use `any` nor `@ts-ignore`, and pass the type check."""
    files = checked_files(hq.source)
    assert_no_holes(hq, files)
    await assert_types_hold(hq, files, type_checks)


def _compare_with_target(hq: Hq, listed: list[KnownWorker]) -> None:
    """Whether the platform and this harness mean the same workers at all; which are missing is INF-10's to judge."""
    names = {worker.name for worker in listed}
    missing = [name for name in hq.workers if name not in names]
    assert not missing or len(missing) < len(hq.workers), f"the platform knows none of {', '.join(missing)}"
    if missing:
        hq.note(f"the platform does not list {', '.join(missing)}")


def _assert_is_newest(latest: LatestWorker, reported: WorkerRow) -> None:
    """``latest`` is the report that ``reported`` shows, or one that came in after it."""
    assert latest.worker_name == reported.worker_name, (
        f"asked for the latest report of {reported.worker_name}, got one of {latest.worker_name}"
    )
    if latest.worker_check_uuid == reported.worker_check_uuid:
        return
    assert latest.completed_at is not None, f"the latest report of {latest.worker_name} is not even completed"
    known = reported.completed_at
    # Two reports within one moment are possible where moments are whole seconds.
    alike = latest.completed_at == known and not latest.completed_at.microsecond
    assert known is None or latest.completed_at > known or alike, (
        f"the latest report of {latest.worker_name} is {latest.worker_check_uuid} of {latest.completed_at}, "
        f"but {reported.worker_check_uuid} of {known} was just recorded"
    )


def _note_identity(hq: Hq, worker: Worker, name: str, kind: str) -> None:
    """Who a worker says it is belongs to its configuration, which INF-10 judges; here it is only said."""
    for what, configured, said in (("name", worker.name, name), ("type", worker.type, kind)):
        if said != configured:
            hq.note(f"{worker.name} at {worker.url} is configured with {what} {configured!r}, but says {said!r}")
