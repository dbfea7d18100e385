"""Running platform tests: five at a time, each within its time (contract part 7)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.workers.bench import Bench
from vibehq_smoke.lab.workers.desk import Desk
from vibehq_smoke.lab.workers.platform_tests import TESTS
from vibehq_smoke.lab.workers.visit import Account, Visit, visit

AT_A_TIME = 5


@dataclass(frozen=True)
class Job:
    """One test to run: its name in ``TESTS``, seconds per attempt, attempts. `profile` is the row id, if any."""

    name: str
    timeout: float = 30.0
    attempts: int = 1
    profile: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a job ended: ``passed``, ``failed`` or ``skipped`` (no such test here); ms, and what it asked models."""

    job: Job
    status: str
    duration_ms: int
    error: str | None
    started_at: str
    completed_at: str
    metrics: dict[str, float] = field(default_factory=dict)
    asked: list[Json] = field(default_factory=list)


async def run_jobs(
    desk: Desk, account: Account, jobs: Sequence[Job], tell: Callable[[Outcome], Awaitable[None]]
) -> list[Outcome]:
    """Run all `jobs`, five at a time; `tell` hears of each outcome at once. The outcomes in the order of the jobs.

    Raises what `tell` raises; then the jobs that still run are cancelled.
    """
    gate = asyncio.Semaphore(AT_A_TIME)

    async def one(job: Job) -> Outcome:
        async with gate:
            outcome = await _run(desk, guest, job)
            await tell(outcome)
            return outcome

    try:
        async with visit(desk.lab, account) as guest, asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(job)) for job in jobs]
    except ExceptionGroup as several:
        raise several.exceptions[0] from several
    return [task.result() for task in tasks]


async def _run(desk: Desk, guest: Visit, job: Job) -> Outcome:
    started, began = now_iso(), time.perf_counter()
    bench = Bench(desk, guest, {}, [])
    status, problem = "skipped", f"there is no test {job.name!r} here" if job.name not in TESTS else None
    attempts = 0
    while problem is None and attempts < job.attempts and status != "passed":
        attempts += 1
        failure = await _attempt(bench, job)
        status, error = ("passed", None) if failure is None else ("failed", failure)
    duration = round((time.perf_counter() - began) * 1000)
    reason = problem or (error if status == "failed" else None)
    metrics = bench.metrics | {"attempts": float(attempts)}
    return Outcome(job, status, duration, reason, started, now_iso(), metrics, bench.asked)


async def _attempt(bench: Bench, job: Job) -> str | None:
    """What went wrong, or None."""
    try:
        async with asyncio.timeout(job.timeout):
            await TESTS[job.name](bench)
    except TimeoutError:
        return f"no result within {job.timeout:g} s"
    except (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as error:
        return str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
    return None
