"""``/health-check/{execute,status,quick}`` of every worker (contract HLT-06..08)."""

import asyncio
import time
import uuid
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.accounts.service import require_service
from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.health.protocol import METHODS
from vibehq_smoke.lab.openapi.describe import accepts, between_services, only
from vibehq_smoke.lab.serving.replies import Refusal, e1
from vibehq_smoke.lab.serving.requests import read_model
from vibehq_smoke.lab.workers.checks import PROBE_TIMEOUT, Measurements
from vibehq_smoke.lab.workers.desk import Desk
from vibehq_smoke.lab.workers.execution import ExecuteRequest, Execution

SLOW_ACKNOWLEDGEMENT = 2.5


@dataclass(frozen=True)
class HealthCheckApi:
    """Handlers of the protocol on one worker."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """The three routes; status and quick take GET and POST (contract part 4)."""
        return [
            Route("/health-check/execute", self.execute, methods=METHODS),
            Route("/health-check/status", self.status, methods=METHODS),
            Route("/health-check/quick", self.quick, methods=METHODS),
        ]

    @only("POST")
    @between_services
    @accepts(ExecuteRequest)
    async def execute(self, request: Request) -> Response:
        """HLT-06: acknowledge, then check in the background. Order: method, credential, body."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": "POST, OPTIONS"})
        if request.method != "POST":
            raise Refusal(405, e1("Method not allowed"), {"Allow": "POST, OPTIONS"})
        require_service(request, self.desk.lab.secrets.service_token, self.desk.lab.faults)
        order = await read_model(request, ExecuteRequest, e1)
        if self.desk.on("execute-slow-ack"):
            await asyncio.sleep(SLOW_ACKNOWLEDGEMENT)
        self.desk.background.start(Execution(self.desk, Measurements(self.desk)).run(order))
        self.desk.note("info", "health check accepted", worker_check_uuid=order.worker_check_uuid)
        named = str(uuid.uuid4()) if self.desk.on("execute-wrong-uuid") else order.worker_check_uuid
        return JSONResponse({"success": True, "message": "Health check started", "worker_check_uuid": named})

    @only("GET", "POST")
    async def status(self, _request: Request) -> Response:
        """HLT-07: who this worker is, how long it has been up, whether its binding to the orchestrator answers."""
        target = self.desk.target
        body = {
            "worker_name": _display(target.name) if self.desk.on("status-wrong-name") else target.name,
            "worker_type": target.type,
            "status": "healthy",
            "timestamp": now_iso(),
            "uptime_seconds": time.time() if self.desk.on("uptime-epoch") else self.desk.uptime,
            "orchestrator_available": await Measurements(self.desk).binding_answers(),
        }
        return JSONResponse(body)

    @only("GET", "POST")
    async def quick(self, _request: Request) -> Response:
        """HLT-08, INF-08: can this worker call the orchestrator? The call is a line in ``operation_logs``."""
        target = self.desk.target
        began = time.perf_counter()
        details = {"worker_name": target.name, "worker_type": target.type}
        reachable = await self.desk.logged("quick_health_check", details, PROBE_TIMEOUT)
        if target.name == "agent-factory" and self.desk.on("worker-cut-off"):
            reachable = False
        inconsistent = self.desk.on("quick-inconsistent")
        body = {
            "worker_name": target.name,
            "worker_type": target.type,
            "status": "healthy" if reachable or inconsistent else "degraded",
            "response_time_ms": round((time.perf_counter() - began) * 1000, 3),
            "orchestrator_connectivity": reachable and not inconsistent,
            "timestamp": now_iso(),
        }
        return JSONResponse(body)


def _display(name: str) -> str:
    return name.replace("-", " ").title()
