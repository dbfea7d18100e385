"""Listening to a hub while something else goes on: what was heard is judged later, by another check.

So a hub that is not there does not spoil the check that listens beside its own work (contract part 6).
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.errors import Verdict

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from vibehq_smoke.platform import Hq
    from vibehq_smoke.platform.websocket import Socket

Frame = dict[str, Any]

GREETING_S = 15.0
"""Within which a hub accepts, greets and confirms. That it should take five seconds at most is WRK-11's to judge."""

EVENT_S = 5.0
"""Within which a hub tells of what happened (contract PAT-04, AUT-07)."""


@dataclass(frozen=True)
class Hub:
    """A WebSocket endpoint: its component, its first frame, and how one subscribes."""

    component: str
    path: str
    greeting: str
    subscription: Frame
    confirms: Callable[[Frame], bool]


@dataclass
class Ear:
    """What was heard of a hub."""

    hub: Hub
    absent: Verdict | None = None
    """Why it could not be listened to at all."""
    lost: str | None = None
    """Why the connection ended after the greeting."""
    frames: list[Frame] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    async def wait_for(self, wanted: Callable[[Frame], bool], *, since: int = 0, within_s: float | None = None) -> bool:
        """Whether a frame after the first ``since`` is ``wanted``, or one comes in time (None: ``EVENT_S``)."""
        try:
            async with asyncio.timeout(EVENT_S if within_s is None else within_s):
                while not any(map(wanted, self.frames[since:])):
                    if self.absent or self.lost:
                        return False
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    def first(self, wanted: Callable[[Frame], bool]) -> Frame | None:
        """The first frame that is ``wanted``."""
        return next(filter(wanted, self.frames), None)

    def assert_open(self) -> None:
        """The hub was there and stayed. Raises Blocked when it was not there, which WRK-11 judges."""
        if isinstance(self.absent, (Blocked, Skipped)):
            raise self.absent
        if self.absent:
            raise Blocked(f"{self.hub.component} cannot be listened to: {self.absent}", component=self.hub.component)
        assert not self.lost, f"{self.hub.component} greeted and was lost: {self.lost}"

    async def listen(self, socket: Socket) -> None:
        """Keep every frame until the connection ends."""
        try:
            while True:
                self.frames.append(await socket.receive(timeout=600))
                self._news.set()
        except Violation as violation:
            self.lost = str(violation)
            self._news.set()


@asynccontextmanager
async def listening(hq: Hq, hub: Hub) -> AsyncIterator[Ear]:
    """Subscribe to ``hub`` for the length of the block. Its own trouble is kept in the ear, and never raised."""
    ear = Ear(hub)
    async with AsyncExitStack() as stack:
        socket = await _greeted(hq, ear, stack)
        if socket is None:
            yield ear
            return
        task = asyncio.create_task(_subscribe_and_listen(ear, socket))
        try:
            await ear.wait_for(hub.confirms, within_s=GREETING_S)
            if not ear.lost and ear.first(hub.confirms) is None:
                ear.lost = f"{hub.path}: the subscription was not confirmed within {GREETING_S:g} s"
            yield ear
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _greeted(hq: Hq, ear: Ear, stack: AsyncExitStack) -> Socket | None:
    hub = ear.hub
    try:
        async with asyncio.timeout(GREETING_S):
            socket = await stack.enter_async_context(hq.websocket(hub.path))
            frame = await socket.receive()
    except Verdict as trouble:
        ear.absent = trouble
        return None
    except TimeoutError:
        ear.absent = Violation(f"{hub.path}: no greeting within {GREETING_S:g} s", kind="timeout")
        return None
    if frame.get("type") != hub.greeting:
        got = f"the first frame is of type {frame.get('type')!r} instead of {hub.greeting!r}"
        ear.absent = Violation(f"{hub.path}: {got}", kind="greeting")
        return None
    return socket


async def _subscribe_and_listen(ear: Ear, socket: Socket) -> None:
    try:
        await socket.send(ear.hub.subscription)
    except Violation as violation:
        ear.lost = str(violation)
    await ear.listen(socket)
