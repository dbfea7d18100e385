"""Errors: is what goes wrong refused, contained and told? (contract 2.10)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import P1, P2, check

from ._support import broken_database, dead_and_living, lost_logging, timeouts, without_ai
from ._support.needs import SIGNED_IN
from ._support.redelivery import redelivered
from ._support.refusals import REFUSING, all_are_refused
from ._support.soundness import sound_worker
from ._support.test_records import assert_failure_is_logged

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from ._support.dead_runs import DeadRuns
    from ._support.runs import StartedRun
    from ._support.test_records import TestRecord

GIVEN_UP_S = 4.5
"""After which a fourth delivery would have come, were there one: the gaps are 1, 2 and then 4 s."""


@check("ERR-01", component=str, priority=P1, each=REFUSING, needs=[*SIGNED_IN, "d1-health"], deadline=60)
async def invalid_requests_are_refused_as_json(hq: Hq, component: str) -> None:
    """Ids, filters, names and bodies that are wrong are answered with a 4xx in JSON, and start nothing."""
    await all_are_refused(hq, component)


@check("ERR-02", component="health-api", priority=P1, mode="operator", exclusive=True, needs=SIGNED_IN)
async def a_broken_database_is_told_without_its_secrets(hq: Hq) -> None:
    """With DB_HEALTH broken GET /api/health answers 500 with a reason, no stack trace, no SQL; /api/status stays up."""
    await broken_database.assert_fails_decently(hq)


@check(
    "ERR-03",
    component="health-api",
    priority=P1,
    writes=True,
    exclusive=True,
    needs=["HLT-01", "HLT-03", *SIGNED_IN, "d1-health"],
    deadline=90,
)
async def a_dead_worker_fails_its_row_only(hq: Hq, dead_runs: DeadRuns) -> StartedRun:
    """A run over a dead worker is accepted, its row fails with "Connection failed: …", and the platform stays up."""
    return await dead_runs.of(hq)


@check("ERR-04", component="health-protocol", priority=P1, mode="callback", needs=["orchestrator"], deadline=60)
async def a_timeout_is_the_last_word(hq: Hq) -> None:
    """A check that cannot be done in time is acknowledged at once, ends as a timeout with score 0, and stays so."""
    worker = await sound_worker(hq)
    timeouts.assert_final(hq, worker, await timeouts.time_out(hq, worker, retries=1))


@check("ERR-05", component="health-protocol", priority=P1, mode="callback", needs=["orchestrator"], deadline=60)
async def a_result_that_nobody_takes_is_given_up(hq: Hq) -> None:
    """A result that is always refused is delivered three times, one and two seconds apart, and then given up."""
    await redelivered(hq, await sound_worker(hq), (500,), GIVEN_UP_S)


@check("ERR-06", component="health-protocol", priority=P1, mode="callback", needs=["orchestrator"], deadline=60)
async def a_check_that_times_out_is_tried_again(hq: Hq) -> None:
    """With two retries a check that cannot be done in time is tried three times, one and two seconds apart."""
    worker = await sound_worker(hq)
    seen = await timeouts.time_out(hq, worker, retries=2, quiet_s=0)
    timeouts.assert_attempts(worker, seen, attempts=3, least_s=2.9)


@check(
    "ERR-07",
    component="rpc-gateway",
    priority=P2,
    mode="operator",
    exclusive=True,
    needs=["orchestrator"],
    deadline=120,
)
async def a_check_finishes_without_logging(hq: Hq) -> None:
    """While the Logging entrypoint fails a worker's check still ends with a result."""
    await lost_logging.assert_check_finishes_without_logging(hq, await sound_worker(hq))


@check(
    "ERR-08",
    component="orchestrator",
    priority=P1,
    writes=True,
    exclusive=True,
    needs=["ERR-03", *SIGNED_IN, "d1-health"],
    deadline=270,
)
async def a_living_worker_is_not_held_up_by_a_dead_one(hq: Hq, run: StartedRun) -> None:
    """In a run over a dead and a living worker the living one completes, and runs end with an analysis, AI or not.

    The AI binding is taken away for a run of its own where the operator channel can do that, which no shared
    environment's does (Q25).
    """
    await dead_and_living.assert_living_goes_on(hq, run)
    await without_ai.assert_run_ends_without_ai(hq, hq.worker(run.workers[1]))


@check("ERR-09", component="d1-ops", priority=P2, mode="operator", needs=["WRK-09", *SIGNED_IN, "d1-health"])
async def a_failure_is_logged_as_an_error(hq: Hq, record: TestRecord) -> None:
    """A failed suite that is reported leaves a line of level error in the operation log, or in the platform's own."""
    await assert_failure_is_logged(hq, record)
