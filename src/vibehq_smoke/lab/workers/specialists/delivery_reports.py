"""ops-delivery-report-specialist: does a delivery do what its order asked for? (contract FAC-07)"""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.openapi.describe import accepts
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import check_model, read_object
from vibehq_smoke.lab.workers.desk import Desk, RpcError
from vibehq_smoke.lab.workers.order import Order
from vibehq_smoke.lab.workers.specialists.compliance import Delivered, compliance, requirements_in

REQUIRED = ("project_id", "original_order_spec")
SAVE_TRIES = 3
Line = Annotated[str, Field(min_length=1, max_length=1000)]


class Spec(Order):
    """An order in parts: what it asks for, and the files it names."""

    requirements: list[Line] = Field(default_factory=list, max_length=500)
    files: list[Line] = Field(default_factory=list, max_length=500)


class Tests(Order):
    """How many tests of the delivery passed and failed."""

    __test__ = False  # pytest would take the name for a test class

    passed: Annotated[int, Field(ge=0)] = 0
    failed: Annotated[int, Field(ge=0)] = 0


class Delivery(Order):
    """What was delivered."""

    items: list[Line] = Field(default_factory=list, max_length=500)
    files: list[Line] = Field(default_factory=list, max_length=500)
    tests: Tests = Field(default_factory=Tests)


class ReportOrder(Order):
    """Body of ``POST /generate``. Without `delivered`, the project's completed tasks are what was delivered."""

    project_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
    original_order_spec: Annotated[str, Field(min_length=1, max_length=100_000)] | Spec
    phase: Annotated[str, Field(min_length=1, max_length=100)] = "final"
    delivered: Delivery | None = None

    def spec(self) -> Spec:
        """The order in parts."""
        given = self.original_order_spec
        return given if isinstance(given, Spec) else Spec(requirements=requirements_in(given)[:500])


@dataclass(frozen=True)
class DeliveryReportSpecialist:
    """The speciality of ops-delivery-report-specialist; its reports are in ``ops_delivery_reports``."""

    desk: Desk
    description: str = "Compares deliveries with their orders and keeps versioned reports."
    crons: tuple[str, ...] = ()

    def routes(self) -> list[BaseRoute]:
        """Its routes (contract 1.2)."""
        return [
            Route("/generate", self.generate, methods=["POST"]),
            Route("/report/{project_id}", self.newest, methods=["GET"]),
            Route("/reports/{project_id}", self.all_of_project, methods=["GET"]),
        ]

    async def scheduled(self, cron: str) -> None:
        """Nothing is due at any `cron`."""

    @accepts(ReportOrder)
    async def generate(self, request: Request) -> Response:
        """Write a report, as the next version of its phase."""
        content = await read_object(request, e4)
        missing = [name for name in REQUIRED if content.get(name) in (None, "", {})]
        if missing:
            raise Refusal(400, e4(f"Missing required fields: {', '.join(missing)}"))
        order = check_model(content, ReportOrder, e4, "Invalid order")
        spec = order.spec()
        if not (spec.requirements or spec.files):
            raise Refusal(400, e4("Invalid order", "original_order_spec: no requirement and no file"))
        delivered = await self._delivered(order)
        # Every requirement is compared with everything delivered, which takes a while for long lists.
        report = await asyncio.to_thread(compliance, spec.requirements, spec.files, delivered)
        stored = await self._stored(order, report)
        self.desk.note("info", "report written", project=order.project_id, score=report["compliance_score"])
        return JSONResponse({"success": True} | _view(stored), 201)

    async def newest(self, request: Request) -> Response:
        """The newest report of a project."""
        reports = await self._reports(request.path_params["project_id"])
        if not reports:
            status = 500 if self.desk.on("report-not-found-500") else 404
            raise Refusal(status, e4("Report not found" if status == 404 else "Internal server error"))
        return JSONResponse(_view(reports[0]))

    async def all_of_project(self, request: Request) -> Response:
        """All reports of a project, newest first; an unknown project has none."""
        project = request.path_params["project_id"]
        reports = [_view(row) for row in await self._reports(project)]
        return JSONResponse({"project_id": project, "reports": reports, "count": len(reports)})

    async def _delivered(self, order: ReportOrder) -> Delivered:
        given = order.delivered
        if given is not None:
            return Delivered(tuple(given.items), tuple(given.files), given.tests.passed, given.tests.failed)
        answer = await self._asked("ORCHESTRATOR_TASKS", "getTasksForOrder", order.project_id)
        return Delivered(tuple(task["title"] for task in answer["tasks"] if task["status"] == "completed"))

    async def _stored(self, order: ReportOrder, report: Json) -> Json:
        for _ in range(SAVE_TRIES):  # somebody else may take the version first
            earlier = await self._reports(order.project_id, order.phase)
            row = {
                "projectId": order.project_id, "phase": order.phase,
                "version": max((found["version"] for found in earlier), default=0) + 1,
                "complianceScore": report["compliance_score"], "report": report,
            }  # fmt: skip
            answer = await self._asked("ORCHESTRATOR_OPS", "saveDeliveryReport", row)
            if answer.get("success"):
                stored: Json = answer["report"]
                return stored
        raise Refusal(409, e4("Report could not be stored", "other reports of this phase are being written"))

    async def _reports(self, project: str, phase: str | None = None) -> list[Json]:
        if not 0 < len(project) <= 200:
            return []
        query = {"projectId": project, "phase": phase, "limit": 100}
        found: list[Json] = (await self._asked("ORCHESTRATOR_OPS", "getDeliveryReports", query))["reports"]
        return found

    async def _asked(self, binding: str, method: str, argument: Any) -> Json:
        """The answer to an RPC call. Raises Refusal 500 when there is none."""
        try:
            answer = await self.desk.call(binding, method, [argument])
        except (httpx.HTTPError, RpcError) as error:
            raise Refusal(500, e4("Reports are unavailable", type(error).__name__)) from error
        if not isinstance(answer, dict):
            raise Refusal(500, e4("Reports are unavailable"))
        return answer


def _view(row: Json) -> Json:
    names = ("project_id", "phase", "version", "compliance_score", "created_at")
    return {"report_id": row["id"]} | {name: row[name] for name in names} | {"report": row["report"]}
