"""``/ws/health`` of health-specialist (contract part 6)."""

import json
import uuid
from dataclasses import dataclass

import httpx
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.live.hubs import Hub, Listener
from vibehq_smoke.lab.serving.replies import Json, e4
from vibehq_smoke.lab.workers.desk import Desk, RpcError
from vibehq_smoke.lab.workers.specialists.health_views import HealthViews

CHANNELS = ("health", "tests", "runs", "cron")


@dataclass(frozen=True)
class HealthSocket:
    """The socket and those who listen. Who names no channel hears of everything."""

    desk: Desk
    views: HealthViews
    hub: Hub

    @classmethod
    def of(cls, desk: Desk) -> "HealthSocket":
        """The socket with a hub of its own."""
        return cls(desk, HealthViews(desk), Hub("ws-health", desk.lab.faults))

    def tell(self, kind: str, channel: str, data: Json) -> None:
        """Send a frame to everybody who listens to `channel`."""
        for listener in self.hub.listeners:
            if not listener.channels or channel in listener.channels:
                listener.offer({"type": kind, "data": data, "timestamp": now_iso()})

    async def serve(self, socket: WebSocket) -> None:
        """Any ``Authorization`` header opens it; without one the upgrade is refused with 401."""
        if not socket.headers.get("authorization"):
            await socket.send_denial_response(JSONResponse(e4("Authentication required"), 401))
        else:
            greeting = {
                "type": "connected", "connectionId": str(uuid.uuid4()), "timestamp": now_iso(),
                "message": "Connected to health updates",
            }  # fmt: skip
            await self.hub.serve(socket, greeting, self._answer)

    async def _answer(self, listener: Listener, text: str) -> None:
        frame = _parsed(text)
        match frame.get("type"):
            case "ping":
                listener.offer({"type": "pong", "timestamp": now_iso()})
            case "get_status":
                listener.offer(await self._status())
            case "subscribe" | "unsubscribe" as kind:
                listener.offer(_chosen(listener, kind == "subscribe", frame.get("channels")))
            case _:
                listener.offer(_error("Unknown message type"))

    async def _status(self) -> Json:
        try:
            return {"type": "status_response", "data": await self.views.status(), "timestamp": now_iso()}
        except (httpx.HTTPError, RpcError):
            return _error("Health data is unavailable")


def _chosen(listener: Listener, more: bool, wanted: object) -> Json:
    names = {name for name in wanted if name in CHANNELS} if isinstance(wanted, list) else set()
    if not names:
        return _error(f"channels: a list of {', '.join(CHANNELS)} is expected")
    for name in names:
        if more:
            listener.channels[name] = {}
        else:
            listener.channels.pop(name, None)
    data = {"channels": sorted(listener.channels)}
    return {"type": "status_response", "data": data, "timestamp": now_iso()}


def _parsed(text: str) -> Json:
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


def _error(error: str) -> Json:
    return {"type": "error", "error": error, "timestamp": now_iso()}
