"""``POST /api/ops/scan`` (contract API-06, AUT-05, AUT-08)."""

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import accepts
from vibehq_smoke.lab.operations.scanner import SCOPES, OpsScanner
from vibehq_smoke.lab.serving.replies import Refusal, e4
from vibehq_smoke.lab.serving.requests import Body, read_object


class ScanOrder(Body):
    """Body of ``POST /api/ops/scan``."""

    type: Literal["full", "incremental"] = "incremental"


@dataclass(frozen=True)
class OpsScanApi:
    """Handler of the scan route."""

    lab: Lab
    scanner: OpsScanner

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [("POST", "/api/ops/scan", self.scan)]

    @accepts(ScanOrder)
    async def scan(self, request: Request) -> Response:
        """API-06: scan what was logged since the last scan (``incremental``) or everything (``full``)."""
        body = await read_object(request, e4)
        scope = body.get("type", "incremental")
        if scope not in SCOPES:
            if not self.lab.faults.on("scan-accepts-invalid-type"):
                raise Refusal(400, e4("Invalid scan type", f"one of {', '.join(SCOPES)} is expected"))
            scope = "incremental"
        return JSONResponse(await self.scanner.scan(scope, announce=not self.lab.faults.on("D-22")))
