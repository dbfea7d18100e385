"""What stands before the orchestrator's routes: host rule, path rule, and faults of the whole process."""

import asyncio
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.serving.replies import e1

SLOW_SECONDS = 1.5
INDEX = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mission Control</title></head>'
    '<body><div id="root"><h1>Mission Control</h1><p>Embedded platform: no pages here yet.</p></div></body></html>\n'
)


@dataclass(frozen=True)
class HostRule:
    """ASGI wrapper: only ``localhost`` reaches the platform (contract 1.1)."""

    app: ASGIApp
    faults: Faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when its host is right."""
        refusal = self._refusal(Headers(scope=scope).get("host", ""))
        if refusal is None:
            await self.app(scope, receive, send)
        else:
            await answer(scope, receive, send, refusal)

    def _refusal(self, host_header: str) -> Response | None:
        if self.faults.on("D-09"):
            return PlainTextResponse("Server configuration error: Application domain is not set.", 500)
        host = (
            host_header.partition("]")[0].lstrip("[") if host_header.startswith("[") else host_header.partition(":")[0]
        )
        if host.lower() == "localhost":
            return None
        try:
            ip_address(host)
        except ValueError:
            return PlainTextResponse("Not Found", 404)
        return PlainTextResponse("Access denied: address the platform by its name.", 403)


@dataclass(frozen=True)
class ProcessFaults:
    """ASGI wrapper: faults that hit every request of the orchestrator."""

    app: ASGIApp
    faults: Faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless the whole process is at fault."""
        while self.faults.on("orchestrator-hang"):  # noqa: ASYNC110 - a switch does not signal
            await asyncio.sleep(0.1)
        if self.faults.on("orchestrator-500"):
            await answer(scope, receive, send, PlainTextResponse("Internal Server Error", 500))
        elif self.faults.on("orchestrator-html"):
            await answer(scope, receive, send, HTMLResponse(INDEX))
        else:
            if self.faults.on("api-slow") and scope["path"].startswith("/api/"):
                await asyncio.sleep(SLOW_SECONDS)
            await self.app(scope, receive, send)


@dataclass(frozen=True)
class PathRule:
    """ASGI: ``/health-check/`` and ``/__rpc`` first, then the API and the patch socket, everything else is the UI."""

    api: ASGIApp
    services: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the request to the part that its path belongs to."""
        path = scope["path"]
        if path.startswith("/health-check/") or path == "/__rpc":
            await self.services(scope, receive, send)
        elif path.startswith("/api/") or path in ("/api", "/ws"):
            await self.api(scope, receive, send)
        else:
            await answer(scope, receive, send, _asset(scope))


async def answer(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    """Send `response`; to somebody who wants a WebSocket, as a refusal of the upgrade."""
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(response)
    else:
        await response(scope, receive, send)


def _asset(scope: Scope) -> Response:
    if scope["type"] == "websocket":
        return PlainTextResponse(e1("Not found")["error"], 404)
    return HTMLResponse(INDEX) if scope["method"] in ("GET", "HEAD") else Response(status_code=405)
