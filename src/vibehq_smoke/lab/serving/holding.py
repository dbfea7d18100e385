"""A request that is taken and not answered, until the fault is over or the client has gone."""

import asyncio
from dataclasses import dataclass, field

from starlette.types import Message, Receive

from vibehq_smoke.lab.faults import Faults

MOST_KEPT = 1024 * 1024


@dataclass
class Holding:
    """What came in while a request was held, to be read later."""

    receive: Receive
    kept: list[Message] = field(default_factory=list)

    async def hold(self, faults: Faults, fault: str) -> bool:
        """Wait until `fault` is off; whether the client is still there then. It is False as soon as the client goes."""
        leaving = asyncio.ensure_future(self._until_gone())
        over = asyncio.ensure_future(faults.until_off(fault))
        try:
            await asyncio.wait((leaving, over), return_when=asyncio.FIRST_COMPLETED)
            return not leaving.done()
        finally:
            leaving.cancel()
            over.cancel()
            await asyncio.gather(leaving, over, return_exceptions=True)

    async def replay(self) -> Message:
        """A `receive` that first gives what was kept."""
        return self.kept.pop(0) if self.kept else await self.receive()

    async def _until_gone(self) -> None:
        size = 0
        while size <= MOST_KEPT:
            message = await self.receive()
            if message["type"].endswith(".disconnect"):
                return
            self.kept.append(message)
            size += len(message.get("body") or b"")
        await asyncio.Event().wait()  # the rest stays with the client
