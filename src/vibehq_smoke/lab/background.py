"""Work that goes on after an answer was sent."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from vibehq_smoke.lab.storage.log import Log


@dataclass
class Background:
    """Tasks that one component has started, so that it can be stopped as a whole."""

    component: str
    log: Log
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` on the loop; an error in it ends up in the log, not on the terminal."""
        task = asyncio.get_running_loop().create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        """Cancel all tasks and wait until they are gone."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            self.log.write(self.component, "error", "background work failed", error=f"{type(error).__name__}: {error}")
