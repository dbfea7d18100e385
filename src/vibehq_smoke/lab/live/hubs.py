"""Broadcast hubs (contract part 6): whoever is connected hears what is broadcast."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.live.filters import Filters, wanted
from vibehq_smoke.lab.serving.replies import Json

BACKLOG = 256
IDLE_SECONDS = 300.0
SWEEP_SECONDS = 60.0
GARBAGE = "\ufffd{not json"
GOING_AWAY = 1001
NORMAL = 1000


@dataclass(eq=False)
class Listener:
    """One connection: its outgoing frames, its filters and, for the patch hub, its channels with theirs."""

    socket: WebSocket | None = None
    frames: asyncio.Queue[Json] = field(default_factory=lambda: asyncio.Queue(BACKLOG))
    filters: Filters = field(default_factory=dict)
    channels: dict[str, Filters] = field(default_factory=dict)
    last_active: float = field(default_factory=time.monotonic)

    def offer(self, frame: Json) -> None:
        """Queue a frame; a listener too slow to keep 256 frames apart misses the newest."""
        if not self.frames.full():
            self.frames.put_nowait(frame)


Answer = Callable[[Listener, str], Awaitable[None]]


@dataclass
class Hub:
    """All listeners of one hub. Its `name` begins its switches: ``<name>-silent``, ``-closing``, ``-garbage``."""

    name: str = ""
    faults: Faults = field(default_factory=lambda: Faults(()))
    listeners: set[Listener] = field(default_factory=set)

    def broadcast(self, kind: str, data: object) -> None:
        """Send ``{type: kind, data, timestamp}`` to everybody whose filters want it."""
        if self._wrong("no-broadcast"):
            return
        frame = {"type": kind, "data": data, "timestamp": now_iso()}
        for listener in self.listeners:
            if wanted(listener.filters, kind, data):
                listener.offer(frame)

    def publish(self, channels: set[str], frame: Json) -> None:
        """Send `frame` to those who subscribed to one of `channels`, with filters that want its payload."""
        if self.faults.on("patch-hub-no-events"):
            return
        payload = frame.get("payload")
        for listener in self.listeners:
            subscribed = [filters for channel, filters in listener.channels.items() if channel in channels]
            if any(wanted(filters, frame["type"], payload) for filters in subscribed):
                listener.offer(frame)

    async def serve(self, socket: WebSocket, greeting: Json, answer: Answer) -> None:
        """Accept, greet, then pass each text frame to `answer` and each queued frame to the client until it leaves."""
        listener = Listener(socket)
        await socket.accept()
        listener.offer(greeting)
        self.listeners.add(listener)
        sender = asyncio.get_running_loop().create_task(self._send(socket, listener))
        try:
            while True:
                text = await read_text(socket)
                listener.last_active = time.monotonic()
                await answer(listener, text)
        except WebSocketDisconnect:
            pass
        finally:
            self.listeners.discard(listener)
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    async def sweep(self) -> None:
        """For ever: drop, once a minute, who was silent for more than five."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self.drop_idle(time.monotonic() - IDLE_SECONDS)

    async def drop_idle(self, before: float) -> None:
        """Close the connections on which nothing went either way since `before` (`time.monotonic`)."""
        for listener in [one for one in self.listeners if one.last_active < before]:
            self.listeners.discard(listener)
            if listener.socket is not None:
                with suppress(RuntimeError):  # it is closing already
                    await listener.socket.close(GOING_AWAY, "idle")

    async def _send(self, socket: WebSocket, listener: Listener) -> None:
        while True:
            frame = await listener.frames.get()
            if self._wrong("silent"):
                continue
            listener.last_active = time.monotonic()
            if self._wrong("garbage"):
                await socket.send_text(GARBAGE)
            else:
                await socket.send_json(frame)
            if self._wrong("closing"):
                await socket.close(NORMAL)
                return

    def _wrong(self, how: str) -> bool:
        return self.faults.on(f"{self.name}-{how}")


async def read_text(socket: WebSocket) -> str:
    """The next message as text, whichever way it was sent. Raises WebSocketDisconnect when the client has left."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    return message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")
