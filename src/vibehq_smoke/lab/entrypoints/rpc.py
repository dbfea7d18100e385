"""RPC entrypoints of the orchestrator (contract 1.5), reached by workers and by the operator channel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.accounts.service import require_service
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.health.ops import HealthOps
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import Body, read_model
from vibehq_smoke.lab.storage.oplog import LEVELS, write_operation

Method = Callable[..., object]


class Call(Body):
    """One RPC call: binding, method, positional arguments."""

    binding: str
    method: str
    args: list[Any] = Field(default_factory=list)


@dataclass(frozen=True)
class Rpc:
    """All entrypoints that the lab offers."""

    lab: Lab

    def routes(self) -> list[BaseRoute]:
        """The workers' way in: it stands for the service bindings and needs the service credential."""
        return [Route("/__rpc", self.over_http, methods=["POST"])]

    async def over_http(self, request: Request) -> Response:
        """``{binding, method, args}`` → ``{result}``."""
        require_service(request, self.lab.secrets.service_token, self.lab.faults)
        return JSONResponse({"result": self.invoke(await read_model(request, Call, e4))})

    def invoke(self, call: Call) -> object:
        """The result of a call.

        Raises Refusal 404 for an unknown method, 400 for arguments that do not fit, and DatabaseDownError.
        """
        method = self._methods().get((call.binding, call.method))
        if method is None:
            raise Refusal(404, e4("Unknown RPC method", f"{call.binding}.{call.method}"))
        try:
            return method(*call.args)
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise Refusal(400, e4("Invalid RPC arguments", type(error).__name__)) from error

    def _methods(self) -> dict[tuple[str, str], Method]:
        return {
            ("ORCHESTRATOR_LOGGING", "log"): self._log,
            ("ORCHESTRATOR_TASKS", "getTasksForOrder"): self._tasks,
            ("ORCHESTRATOR_HEALTH", "handleRequest"): HealthOps(self.lab).handle,
            ("ORCHESTRATOR_HEALTH_CHECK", "getConfiguredWorkers"): self._workers,
            ("ORCHESTRATOR_OPS_MONITOR", "getRecentScans"): self._scans,
            ("ORCHESTRATOR_HIL", "getHilRequests"): self._hil,
        }

    def _log(self, entry: Json) -> Json:
        if entry.get("level", "info") not in LEVELS:
            raise ValueError("unknown level")
        line = write_operation(
            self.lab.databases.ops, str(entry["source"]), str(entry["operation"]), entry.get("level", "info"),
            entry.get("details"),
        )  # fmt: skip
        return {"success": True, "id": line}

    def _tasks(self, order_id: str) -> Json:
        tasks = self.lab.databases.ops.rows("SELECT * FROM tasks WHERE order_id = ? ORDER BY id", (str(order_id),))
        return {"success": True, "tasks": tasks}

    def _workers(self) -> list[Json]:
        return [{"name": worker.name, "type": worker.type, "url": worker.url} for worker in self.lab.workers]

    def _scans(self, options: Json | None = None) -> Json:
        limit = _limit(options)
        scans = self.lab.databases.ops.rows("SELECT * FROM ops_scans ORDER BY id DESC LIMIT ?", (limit,))
        return {"success": True, "scans": scans}

    def _hil(self, options: Json | None = None) -> Json:
        limit = _limit(options)
        found = self.lab.databases.ops.rows("SELECT * FROM hil_requests ORDER BY id DESC LIMIT ?", (limit,))
        return {"success": True, "requests": found}


def _limit(options: Json | None) -> int:
    return max(1, min(100, int((options or {}).get("limit", 10))))
