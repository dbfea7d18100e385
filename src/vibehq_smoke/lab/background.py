"""Work that goes on after an answer was sent."""

import asyncio
from collections.abc import Coroutine
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

from vibehq_smoke.lab.clock import Clock
from vibehq_smoke.lab.storage.debt import Debt, PaidWork
from vibehq_smoke.lab.storage.log import Log


@dataclass
class Background:
    """Tasks that one component has started, so that it can be stopped as a whole. They tell the time by its clock."""

    component: str
    log: Log
    clock: Clock | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` on the loop; an error in it ends up in the log, not on the terminal."""
        debt = Debt()
        context = copy_context()
        context.run(debt.begin)
        if self.clock:
            context.run(self.clock.wear)
        task = asyncio.get_running_loop().create_task(self._guard(work, debt), context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # cancelled before its first step it was never begun
        return task

    async def stop(self) -> None:
        """Cancel all tasks and wait until they are gone."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _guard(self, work: Coroutine[Any, Any, None], debt: Debt) -> None:
        try:
            await PaidWork(work, debt)
        except Exception as error:
            self.log.write(self.component, "error", "background work failed", error=f"{type(error).__name__}: {error}")
