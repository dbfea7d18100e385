"""What a worker reports of itself in a health run, and what it says of the worker (contract FAC-05, FAC-09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.errors import Unreachable

from .counters import FINAL
from .health_models import QuickCheck, WorkerRow
from .one_report import one_report
from .results import SENT_SCORE, TOLERANCE
from .runs import ReportedWorker, StartedRun, rows_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

PATIENCE_S = 60.0
"""Within which every worker of a run has reported (contract R6)."""

PROTOCOL = "health-protocol"


@dataclass(frozen=True)
class _Report:
    """What became of the health check of one worker."""

    verdict: str | None
    """``overall_status``; None when it never got so far."""
    trouble: str | None


async def do_quick_check(worker: Worker) -> None:
    """The worker does a quick check. Raises Violation; Blocked when it does not have the route, which HLT-08 judges."""
    reply = await worker.get("/health-check/quick")
    if reply.status == 404:
        raise Blocked(f"{worker.name} does not have /health-check/quick (404)", component=PROTOCOL)
    reply.expect(QuickCheck)


async def judge_report(hq: Hq, worker: Worker, first: StartedRun, reported: ReportedWorker) -> None:
    """The worker reports healthy; degraded is a drift.

    ``first`` and ``reported`` are HLT-01's and HLT-09's runs. Raises Violation when it reports worse; Blocked when it
    never reports; Skipped when what it reports cannot be seen.
    """
    run = _run_about(worker, first, reported)
    row = await _final_row(hq, worker, run) if run is not None else None
    report = _as_report(row) if row is not None else await _asked_directly(hq, worker)
    if report.verdict == "degraded":
        hq.degraded(_sentence(worker, report))
    elif report.verdict != "healthy":
        raise Violation(_sentence(worker, report), kind="unhealthy")


def _run_about(worker: Worker, first: StartedRun, reported: ReportedWorker) -> StartedRun | None:
    """The run whose row the worker fills itself: HLT-09's, unless HLT-09 filled that one, by the score it sent."""
    row = reported.row
    sent = row.health_score is not None and abs(row.health_score - SENT_SCORE) <= TOLERANCE
    if row.worker_name != worker.name or not sent:
        return reported.run
    return first if worker.name in first.workers else None


async def _final_row(hq: Hq, worker: Worker, run: StartedRun) -> WorkerRow | None:
    """The worker's row as soon as it is final; None when the run has none.

    Raises Blocked when it stays open, or the run cannot be read (HLT-03): neither is the worker's doing.
    """

    async def read() -> WorkerRow | None:
        return next((row for row in await rows_of(hq, run) if row.worker_name == worker.name), None)

    try:
        return await hq.poll(
            read,
            lambda row: row is None or row.status in FINAL,
            what=f"{worker.name} to report",
            timeout=PATIENCE_S,
            first=0.1,
        )
    except AssertionError as wrong:
        if getattr(wrong, "kind", None) != "timeout" or isinstance(wrong, Unreachable):
            raise Blocked(f"what {worker.name} reported cannot be read: {wrong}", component="health-api") from None
        raise Blocked(
            f"{worker.name} took up a health check and did not report within {PATIENCE_S:.0f} s", component=PROTOCOL
        ) from None


def _as_report(row: WorkerRow) -> _Report:
    verdict = row.overall_status if row.status in ("completed", "passed") else None
    return _Report(verdict, row.error_message or (None if verdict else f"its row is {row.status}"))


async def _asked_directly(hq: Hq, worker: Worker) -> _Report:
    """What the worker reports to us. Raises Skipped, Blocked when that cannot be seen either."""
    try:
        result = await one_report(hq, worker)
    except Skipped as reason:
        raise Skipped(f"the runs say nothing about {worker.name} itself, and {reason}") from None
    except Violation as violation:
        raise Blocked(f"{worker.name} tells nothing of itself: {violation}", component=PROTOCOL) from None
    hq.note(f"the runs say nothing about {worker.name} itself, so it was asked directly")
    return _Report(result.overall_status, result.error_message)


def _sentence(worker: Worker, report: _Report) -> str:
    if report.verdict is None:
        return f"the health check of {worker.name} ended without a report: {report.trouble}"
    cause = f": {report.trouble}" if report.trouble else ""
    return f"{worker.name} reports that it is {report.verdict}{cause}"
