"""The diagnostics socket of a worker (contract part 6): ping, request, command, subscribe.

Frames are JSON objects with a `type` and, if the client likes, an `id` that the answer repeats.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.workers.desk import Desk
from vibehq_smoke.lab.workers.self_tests import memory_mb

CHANNELS = ("logs", "metrics")
PERIOD = 0.5
MAX_FRAME = 64 * 1024
Views = Mapping[str, Callable[[], Json]]


async def converse(socket: WebSocket, desk: Desk, views: Views) -> None:
    """Serve one connection until the client leaves; `views` are what ``request`` may ask for."""
    await socket.accept()
    channels: set[str] = set()
    lock = asyncio.Lock()

    async def send(frame: Json) -> None:
        async with lock:  # the feed and the answers share the socket
            await socket.send_json(frame | {"timestamp": now_iso()})

    feed = desk.background.start(_feed(send, desk, channels))
    with suppress(WebSocketDisconnect):
        try:
            while True:
                await send(answer(desk, views, channels, await _frame(socket)))
        finally:
            feed.cancel()
            await asyncio.gather(feed, return_exceptions=True)


def answer(desk: Desk, views: Views, channels: set[str], frame: Json) -> Json:
    """The answer to one frame; ``subscribe`` and ``unsubscribe`` change `channels`."""
    echo = {"id": frame["id"]} if isinstance(frame.get("id"), (str, int)) else {}
    inner = frame.get("payload")
    payload: Json = inner if isinstance(inner, dict) else frame
    match frame.get("type"):
        case "ping":
            return echo | {"type": "pong"}
        case "request":
            return echo | {"type": "response"} | _looked_up(views, payload)
        case "command":
            return echo | {"type": "command_result"} | run_command(desk, payload.get("command"))
        case "subscribe" | "unsubscribe" as kind:
            wanted = {name for name in _names(payload) if name in CHANNELS}
            (channels.update if kind == "subscribe" else channels.difference_update)(wanted)
            return echo | {"type": "response", "success": bool(wanted), "channels": sorted(channels)}
        case _:
            known = "ping, request, command, subscribe, unsubscribe"
            return echo | {"type": "error", "error": f"unknown message type; one of {known} is expected"}


def run_command(desk: Desk, command: object) -> Json:
    """The result of a built-in command. None of them runs a program or changes anything."""
    commands: dict[str, Callable[[], object]] = {
        "help": lambda: sorted(commands),
        "uptime": lambda: desk.uptime,
        "memory": memory_mb,
        "whoami": lambda: desk.target.name,
        "date": now_iso,
    }
    if not isinstance(command, str) or command not in commands:
        return {"success": False, "error": f"unknown command; one of {', '.join(sorted(commands))} is expected"}
    return {"success": True, "command": command, "output": commands[command]()}


def _looked_up(views: Views, payload: Json) -> Json:
    view = views.get(str(payload.get("path", payload.get("view", ""))).strip("/"))
    if view is None:
        return {"success": False, "error": f"unknown view; one of {', '.join(sorted(views))} is expected"}
    return {"success": True, "data": view()}


def _names(payload: Json) -> list[str]:
    wanted = payload.get("channels", payload.get("channel"))
    names = wanted if isinstance(wanted, list) else [wanted]
    return [name for name in names if isinstance(name, str)]


async def _frame(socket: WebSocket) -> Json:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    text = message.get("text") or ""
    try:
        frame = json.loads(text) if len(text) <= MAX_FRAME else None
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


async def _feed(send: Callable[[Json], Awaitable[None]], desk: Desk, channels: set[str]) -> None:
    """Every half second: the new log lines of this worker and its figures, to those who subscribed."""
    log = desk.lab.log
    seen = log.newest
    with suppress(WebSocketDisconnect, RuntimeError):  # whoever listened has left
        while True:
            await asyncio.sleep(PERIOD)
            fresh = log.since(seen)
            seen = fresh[-1]["seq"] if fresh else seen
            ours = [line for line in fresh if line["component"] == desk.target.name]
            for line in ours if "logs" in channels else ():
                await send({"type": "log", "data": line})
            if "metrics" in channels:
                figures = {"uptime_seconds": desk.uptime, "memory_usage_mb": memory_mb()}
                await send({"type": "metrics", "data": figures})
