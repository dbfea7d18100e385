"""How fast exchanges may begin: as fast as the target answers, and never a burst that it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

YOUNG = 16
"""Exchanges that may be young at once, to all origins together: they often share a machine."""
YOUNG_S = 0.5
"""How long an exchange is young. One that hangs holds up nobody for longer."""


class Pace:
    """Lets an exchange begin when fewer than ``YOUNG`` of those before it are both unanswered and young.

    A hundred checks that begin together would else ask everything in one moment, and who waits at the end of that
    queue is taken for slow or dead (decision 009).
    """

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(YOUNG)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; the block is the exchange."""
        await self._room.acquire()
        left = False

        def leave() -> None:
            nonlocal left
            if not left:
                left = True
                self._room.release()

        grown_up = asyncio.get_running_loop().call_later(YOUNG_S, leave)
        try:
            yield
        finally:
            grown_up.cancel()
            leave()
