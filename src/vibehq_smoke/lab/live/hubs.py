"""Broadcast hubs (contract part 6): whoever is connected hears what is broadcast."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.serving.replies import Json

BACKLOG = 256


@dataclass(eq=False)
class Listener:
    """One connection: its outgoing frames and, for the patch hub, its channels."""

    frames: asyncio.Queue[Json] = field(default_factory=lambda: asyncio.Queue(BACKLOG))
    channels: set[str] = field(default_factory=set)

    def offer(self, frame: Json) -> None:
        """Queue a frame; a listener too slow to keep 256 frames apart misses the newest."""
        if not self.frames.full():
            self.frames.put_nowait(frame)


@dataclass
class Hub:
    """All listeners of one hub."""

    listeners: set[Listener] = field(default_factory=set)

    def broadcast(self, kind: str, data: object) -> None:
        """Send ``{type: kind, data, timestamp}`` to everybody."""
        for listener in self.listeners:
            listener.offer({"type": kind, "data": data, "timestamp": now_iso()})

    def publish(self, channels: set[str], frame: Json) -> None:
        """Send `frame` to those who subscribed to one of `channels`."""
        for listener in self.listeners:
            if listener.channels & channels:
                listener.offer(frame)

    async def serve(
        self, socket: WebSocket, greeting: Json, answer: Callable[[Listener, str], Awaitable[None]]
    ) -> None:
        """Accept, greet, then pass each text frame to `answer` and each queued frame to the client until it leaves."""
        listener = Listener()
        await socket.accept()
        listener.offer(greeting)
        self.listeners.add(listener)
        sender = asyncio.get_running_loop().create_task(_send(socket, listener))
        try:
            while True:
                await answer(listener, await _text(socket))
        except WebSocketDisconnect:
            pass
        finally:
            self.listeners.discard(listener)
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)


async def _text(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    return message.get("text") or (message.get("bytes") or b"").decode("utf-8", "replace")


async def _send(socket: WebSocket, listener: Listener) -> None:
    while True:
        await socket.send_json(await listener.frames.get())
