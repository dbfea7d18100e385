"""The orchestrator's side of the health-check protocol: ``/health-check/result`` (contract part 4, HLT-09)."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.accounts.csrf import csrf_refusal
from vibehq_smoke.lab.accounts.service import require_service
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.health.results import ResultPost
from vibehq_smoke.lab.health.runs import HealthRuns
from vibehq_smoke.lab.openapi.describe import accepts, between_services, only
from vibehq_smoke.lab.serving.replies import Refusal, e1
from vibehq_smoke.lab.serving.requests import read_model

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True)
class ResultApi:
    """Takes workers' results in."""

    lab: Lab
    runs: HealthRuns

    def routes(self) -> list[BaseRoute]:
        """The routes of the protocol on the orchestrator."""
        return [Route("/health-check/result", self.result, methods=METHODS)]

    @only("POST")
    @between_services
    @accepts(ResultPost)
    async def result(self, request: Request) -> Response:
        """HLT-09. Checked in this order: method, credential, body, whether the worker check is known and still open."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": "POST, OPTIONS"})
        if request.method != "POST":
            raise Refusal(405, e1("Method not allowed"), {"Allow": "POST, OPTIONS"})
        if self.lab.faults.on("csrf-on-health-check"):
            return csrf_refusal()
        require_service(request, self.lab.secrets.service_token, self.lab.faults)
        try:
            body = await read_model(request, ResultPost, e1)
        except Refusal as refusal:
            if refusal.status == 400 and self.lab.faults.on("result-accepts-malformed"):
                return JSONResponse({"ok": True, "message": "Result recorded"})
            raise
        self.runs.accept(body.worker_check_uuid, body.results)
        return JSONResponse({"ok": True, "message": "Result recorded"})
