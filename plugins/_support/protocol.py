"""Direct use of a worker's health protocol (contract part 4, HLT-06, API-10)."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Skipped, Violation

from .health_models import Acknowledged, WorkerReport
from .reading import read, value_of
from .results import assert_asked_for, assert_consistent

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from vibehq_smoke.platform import Hq, Reply, Worker
    from vibehq_smoke.platform.callbacks import Listener

EXECUTE = "/health-check/execute"

ACKNOWLEDGE_MS = 2000
"""Within which a worker acknowledges, and works on in the background."""

CALLBACK_S = 30.0
"""Within which a worker reports: the time-out of one attempt that it is given."""

SILENCE_S = 1.2
"""For how long no second result may follow. A repeated delivery comes a second after the first one failed."""


def order(callback_url: str) -> dict[str, Any]:
    """The body of an execute request: a fresh id, the unit tests only."""
    options = {
        "include_unit_tests": True,
        "include_performance_tests": False,
        "include_integration_tests": False,
        "timeout_ms": round(CALLBACK_S * 1000),
        "max_retries": 2,
    }
    return {"worker_check_uuid": str(uuid.uuid4()), "options": options, "callback_url": callback_url}


def listener(hq: Hq) -> AbstractAsyncContextManager[Listener] | None:
    """A listener for results; None when workers cannot reach this machine, which is noted."""
    try:
        return hq.callbacks()
    except Skipped as reason:
        remark = f"results were not listened for: {reason}"
        if remark not in hq.recorder.notes:
            hq.note(remark)
        return None


def results_url(hq: Hq) -> str:
    """Where workers report in ordinary runs. A result of ours is refused there: no run asked for it."""
    return f"{hq.target.base_url}/health-check/result"


async def execute_and_listen(hq: Hq, worker: Worker) -> None:
    """Let ``worker`` execute a check; its acknowledgement and its one result are right. Raises Violation."""
    listening = listener(hq)
    if listening is None:
        await acknowledged(hq, worker, results_url(hq))
        return
    async with listening as results:
        check_uuid = await acknowledged(hq, worker, results.url)
        first, *more = await _delivered(worker, results, check_uuid)
    _assert_reported(hq, worker, first)
    if more:
        hq.degraded(f"{worker.name} delivered its result {1 + len(more)} times instead of once")


async def _delivered(worker: Worker, results: Listener, check_uuid: str) -> list[Any]:
    """The bodies that report on this check: the first one, and those that follow within a while.

    What reports on other checks is left out: somebody else's worker may still be trying a port that was theirs
    before. Raises Violation when none comes.
    """
    clock = asyncio.get_running_loop()
    give_up = clock.time() + CALLBACK_S
    while not _about(results, check_uuid):
        try:
            await results.wait(len(results.received) + 1, give_up - clock.time())
        except Violation as violation:
            raise Violation(
                f"{worker.name} acknowledged, but delivers no result: {violation}", kind="callback"
            ) from None
    quiet = clock.time() + SILENCE_S
    while (left := quiet - clock.time()) > 0:
        with contextlib.suppress(Violation):
            await results.silence(left)
    return _about(results, check_uuid)


def _about(results: Listener, check_uuid: str) -> list[Any]:
    reported = [(callback.json, value_of(callback.json, "worker_check_uuid")) for callback in results.received]
    return [body for body, uuid_ in reported if isinstance(uuid_, str) and uuid_.lower() == check_uuid]


async def execute(hq: Hq, worker: Worker, body: dict[str, Any]) -> Reply:
    """Send an execute request with the service credential. Raises Skipped when there should be one and is none."""
    reply = await worker.post(EXECUTE, json=body, headers=hq.service_headers())
    skip_without_credential(hq, worker.name, reply)
    return reply


def skip_without_credential(hq: Hq, who: str, reply: Reply) -> None:
    """A 401 to who was given no service credential says that access is missing, not that anything is wrong."""
    if reply.status == 401 and not hq.service_headers():
        raise Skipped(f"{who} wants a service credential: set kind in [targets.{hq.target.name}.service_auth]")


async def acknowledged(hq: Hq, worker: Worker, callback_url: str) -> str:
    """Send a valid execute request; the id of the check that the worker acknowledged in time. Raises Violation."""
    body = order(callback_url)
    reply = await execute(hq, worker, body)
    answer = reply.expect(Acknowledged, status=(200, 202))
    assert answer.worker_check_uuid == body["worker_check_uuid"], (
        f"{worker.name} was given check {body['worker_check_uuid']}, but acknowledges {answer.worker_check_uuid}"
    )
    elapsed_ms = await acknowledged_ms(hq, worker, reply, callback_url)
    assert elapsed_ms < ACKNOWLEDGE_MS, (
        f"{worker.name} took {elapsed_ms:.0f} ms to acknowledge; it must work on in the background instead"
    )
    return answer.worker_check_uuid


async def acknowledged_ms(hq: Hq, worker: Worker, reply: Reply, callback_url: str) -> float:
    """How long the worker took to acknowledge. When that was long it is asked again: being busy once proves nothing."""
    if reply.elapsed_ms < ACKNOWLEDGE_MS:
        return reply.elapsed_ms
    again = await execute(hq, worker, order(callback_url))
    hq.note(f"{worker.name} took {reply.elapsed_ms:.0f} ms to acknowledge, and {again.elapsed_ms:.0f} ms once more")
    return min(reply.elapsed_ms, again.elapsed_ms)


def _assert_reported(hq: Hq, worker: Worker, body: Any) -> None:
    report = read(hq, WorkerReport, body, f"the result of {worker.name}")
    try:
        assert_consistent(report.results)
        assert_asked_for(report.results)
    except AssertionError as error:
        raise AssertionError(f"the result of {worker.name} contradicts itself: {error}") from None
    hq.note(f"{worker.name} is {report.results.overall_status}, score {report.results.health_score:g}")
