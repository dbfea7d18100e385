"""A worker: ``/health-check/{execute,status,quick}`` on its own port (contract HLT-06..08)."""

import asyncio
import time
from dataclasses import dataclass, field

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.accounts.service import require_service
from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab, WorkerTarget
from vibehq_smoke.lab.health.protocol import METHODS
from vibehq_smoke.lab.serving.replies import Refusal, e1
from vibehq_smoke.lab.serving.requests import read_model
from vibehq_smoke.lab.workers.checks import Measurements
from vibehq_smoke.lab.workers.execution import ExecuteRequest, Execution

SLOW_ACKNOWLEDGEMENT = 2.5


class RpcError(ValueError):
    """The orchestrator refused an RPC call."""


@dataclass(frozen=True)
class Worker:
    """One worker process of the platform, here a part of the lab with its own port and tasks."""

    lab: Lab
    target: WorkerTarget
    background: Background
    started: float = field(default_factory=time.monotonic)

    def routes(self) -> list[BaseRoute]:
        """All routes of the worker."""
        return [
            Route("/health-check/execute", self.execute, methods=METHODS),
            Route("/health-check/status", self.status, methods=["GET", "POST"]),
            Route("/health-check/quick", self.quick, methods=["GET", "POST"]),
        ]

    async def execute(self, request: Request) -> Response:
        """HLT-06: acknowledge, then check in the background. Order: method, credential, body."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": "POST, OPTIONS"})
        if request.method != "POST":
            raise Refusal(405, e1("Method not allowed"), {"Allow": "POST, OPTIONS"})
        require_service(request, self.lab.secrets.service_token, self.lab.faults)
        order = await read_model(request, ExecuteRequest, e1)
        if self.lab.faults.on("execute-slow-ack"):
            await asyncio.sleep(SLOW_ACKNOWLEDGEMENT)
        self.background.start(self._execution().run(order))
        message = "Health check started"
        return JSONResponse({"success": True, "message": message, "worker_check_uuid": order.worker_check_uuid})

    async def status(self, _request: Request) -> Response:
        """HLT-07: who this worker is and how long it has been up."""
        measurements = self._measurements()
        name = "Agent Factory" if self.lab.faults.on("status-wrong-name") else self.target.name
        uptime = time.time() if self.lab.faults.on("uptime-epoch") else measurements.uptime
        body = {
            "worker_name": name,
            "worker_type": self.target.type,
            "status": "healthy",
            "timestamp": now_iso(),
            "uptime_seconds": uptime,
            "orchestrator_available": await measurements.orchestrator_reachable(),
        }
        return JSONResponse(body)

    async def quick(self, _request: Request) -> Response:
        """HLT-08: can this worker reach the orchestrator? Leaves a line in ``operation_logs``."""
        began = time.perf_counter()
        reachable = await self._measurements().orchestrator_reachable()
        if self.lab.faults.on("quick-inconsistent"):
            reachable = False
        status = "healthy" if reachable or self.lab.faults.on("quick-inconsistent") else "degraded"
        elapsed = round((time.perf_counter() - began) * 1000, 3)
        await self._log("quick_health_check", {"status": status, "response_time_ms": elapsed})
        body = {
            "worker_name": self.target.name,
            "worker_type": self.target.type,
            "status": status,
            "response_time_ms": elapsed,
            "orchestrator_connectivity": reachable,
            "timestamp": now_iso(),
        }
        return JSONResponse(body)

    async def call(self, binding: str, method: str, args: list[object]) -> object:
        """An RPC call to the orchestrator.

        Raises RpcError when it is refused, httpx.HTTPError when it cannot be made.
        """
        reply = await self.lab.client.post(
            f"{self.lab.base_url}/__rpc",
            json={"binding": binding, "method": method, "args": args},
            headers=self.lab.service_headers,
            timeout=5.0,
        )
        if reply.status_code != 200:
            raise RpcError(f"{binding}.{method} answered {reply.status_code}")
        try:
            result: object = reply.json()["result"]
        except (ValueError, KeyError, TypeError) as error:
            raise RpcError(f"{binding}.{method} did not answer with a result") from error
        return result

    async def _log(self, operation: str, details: object) -> None:
        entry = {"source": self.target.name, "operation": operation, "level": "debug", "details": details}
        try:
            await self.call("ORCHESTRATOR_LOGGING", "log", [entry])
        except (httpx.HTTPError, RpcError) as error:
            # Logging is not what was asked for, so its failure does not change the answer (ERR-07).
            self.lab.log.write(self.target.name, "warn", "log line not delivered", error=str(error))

    def _measurements(self) -> Measurements:
        return Measurements(
            self.target.name, self.target.type, self.lab.base_url, self.lab.client, self.call, self.started
        )

    def _execution(self) -> Execution:
        return Execution(
            self._measurements(), self.lab.client, self.lab.faults, self.lab.log, self.lab.service_headers,
            self.lab.base_url,
        )  # fmt: skip
