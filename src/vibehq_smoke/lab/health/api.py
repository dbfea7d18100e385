"""``/api/health/*``: runs, history, workers (contract HLT-01..05, API-01, WRK-09)."""

import uuid
from dataclasses import dataclass
from math import ceil
from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.context import Lab, WorkerTarget
from vibehq_smoke.lab.health.dispatch import all_alive
from vibehq_smoke.lab.health.runs import HealthRuns, Parts
from vibehq_smoke.lab.health.store import RunStore
from vibehq_smoke.lab.names import NAME, NAME_PATTERN, UUID
from vibehq_smoke.lab.openapi.describe import accepts, asks, one_of, whole
from vibehq_smoke.lab.serving.replies import Json, Refusal, e1
from vibehq_smoke.lab.serving.requests import Body, query_choice, query_int, read_model
from vibehq_smoke.lab.storage.databases import Row

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
NamesInOneString = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,50}(,[A-Za-z0-9_-]{1,50})*$", max_length=1000)]
TRIGGERS = ("on_demand", "cron")


class CreateRun(Body):
    """Body of ``POST /api/health/checks``. Without `worker_filters` the run is over all workers."""

    trigger_type: Literal["on_demand", "cron"] = "on_demand"
    trigger_source: Annotated[str, Field(max_length=200)] | None = None
    timeout_minutes: Annotated[float, Field(gt=0, le=1440)] = 30
    worker_filters: Annotated[list[Name], Field(max_length=100)] | NamesInOneString | None = None
    include_unit_tests: bool = True
    include_performance_tests: bool = True
    include_integration_tests: bool = True

    def wanted(self) -> frozenset[str] | None:
        """The names asked for, or None for all workers."""
        if self.worker_filters is None:
            return None
        names = self.worker_filters.split(",") if isinstance(self.worker_filters, str) else self.worker_filters
        return frozenset(names)


