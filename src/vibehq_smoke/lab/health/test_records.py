"""``/api/health/tests/<name>``: test suites that ran elsewhere report here (contract WRK-09)."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.context import Lab, WorkerTarget
from vibehq_smoke.lab.health.api import latest_view
from vibehq_smoke.lab.health.store import RunStore
from vibehq_smoke.lab.names import NAME
from vibehq_smoke.lab.openapi.describe import accepts
from vibehq_smoke.lab.serving.replies import Refusal, e1
from vibehq_smoke.lab.serving.requests import Body, read_model
from vibehq_smoke.lab.storage.oplog import write_operation


class SuiteReport(Body):
    """Body of ``POST /api/health/tests/<name>``."""

    run_id: Annotated[str, Field(min_length=1, max_length=200)]
    status: Literal["passed", "failed"]
    trigger: Literal["on_demand", "cron", "package"]
    suite: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Any = None


@dataclass(frozen=True)
class HealthTestsApi:
    """Handlers of the suite reports."""

    lab: Lab
    store: RunStore

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("POST", "/api/health/tests/{name}", self.report),
            ("GET", "/api/health/tests/{name}/latest", self.latest),
        ]

    @accepts(SuiteReport)
    async def report(self, request: Request) -> Response:
        """Store the outcome of a suite as a finished run of one worker, with trigger ``package``."""
        name = _name(request)
        body = await read_model(request, SuiteReport, e1)
        if self.lab.faults.on("test-record-lost"):
            lost = {"health_check_uuid": str(uuid.uuid4()), "worker_check_uuid": str(uuid.uuid4())}
            return JSONResponse({"ok": True} | lost)
        target = WorkerTarget(name, "test-suite", "")
        run_id, rows = self.store.create("package", body.run_id, timedelta(minutes=1), [target])
        passed = body.status == "passed"
        columns = {
            "status": body.status, "overall_status": "healthy" if passed else "unhealthy",
            "health_score": 1.0 if passed else 0.0, "raw_results": body.model_dump(),
        }  # fmt: skip
        self.store.finish_worker(rows[0]["worker_check_uuid"], columns)
        self.store.update_counters(run_id, self.store.counters(run_id))
        self.store.finish_run(run_id, "completed", f"Suite {body.suite}: {body.status}", "")
        level = "info" if passed else "error"
        details = {"suite": body.suite, "run_id": body.run_id, "status": body.status}
        write_operation(self.lab.databases.ops, name, "test_suite_report", level, details)
        uuids = {"health_check_uuid": run_id, "worker_check_uuid": rows[0]["worker_check_uuid"]}
        return JSONResponse({"ok": True} | uuids)

    async def latest(self, request: Request) -> Response:
        """The newest report of this name."""
        name = _name(request)
        found = self.store.latest_report(name)
        if found is None:
            raise Refusal(404, e1("No report found") | {"worker": name})
        return JSONResponse({"ok": True, "result": latest_view(found)})


def _name(request: Request) -> str:
    name: str = request.path_params["name"]
    if not NAME.fullmatch(name):
        raise Refusal(400, e1("Invalid worker name"))
    return name
