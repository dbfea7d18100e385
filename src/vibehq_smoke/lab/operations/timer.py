"""The clock that really fires scheduled handlers, at the UTC times of their expressions (contract part 7)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.operations.cron import CronJobs
from vibehq_smoke.lab.operations.schedule import Schedule

# A sleep is measured on another clock than the one that says what time it is (suspend, adjustments).
LONGEST_SLEEP = 30.0


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Timer:
    """Fires all `jobs` when they are due.

    `alive` says whether a component runs; one that does not misses its hour. Handlers run in `background`, so that
    a long one delays no other. `now` and `sleep` can be replaced for tests.
    """

    jobs: Sequence[CronJobs]
    alive: Callable[[str], bool]
    background: Background
    now: Callable[[], datetime] = utc_now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> None:
        """For ever. Raises ValueError when an expression is none or is never due."""
        started = self.now()
        schedules = [(job, cron, Schedule.parse(cron)) for job in self.jobs for cron in job.crons]
        due = [schedule.next_after(started) for _, _, schedule in schedules]
        while schedules:
            ahead = (min(due) - self.now()).total_seconds()
            await self.sleep(max(0.0, min(ahead, LONGEST_SLEEP)))
            moment = self.now()
            for index, (job, cron, schedule) in enumerate(schedules):
                if due[index] <= moment:
                    due[index] = schedule.next_after(moment)
                    if self.alive(job.component):
                        self.background.start(self._fire(job, cron))

    async def _fire(self, job: CronJobs, cron: str) -> None:
        await job.fire(cron)
