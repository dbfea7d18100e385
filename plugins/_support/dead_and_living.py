"""A run over one worker that is dead and one that lives (contract ERR-03, ERR-08; part 4, "dispatch failure")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Skipped

from .counters import FINAL
from .dead_workers import BROKEN_S, a_dead_worker
from .dispatched import ended, read_dispatched, reported, row_of
from .platform_status import PlatformStatus
from .runs import StartedRun, refuse_extra_runs, start_run
from .soundness import unsound
from .switched import refuse_production

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

    from .dispatched import DispatchedRow

REFUSED = "Connection failed:"


async def run_over_dead_and_living(hq: Hq) -> StartedRun:
    """Start the run, and see the dead worker's row fail while the platform stays up. Its workers: dead, living."""
    refuse_production(hq)
    refuse_extra_runs(hq)
    async with a_dead_worker(hq) as dead:
        living = await _living_beside(hq, dead)
        run = await start_run(hq, [dead, living])
        assert run.total_workers == len(run.workers), f"a run over two workers says that it is over {run.total_workers}"
        row = await hq.poll(
            lambda: row_of(hq, run, dead.name),
            lambda row: row.status in FINAL,
            what=f"the row of {dead.name}, which is dead, to fail",
            timeout=BROKEN_S,
            first=0.2,
            every=1.0,
        )
        (await hq.bare.get("/api/status")).expect(PlatformStatus)
        await _need_both_rows(hq, run)
    hq.note(f"beside it the run is over {living.name}, which lives")
    _assert_refused(row)
    return run


async def assert_living_goes_on(hq: Hq, run: StartedRun) -> None:
    """The living worker's row is completed, the dead one's is not, and the run ends and says something about it."""
    dead, living = run.workers
    row = await reported(hq, run, living, every_s=0.25)
    assert row.status == "completed", f"{living} lives, but beside a dead worker its row ended as {row.status}"
    assert row.overall_status is not None, f"the row of {living} is completed without an overall_status"
    seen = await ended(hq, run)
    states = {row.worker_name: row.status for row in seen.worker_results}
    assert states.get(dead) == "failed", f"{dead} was dead, but the ended run shows its row as {states.get(dead)}"
    assert seen.failed_workers >= 1, f"the run counts no failed worker, though {dead} was dead"
    assert seen.ai_analysis, "the run ended without an analysis, not even the one that needs no model"
    hq.note(f"the run over {dead}, which was dead, and {living} ended as {seen.status}")


async def _living_beside(hq: Hq, dead: Worker) -> Worker:
    obstacle: Blocked | None = None
    for worker in hq.workers.values():
        if worker.name != dead.name:
            trouble = await unsound(worker)
            if trouble is None:
                return worker
            obstacle = obstacle or trouble
    raise obstacle or Skipped(f"one worker alone is not enough: add one to [targets.{hq.target.name}.workers]")


async def _need_both_rows(hq: Hq, run: StartedRun) -> None:
    """Raises Blocked when the run is read back over other workers than it was started over, which HLT-11 judges."""
    seen = await read_dispatched(hq, run.uuid)
    shown = [row.worker_name for row in seen.worker_results]
    if sorted(shown) != sorted(run.workers) or seen.total_workers != run.total_workers:
        said = f"shows {seen.total_workers} worker(s) and rows of {', '.join(shown)}"
        raise Blocked(f"run {run.uuid} is over {' and '.join(run.workers)}, but {said}", component="d1-health")


def _assert_refused(row: DispatchedRow) -> None:
    name = row.worker_name
    assert row.status == "failed", f"{name} is dead, but its row is {row.status!r} instead of failed"
    said = row.error_message or ""
    assert said.startswith(REFUSED), f"the row of {name}, which is dead, says {said!r} instead of {REFUSED!r} and why"
    assert not row.orchestrator_connectivity, f"{name} is dead, but its row says orchestrator_connectivity"
