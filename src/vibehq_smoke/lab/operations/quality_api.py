"""``/api/monitoring/*``: the code-quality monitor over HTTP and as a WebSocket (contract part 6)."""

import json
from dataclasses import dataclass
from typing import Annotated

import pydantic
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.live.gate import own_pages_only, refuse
from vibehq_smoke.lab.live.hubs import Listener
from vibehq_smoke.lab.openapi.describe import accepts, refuses
from vibehq_smoke.lab.operations.quality import QualityMonitor, QuarantinedError
from vibehq_smoke.lab.serving.replies import Json, Refusal, data, e1, e2
from vibehq_smoke.lab.serving.requests import Body, explain, path_int, read_model
from vibehq_smoke.lab.storage.databases import DatabaseDownError

SOCKET = "/api/monitoring/code-quality"
Agent = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]


class CodeChange(Body):
    """Body of ``POST /api/monitoring/code-change`` and data of the frame ``code-change``."""

    agent_id: Agent = Field(alias="agentId")
    file_path: Annotated[str, Field(alias="filePath", min_length=1, max_length=500)]
    content: Annotated[str, Field(max_length=500_000)]


@dataclass(frozen=True)
class QualityApi:
    """Handlers of the monitor; answers are E2."""

    monitor: QualityMonitor

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("POST", "/api/monitoring/code-change", self.change),
            ("GET", "/api/monitoring/violations", self.state),
            ("POST", "/api/monitoring/violations/{id}/acknowledge", self.acknowledge),
            ("POST", "/api/monitoring/agents/{agent}/release", self.release),
            ("WEBSOCKET", SOCKET, own_pages_only(self.monitor.lab, self.socket)),
        ]

    @refuses(423, "The agent is in quarantine.")
    @accepts(CodeChange)
    async def change(self, request: Request) -> Response:
        """Check a change; 423 for an agent in quarantine."""
        body = await read_model(request, CodeChange, e2, "Invalid code change")
        try:
            return JSONResponse(data(await self.monitor.change(body.agent_id, body.file_path, body.content)))
        except QuarantinedError as error:
            raise Refusal(423, e2("Agent is quarantined", "release it first")) from error

    async def state(self, _request: Request) -> Response:
        """What is wrong at present, and who is in quarantine."""
        return JSONResponse(data(self.monitor.state()))

    async def acknowledge(self, request: Request) -> Response:
        """Take a violation as seen."""
        if not self.monitor.acknowledge(path_int(request, "id", e2)):
            raise Refusal(404, e2("Violation not found"))
        return JSONResponse(data(None, "Acknowledged"))

    async def release(self, request: Request) -> Response:
        """End a quarantine."""
        if not self.monitor.release(request.path_params["agent"]):
            raise Refusal(404, e2("Agent is not quarantined"))
        return JSONResponse(data(None, "Released"))

    async def socket(self, socket: WebSocket) -> None:
        """Greets with the present state, then tells of violations and quarantines; takes orders as frames."""
        try:
            greeting = {"type": "connected", **self.monitor.state(), "timestamp": now_iso()}
        except DatabaseDownError as down:
            await refuse(socket, 500, e1("Internal server error", str(down)))
            return

        async def answer(listener: Listener, text: str) -> None:
            kind, content = await self._obey(text)
            listener.offer({"type": kind, "data": content, "timestamp": now_iso()})

        await self.monitor.hub.serve(socket, greeting, answer)

    async def _obey(self, text: str) -> tuple[str, Json]:
        """Kind and data of the answer to a frame ``{type, data}``."""
        try:
            frame = json.loads(text)
            order = frame.get("data") or {}
            match frame.get("type"):
                case "code-change":
                    change = CodeChange.model_validate(order)
                    checked = await self.monitor.change(change.agent_id, change.file_path, change.content)
                    return "code-change-checked", checked
                case "violation-acknowledged":
                    return _done(self.monitor.acknowledge(int(order["violationId"])), "Violation not found")
                case "agent-released":
                    return _done(self.monitor.release(str(order["agentId"])), "Agent is not quarantined")
        except QuarantinedError:
            return "error", e1("Agent is quarantined")
        except DatabaseDownError as down:
            return "error", e1("Internal server error", str(down))
        except pydantic.ValidationError as problem:
            return "error", e1("Invalid code change", explain(problem))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            return "error", e1("Invalid frame")
        return "error", e1("Unknown message type")


def _done(done: bool, otherwise: str) -> tuple[str, Json]:
    return ("acknowledged", {"ok": True}) if done else ("error", e1(otherwise))
