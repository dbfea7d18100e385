"""A worker whose log lines get lost (contract ERR-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation

from .health_models import QuickCheck
from .one_report import one_report
from .results import assert_asked_for, assert_consistent
from .switched import refuse_production, switched
from .worker_links import QUICK

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

    from .health_models import WorkerResult

FAULT = "rpc-logging-fails"


async def assert_check_finishes_without_logging(hq: Hq, worker: Worker) -> None:
    """A check of ``worker`` ends with a result though the Logging entrypoint fails at every call of it."""
    refuse_production(hq)
    if not await _connected(worker):
        hq.note("the Logging entrypoint fails already, so nothing was switched")
        await _finishes(hq, worker)
        return
    lost: Violation | None = None
    async with switched(hq, FAULT):
        try:
            result = await _finishes(hq, worker)
        except Violation as violation:
            lost = violation
    if lost is not None:
        await _assert_finishes_with_logging(hq, worker)
        raise Violation(f"{worker.name} reports nothing while Logging fails: {lost}", kind=lost.kind)
    assert not result.orchestrator_connectivity, f"{worker.name} reports that it reaches Logging, which failed"
    assert await _connected(worker), f"{worker.name} does not reach Logging any more after that came back"


async def _finishes(hq: Hq, worker: Worker) -> WorkerResult:
    result = await one_report(hq, worker)
    assert_consistent(result)
    assert_asked_for(result)
    return result


async def _assert_finishes_with_logging(hq: Hq, worker: Worker) -> None:
    """The control: raises Blocked when the worker reports nothing at any time, which HLT-06 judges."""
    try:
        await one_report(hq, worker)
    except Violation as violation:
        raise Blocked(
            f"{worker.name} reports with Logging no more than without: {violation}", component="health-protocol"
        ) from None


async def _connected(worker: Worker) -> bool:
    return (await worker.get(QUICK)).expect(QuickCheck).orchestrator_connectivity
