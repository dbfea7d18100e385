"""What stands before the orchestrator's routes: host rule and path rule."""

from dataclasses import dataclass
from ipaddress import ip_address

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.pages.site import Site

# The socket that the pages dial for health news (contract part 6); the API answers it.
PAGES_SOCKET = "/parties/health-check-broadcast/main"


@dataclass(frozen=True)
class HostRule:
    """ASGI wrapper: only ``localhost`` reaches the platform (contract 1.1)."""

    app: ASGIApp
    faults: Faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when its host is right."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        refusal = self._refusal(host.decode("latin-1"))
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
class PathRule:
    """ASGI: ``/health-check/``, RPC and cron first, then the API and the patch socket, everything else is the UI."""

    api: ASGIApp
    services: ASGIApp
    site: Site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the request to the part that its path belongs to."""
        path = scope["path"]
        if self._is_service(path):
            await self.services(scope, receive, send)
        elif self._is_api(scope["type"], path):
            await self.api(scope, receive, send)
        else:
            await answer(scope, receive, send, self.site.respond(scope))

    def _is_service(self, path: str) -> bool:
        if path.startswith("/health-check/"):
            # As built only this one path is looked at before the pages take the rest.
            return path == "/health-check/result" or not self.site.faults.on("D-08")
        return path.startswith("/cdn-cgi/") or path in ("/__rpc", "/__scheduled")

    def _is_api(self, kind: str, path: str) -> bool:
        if path == "/ws":
            return not self.site.faults.on("D-19")
        if path == PAGES_SOCKET:
            return kind == "websocket" and not self.site.faults.on("D-25")
        return path.startswith("/api/") or path == "/api"


async def answer(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
    """Send `response`; to somebody who wants a WebSocket, as a refusal of the upgrade."""
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(response)
    else:
        await response(scope, receive, send)
