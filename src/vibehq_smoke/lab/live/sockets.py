"""The hubs as WebSocket endpoints of the orchestrator (contract part 6): ``/ws`` and the two broadcast hubs."""

import json
import uuid
from dataclasses import dataclass

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from vibehq_smoke.lab.accounts.users import Accounts
from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.live.filters import as_filters
from vibehq_smoke.lab.live.gate import own_pages_only, refuse
from vibehq_smoke.lab.live.hubs import Hub, Listener
from vibehq_smoke.lab.serving.replies import Json, e1
from vibehq_smoke.lab.storage.databases import DatabaseDownError

NO_CLASS = "Durable Object class is not in any migration"


@dataclass(frozen=True)
class Sockets:
    """Handlers of the sockets. The broadcast hubs need a session; the patch hub has an `auth` message of its own."""

    lab: Lab
    accounts: Accounts

    def public(self) -> list[BaseRoute]:
        """The patch hub."""
        return [WebSocketRoute("/ws", self.patches)]

    def private(self) -> list[tuple[str, str, object]]:
        """The broadcast hubs, as (``WEBSOCKET``, path, handler); hub-health also where the pages dial it."""
        health, ops = own_pages_only(self.lab, self.health), own_pages_only(self.lab, self.ops)
        return [
            ("WEBSOCKET", "/api/health/broadcast", health),
            ("WEBSOCKET", "/parties/health-check-broadcast/main", health),
            ("WEBSOCKET", "/api/ops/broadcast", ops),
        ]

    async def health(self, socket: WebSocket) -> None:
        """hub-health: starts, results and completions of runs."""
        await self._broadcast_hub(self.lab.hub_health, socket, "Connected to health broadcast")

    async def ops(self, socket: WebSocket) -> None:
        """hub-ops: what scans do."""
        await self._broadcast_hub(self.lab.hub_ops, socket, "Connected to ops broadcast")

    async def patches(self, socket: WebSocket) -> None:
        """ws-patch-hub: patch events of the channels subscribed to."""
        connection = str(uuid.uuid4())
        greeting = {"type": "connection_established", "connectionId": connection, "message": "Connected"}

        async def answer(listener: Listener, text: str) -> None:
            listener.offer(self._patch_answer(listener, parse_frame(text)))

        await self.lab.hub_patches.serve(socket, greeting, answer)

    async def _broadcast_hub(self, hub: Hub, socket: WebSocket, message: str) -> None:
        if self.lab.faults.on("D-31"):
            await refuse(socket, 500, e1("Internal server error", NO_CLASS))
            return
        await hub.serve(socket, {"type": "connected", "message": message, "timestamp": now_iso()}, _broadcast_answer)

    def _patch_answer(self, listener: Listener, frame: Json) -> Json:
        payload = frame.get("payload")
        payload = payload if isinstance(payload, dict) else {}
        channel = payload.get("channel")
        match frame.get("type"):
            case "auth":
                content = self._authenticated(payload.get("token"))
            case "subscribe" if isinstance(channel, str):
                listener.channels[channel] = as_filters(payload.get("filters"))
                content = {"status": "subscribed", "channel": channel}
            case "unsubscribe" if isinstance(channel, str):
                listener.channels.pop(channel, None)
                content = {"status": "unsubscribed", "channel": channel}
            case "data":
                content = {"acknowledged": True, "timestamp": now_iso()}
            case _:
                content = _error("Unknown message type")
        return {"id": frame.get("id"), "type": "data", "payload": {"data": content}}

    def _authenticated(self, token: object) -> Json:
        try:
            user = self.accounts.lookup(token) if isinstance(token, str) else None
        except DatabaseDownError:
            user = None
        return {"status": "authenticated", "userId": user["id"]} if user else _error("Invalid or expired session")


async def _broadcast_answer(listener: Listener, text: str) -> None:
    frame = parse_frame(text)
    if frame.get("type") == "subscribe":
        listener.filters = as_filters(frame.get("filters"))
        kind, data = "subscribed", {"filters": dict(listener.filters)}
    else:
        kind, data = "error", _error("Unknown message type")
    listener.offer({"type": kind, "data": data, "timestamp": now_iso()})


def parse_frame(text: str) -> Json:
    """A client's frame; empty when it is no JSON object."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


def _error(error: str) -> Json:
    return {"error": error, "details": None, "timestamp": now_iso()}