@dataclass(frozen=True)
class HealthApi:
    """Handlers of the health routes."""

    lab: Lab
    store: RunStore
    runs: HealthRuns

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("GET", "/api/health", self.summary),
            ("GET", "/api/health/checks", self.list_runs),
            ("POST", "/api/health/checks", self.create_run),
            ("GET", "/api/health/checks/{uuid}", self.read_run),
            ("GET", "/api/health/workers", self.workers),
            ("GET", "/api/health/workers/{name}/latest", self.latest),
        ]

    @accepts(CreateRun)
    async def create_run(self, request: Request) -> Response:
        """HLT-01: start a run over the workers that the filters name."""
        body = await read_model(request, CreateRun, e1)
        targets = self._targets(body.wanted())
        if self.lab.faults.on("dead-target-500") and not await all_alive(self.lab, targets):
            raise Refusal(500, e1("Internal server error", "a target cannot be reached"))
        parts = Parts(body.include_unit_tests, body.include_performance_tests, body.include_integration_tests)
        stored = not self.lab.faults.on("runs-not-stored")
        if stored:
            run_id = self.runs.start(body.trigger_type, body.trigger_source, body.timeout_minutes, parts, targets)
        else:
            run_id = str(uuid.uuid4())
            self.runs.announce(run_id, body.trigger_type, body.trigger_source, len(targets))
        accepted = {
            "health_check_uuid": run_id, "status": "running", "total_workers": len(targets),
            "message": f"Health check started for {len(targets)} worker(s)", "timeout_minutes": body.timeout_minutes,
        }  # fmt: skip
        return JSONResponse({"ok": True, "result": accepted}, 200 if stored else 201)

    @asks(whole("page", 1, 1_000_000), whole("limit", 1, 100), one_of("triggerType", *TRIGGERS))
    async def list_runs(self, request: Request) -> Response:
        """HLT-02: one page of the history, newest first."""
        page = query_int(request, "page", 1, e1, high=1_000_000)
        limit = query_int(request, "limit", 20, e1, high=100)
        trigger = query_choice(request, "triggerType", TRIGGERS, e1)
        # D-11: the list looks into the database that runs are not written to.
        base = self.lab.databases.ops if self.lab.faults.on("D-11") else self.store.base
        total = base.scalar("SELECT count(*) FROM health_checks WHERE ?1 IS NULL OR trigger_type = ?1", (trigger,))
        rows = base.rows(
            "SELECT * FROM health_checks WHERE ?1 IS NULL OR trigger_type = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3",
            (trigger, limit, (page - 1) * limit),
        )
        if self.lab.faults.on("list-bare-array"):
            return JSONResponse(rows)
        history = {"health_checks": rows, "total_count": total, "page": page, "limit": limit}
        pagination = {"page": page, "limit": limit, "total": total, "total_pages": ceil(total / limit)}
        return JSONResponse({"ok": True, "history": history, "pagination": pagination})

    async def read_run(self, request: Request) -> Response:
        """HLT-03: one run with its worker rows."""
        run_id = request.path_params["uuid"].lower()
        if not UUID.fullmatch(run_id) or self.lab.faults.on("D-12"):
            raise Refusal(400, e1("Invalid health check uuid"))
        status = self.store.status(run_id)
        if status is None:
            raise Refusal(404, e1("Health check not found"))
        if self.lab.faults.on("status-wrong-run"):
            status = self._another_run(status)
        return JSONResponse({"ok": True, "result": status})

    async def workers(self, _request: Request) -> Response:
        """HLT-04: the workers that runs can target."""
        known = [{"name": w.name, "type": w.type, "url": w.url, "binding": None} for w in self.lab.workers]
        if self.lab.faults.on("workers-empty"):
            known = []
        if self.lab.faults.on("health-targets-wrong"):
            known = [worker for worker in known if worker["name"] != "ui-factory"]
        count = len(known) + self.lab.faults.on("workers-count-wrong")
        return JSONResponse({"ok": True, "workers": known, "count": count})

    async def latest(self, request: Request) -> Response:
        """HLT-05: the worker's newest report."""
        name = request.path_params["name"]
        if not NAME.fullmatch(name):
            raise Refusal(400, e1("Invalid worker name"))
        report = self.store.latest_report(name)
        if report is not None and self.lab.faults.on("latest-never-updated"):
            report = report | {
                "worker_check_uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
                "completed_at": self.lab.started_at,
            }
        if report is None or self.lab.faults.on("latest-404"):
            raise Refusal(404, e1("No health check found for this worker") | {"worker": name})
        return JSONResponse({"ok": True, "result": latest_view(report)})

    async def summary(self, _request: Request) -> Response:
        """API-01: how many runs there were, how the last completed one ended, and the newest run."""
        total = self.store.base.scalar("SELECT count(*) FROM health_checks")
        last = self.store.base.row(
            "SELECT * FROM health_checks WHERE status != 'running' ORDER BY completed_at DESC, id DESC LIMIT 1"
        )
        newest = self.store.base.scalar("SELECT health_check_uuid FROM health_checks ORDER BY id DESC LIMIT 1")
        if self.lab.faults.on("health-summary-frozen"):
            total = max(0, 1000 - total)
        if self.lab.faults.on("health-summary-wrong-shape"):
            return JSONResponse({"ok": True, "summary": {"checks": str(total)}})
        view = {
            "totalChecks": total,
            "lastCompletedAt": last and last["completed_at"],
            "lastStatus": last and last["status"],
            "lastHealthScore": last and last["overall_health_score"],
        }
        return JSONResponse({"ok": True, "summary": view, "latest": self.store.status(newest) if newest else None})

    def _targets(self, wanted: frozenset[str] | None) -> list[WorkerTarget]:
        if wanted is None or self.lab.faults.on("create-starts-all-workers"):
            return list(self.lab.workers)
        return [worker for worker in self.lab.workers if worker.name in wanted]

    def _another_run(self, asked: Row) -> Row:
        newest = self.store.base.scalar(
            "SELECT health_check_uuid FROM health_checks WHERE health_check_uuid != ? ORDER BY id DESC LIMIT 1",
            (asked["health_check_uuid"],),
        )
        other = self.store.status(newest) if newest else None
        return other or asked | {"health_check_uuid": str(uuid.uuid4()), "worker_results": []}


def latest_view(row: Row) -> Json:
    """``LatestWorker`` (contract 2.0) of a worker row."""
    metrics = ("uptime_seconds", "memory_usage_mb", "cpu_usage_percent", "response_time_ms")
    report = [
        f"{part}_tests_{figure}"
        for part in ("unit", "performance", "integration")
        for figure in ("total", "passed", "failed")
    ]
    links = ("orchestrator_connectivity", "external_api_connectivity", "database_connectivity")
    return {
        "worker_check_uuid": row["worker_check_uuid"],
        "worker_name": row["worker_name"],
        "status": row["status"],
        "overall_status": row["overall_status"],
        "health_score": row["health_score"],
        "metrics": {name: row[name] for name in metrics},
        "report": {name: row[name] for name in report} | {name: bool(row[name]) for name in links},
        "raw_results": row["raw_results"],
        "completed_at": row["completed_at"],
    }
