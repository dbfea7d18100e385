"""At most so many at a time, the urgent first (contract 8.4: five commands, priority low to critical)."""

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count


@dataclass
class Turns:
    """Who waits is served by priority (higher first), then in the order of coming."""

    limit: int
    running: int = 0
    _waiting: "list[tuple[int, int, asyncio.Future[None]]]" = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    @asynccontextmanager
    async def turn(self, priority: int) -> AsyncIterator[None]:
        """Inside, it is one's turn."""
        if self.running < self.limit:
            self.running += 1
        else:
            await self._wait(priority)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, priority: int) -> None:
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (-priority, next(self._order), called))
        try:
            await called
        except asyncio.CancelledError:
            # Called and cancelled at once: the turn must not be lost.
            if called.done() and not called.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            _, _, called = heapq.heappop(self._waiting)
            if not called.done():
                called.set_result(None)
                return
        self.running -= 1
