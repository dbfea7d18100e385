"""A run on a platform that has no AI model to ask (contract ERR-08, part 4, cost note)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Skipped, Violation

from .availability import WORKERS_AI, workers_ai
from .dispatched import ended, reported
from .runs import refuse_extra_runs, start_run
from .switched import switched

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

    from .dispatched import DispatchedRun

FAULT = "ai-binding-down"


async def assert_run_ends_without_ai(hq: Hq, worker: Worker) -> None:
    """While the AI binding is absent a result is kept, and the run ends with an analysis that no model wrote.

    Raises Violation; what cannot be tried is noted, since only some operator channels take a binding away.
    """
    try:
        absent = not (await workers_ai(hq)).available
    except (AssertionError, Blocked, Skipped) as reason:
        hq.note(f"whether a run ends without the AI binding was not tried: {reason}")
        return
    if absent:
        hq.note(f"{WORKERS_AI} is not available at all, so the run was without the AI binding already")
        return
    try:
        refuse_extra_runs(hq)
        async with switched(hq, FAULT):
            seen = await _run(hq, worker)
    except Skipped as reason:
        hq.note(f"whether a run ends without the AI binding was not tried: {reason}")
        return
    assert seen.status == "completed", f"without the AI binding the run ended as {seen.status} instead of completed"
    assert seen.ai_analysis, "without the AI binding the run ended without the analysis that needs no model"
    hq.note(f"a run over {worker.name} without the AI binding ended with an analysis")


async def _run(hq: Hq, worker: Worker) -> DispatchedRun:
    run = await start_run(hq, [worker])
    try:
        assert run.total_workers == 1, (
            f"a run over {worker.name} alone says that it is over {run.total_workers} workers"
        )
        row = await reported(hq, run, worker.name, every_s=0.25)
        assert row.overall_status is not None, f"the row of {worker.name} is {row.status} without an overall_status"
        return await ended(hq, run)
    except AssertionError as wrong:
        raise Violation(f"without the AI binding: {wrong}", kind=getattr(wrong, "kind", "assertion")) from None
