"""What every worker tells about itself: ``GET /``, ``GET /diagnostics/health``, socket ``/ws`` (FAC-01, part 6)."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.workers.desk import Desk
from vibehq_smoke.lab.workers.diagnostics_socket import converse
from vibehq_smoke.lab.workers.self_tests import memory_mb
from vibehq_smoke.lab.workers.speciality import Speciality


@dataclass(frozen=True)
class Diagnostics:
    """Handlers that all workers share."""

    desk: Desk
    speciality: Speciality

    def routes(self) -> list[BaseRoute]:
        """Who it is, how it is, and a socket to ask."""
        return [
            Route("/", self.about),
            Route("/diagnostics/health", self.health),
            WebSocketRoute("/ws", self.socket),
        ]

    async def about(self, _request: Request) -> Response:
        """Name, type and purpose."""
        return JSONResponse(self._about())

    async def health(self, _request: Request) -> Response:
        """State of the process. It asks nobody else, so it answers when the orchestrator does not."""
        return JSONResponse(self._health())

    async def socket(self, socket: WebSocket) -> None:
        """Diagnostics by conversation; no credential, no greeting."""
        await converse(socket, self.desk, {"about": self._about, "health": self._health})

    def _about(self) -> Json:
        target = self.desk.target
        return {
            "name": target.name,
            "type": target.type,
            "description": self.speciality.description,
            "worker_name": target.name,
            "worker_type": target.type,
            "crons": list(self.speciality.crons),
        }

    def _health(self) -> Json:
        target = self.desk.target
        return {
            "status": "healthy",
            "worker_name": target.name,
            "worker_type": target.type,
            "uptime_seconds": self.desk.uptime,
            "memory_usage_mb": memory_mb(),
            "started_at": self.desk.lab.started_at,
            "timestamp": now_iso(),
        }
