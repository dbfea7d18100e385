"""Workers: does the orchestrator reach them, and do they reach it? (contract 2.4)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import P0, P1, P2, check

from ._support import dispatched as runs
from ._support import test_records, worker_links
from ._support.bound_services import assert_specialists_are_bound
from ._support.hubs import HUBS, assert_greets
from ._support.needs import SIGNED_IN
from ._support.ordering import assert_acknowledges
from ._support.redelivery import redelivered
from ._support.soundness import sound_worker
from ._support.workers import component_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from ._support.dispatched import DispatchedRow
    from ._support.health_models import RunStatus
    from ._support.runs import StartedRun
    from ._support.test_records import TestRecord

AFTER_SUCCESS_S = 1.5
"""For how long nothing may follow a delivery that was accepted."""


@check("WRK-01", component="orchestrator", priority=P0, needs=["HLT-01", "HLT-03", *SIGNED_IN, "d1-health"])
async def a_run_reaches_its_worker(hq: Hq, run: StartedRun, _: RunStatus) -> DispatchedRow:
    """Within ten seconds the row of a run's worker is pending no more, and did not fail for want of a connection."""
    return await runs.dispatched(hq, run)


@check("WRK-02", component="health-protocol", priority=P0, needs=["WRK-01"])
async def a_dispatched_worker_is_marked_as_running(hq: Hq, row: DispatchedRow) -> None:
    """The row of a worker that was asked shows since when it runs.

    What the worker was asked could only be seen by a stub among the workers that the platform knows.
    """
    await runs.assert_was_running(hq, row)
    hq.note("the order that the worker got was not seen: none of the platform's workers is a stub of this harness")


@check("WRK-03", component=component_of, priority=P1, each="worker", needs=["orchestrator"])
async def a_worker_takes_an_order_for_a_check(hq: Hq, worker: str) -> None:
    """POST <worker>/health-check/execute answers 2xx with the uuid that was sent."""
    await assert_acknowledges(hq, hq.worker(worker))


@check(
    "WRK-04", component="orchestrator", priority=P0, needs=["HLT-01", "WRK-01", *SIGNED_IN, "d1-health"], deadline=150
)
async def a_run_completes_with_its_workers(hq: Hq, run: StartedRun, _: DispatchedRow) -> None:
    """The report of a run's worker completes its row, then the run, whose counters and score are those of its rows."""
    row = await runs.reported(hq, run, run.workers[0])
    assert row.status == "completed", f"the row of {row.worker_name} ended as {row.status}: {row.error_message}"
    assert row.overall_status is not None, f"the row of {row.worker_name} is completed without an overall_status"
    assert row.completed_at is not None, f"the row of {row.worker_name} is completed without completed_at"
    runs.assert_adds_up(await runs.ended(hq, run))


@check("WRK-05", component="rpc-gateway", priority=P0, needs=["orchestrator", "d1-ops", "HLT-08"])
async def every_worker_reaches_the_orchestrator(hq: Hq) -> None:
    """GET <worker>/health-check/quick says orchestrator_connectivity on each worker."""
    await worker_links.all_reach_the_orchestrator(hq)


@check(
    "WRK-06", component="rpc-gateway", priority=P0, needs=["HLT-01", "WRK-01", *SIGNED_IN, "d1-health"], deadline=150
)
async def a_worker_reaches_the_database_through_the_orchestrator(hq: Hq, run: StartedRun, _: DispatchedRow) -> None:
    """The report of a run's worker says database_connectivity: its call of the Tasks entrypoint was answered."""
    row = await runs.reported_or_blocked(hq, run, run.workers[0])
    await worker_links.assert_reaches_the_database(hq, row)


@check("WRK-07", component="rpc-gateway", priority=P1, writes=True, needs=["orchestrator", "d1-ops"])
async def what_workers_log_is_kept(hq: Hq) -> None:
    """A quick check leaves a line in the operation log, and an activity that a specialist logs can be read back."""
    worker = await sound_worker(hq)
    await worker_links.assert_quick_check_is_logged(hq, worker)
    await worker_links.assert_activity_is_kept(hq)


@check("WRK-08", component="health-protocol", priority=P1, mode="callback", needs=["orchestrator"], deadline=60)
async def a_refused_result_is_delivered_again(hq: Hq) -> None:
    """A result that is answered 500, 500, 200 comes three times, one and two seconds apart, and then no more."""
    await redelivered(hq, await sound_worker(hq), (500, 500, 200), AFTER_SUCCESS_S)


@check("WRK-09", component="orchestrator", priority=P2, writes=True, needs=[*SIGNED_IN, "d1-health"])
async def a_test_record_of_a_worker_can_be_read_by_others(hq: Hq) -> TestRecord:
    """POST /api/health/tests/:name keeps a suite's outcome, which reads back as the latest; 400 when incomplete."""
    await test_records.refuses_incomplete_records(hq)
    record = await test_records.record_a_failure(hq)
    await test_records.assert_reads_back(hq, record)
    return record


@check("WRK-10", component="orchestrator", priority=P1, mode="wrangler")
async def the_orchestrator_binds_its_specialists(hq: Hq) -> None:
    """The orchestrator's wrangler file binds the conflict and the delivery specialist by the names they have."""
    assert_specialists_are_bound(hq)


@check("WRK-11", component=str, priority=P1, mode="ws", each=HUBS, needs=SIGNED_IN)
async def a_hub_greets(hq: Hq, hub: str) -> None:
    """A hub (/ws, /api/health/broadcast, /api/ops/broadcast) upgrades, and sends its greeting within five seconds."""
    await assert_greets(hq, hub)
