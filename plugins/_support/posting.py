"""Posting a worker's result to the orchestrator, as a worker does (contract HLT-09)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked

from .counters import FINAL
from .health_models import Recorded, Refusal, WorkerRow
from .protocol import skip_without_credential
from .results import SENT_SCORE, TOLERANCE, our_result
from .runs import StartedRun, rows_of
from .soundness import unsound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vibehq_smoke.platform import Hq

RESULT = "/health-check/result"

STORED_S = 5.0
"""Within which an accepted result must be readable."""


async def refuses_what_is_no_result(hq: Hq) -> None:
    """What is malformed is 400, an id that nobody gave out 400 or 404, GET 405, OPTIONS 204. Raises Violation."""
    empty, garbled, forged, read, asked = await hq.gather(
        hq.service.post(RESULT, json={}),
        hq.service.post(RESULT, content=b"{", headers={"content-type": "application/json"}),
        hq.service.post(RESULT, json={"worker_check_uuid": str(uuid.uuid4()), "results": our_result(hq.tag)}),
        hq.service.get(RESULT),
        hq.service.request("OPTIONS", RESULT),
    )
    skip_without_credential(hq, "the orchestrator", empty)
    if empty.status == 403 and "CSRF" in empty.text:
        raise Blocked("results are refused for want of a CSRF pair (API-09 judges that)", component="auth")
    empty.expect(Refusal, status=400)
    garbled.expect(Refusal, status=400)
    assert not 200 <= forged.status < 300, (
        f"a result for a made-up worker_check_uuid was accepted ({forged.status}): anybody can forge results"
    )
    forged.expect(Refusal, status=(400, 404))
    read.expect(Refusal, status=405)
    asked.expect(status=204)
    assert not asked.content, (
        f"OPTIONS {RESULT} answers 204, which has no body, with one of {len(asked.content)} byte(s)"
    )


async def post_a_result(hq: Hq, run: StartedRun) -> WorkerRow:
    """Post one result for an open row of ``run``; that row, as it reads back. Raises Violation, Blocked.

    A refusal with 409 says that the worker was faster; the next row is tried, and at most one result is stored.
    """
    assert run.total_workers, "the platform runs none of the configured workers (HLT-04 says which it knows)"
    rows = await rows_of(hq, run)
    for row in _in_order(hq, rows):
        body = {"worker_check_uuid": row.worker_check_uuid, "results": our_result(hq.tag)}
        reply = await hq.service.post(RESULT, json=body)
        if reply.status != 409:
            reply.expect(Recorded)
            return await _reads_back(hq, run, row)
        reply.expect(Refusal, status=409)
    return await _workers_were_faster(hq, run)


def _in_order(hq: Hq, rows: Iterable[WorkerRow]) -> list[WorkerRow]:
    """Open rows first, of these the cheap worker's: HLT-01's run tells what it reports itself (FAC-05, FAC-09)."""
    cheap = hq.cheap_worker.name
    possible = (row for row in rows if row.status != "failed")
    return sorted(possible, key=lambda row: (row.status in FINAL, row.worker_name != cheap))


async def _reads_back(hq: Hq, run: StartedRun, posted: WorkerRow) -> WorkerRow:
    name = posted.worker_name
    row = await hq.poll(
        lambda: _row(hq, run, posted.worker_check_uuid),
        lambda row: row.status in FINAL,
        what=f"the row of {name} to show the result that was accepted for it",
        timeout=STORED_S,
        first=0,
        every=0.5,
    )
    assert row.status == "completed", f"the accepted result of {name} left its row {row.status!r}: {row.error_message}"
    assert row.health_score is not None, f"the row of {name} is completed without a health_score"
    assert abs(row.health_score - SENT_SCORE) <= TOLERANCE, (
        f"the row of {name} shows health_score {row.health_score:g} instead of {SENT_SCORE}, which was accepted for it"
    )
    return row


async def _workers_were_faster(hq: Hq, run: StartedRun) -> WorkerRow:
    rows = await rows_of(hq, run)
    still_open = [row.worker_name for row in rows if row.status not in FINAL]
    assert not still_open, f"the result for {', '.join(still_open)} was refused with 409, but the row is still open"
    reported = [row for row in rows if row.status == "completed" and row.health_score is not None]
    if not reported:
        raise await _why_none_reports(hq, rows)
    hq.note(
        "every worker had reported before our result arrived, so theirs were judged: ours was refused (409) as late"
    )
    return reported[0]


async def _why_none_reports(hq: Hq, rows: Sequence[WorkerRow]) -> Blocked:
    """What keeps every worker from reporting: all of them alike, or else the orchestrator, which does not ask them."""
    failed = next((row for row in rows if row.status == "failed"), rows[0])
    said = f"no worker reports: {failed.worker_name}: {failed.error_message}"
    asked = [hq.workers[row.worker_name] for row in rows if row.worker_name in hq.workers]
    obstacles = [await unsound(worker) for worker in asked]
    if obstacles and (first := obstacles[0]) and all(obstacles):
        return Blocked(f"{said}; {first}", component=first.component)
    return Blocked(said, component="orchestrator")


async def _row(hq: Hq, run: StartedRun, worker_check_uuid: str) -> WorkerRow:
    for row in await rows_of(hq, run):
        if row.worker_check_uuid == worker_check_uuid:
            return row
    raise AssertionError(f"run {run.uuid} does not show its row {worker_check_uuid} any more")
