"""``/api/delivery-reports``: reports of patches on their way, with retries (contract API-07)."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import accepts, asks, whole
from vibehq_smoke.lab.operations.courier import Courier
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import Body, path_int, query_int, read_model
from vibehq_smoke.lab.storage.databases import Row

PATH = "/api/delivery-reports"
Text = Annotated[str, Field(min_length=1, max_length=200)]


class NewReport(Body):
    """Body of ``POST /api/delivery-reports``."""

    patch_id: Text = Field(alias="patchId")
    destination: Text
    status: Literal["generating", "pending", "retrying", "delivered", "failed"] = "generating"
    error: Annotated[str, Field(max_length=2000)] | None = None
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True)
class DeliveryApi:
    """Handlers of the delivery routes; answers are ``{data}`` or E4.

    A report that is created as ``generating`` is delivered by the platform itself; any other is only kept, and its
    status is what its sender says.
    """

    lab: Lab
    courier: Courier

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("POST", PATH, self.create),
            ("GET", PATH, self.list_reports),
            ("GET", f"{PATH}/{{id}}", self.read),
            ("POST", f"{PATH}/{{id}}/retry", self.retry),
        ]

    @accepts(NewReport)
    async def create(self, request: Request) -> Response:
        """Store a report; it has not been attempted yet."""
        body = await read_model(request, NewReport, e4, "Invalid payload")
        row: Row = {
            "created_at": now_iso(), "patch_id": body.patch_id, "destination": body.destination, "status": body.status,
            "error": body.error, "automatic": body.status == "generating",
            "metadata": None if body.metadata is None else json.dumps(body.metadata),
        }  # fmt: skip
        if self.lab.faults.on("delivery-not-stored"):
            unseen = {"id": 424242, "attempts": 0, "last_attempt_at": None}
            return JSONResponse({"data": as_report(row | unseen)}, 201)
        number = self.lab.databases.ops.insert("delivery_reports", row)
        if row["automatic"]:
            self.courier.dispatch(number)
        return JSONResponse({"data": self._report(number)}, 201)

    @asks(whole("limit", 1, 100), whole("offset", 0, 10**9))
    async def list_reports(self, request: Request) -> Response:
        """One page of reports, newest first."""
        limit = query_int(request, "limit", 20, e4, high=100)
        offset = query_int(request, "offset", 0, e4, low=0, high=10**9)
        if self.lab.faults.on("D-16"):
            raise Refusal(500, e4("Internal server error", "query builder has no such method"))
        total = self.lab.databases.ops.scalar("SELECT count(*) FROM delivery_reports")
        rows = self.lab.databases.ops.rows(
            "SELECT * FROM delivery_reports ORDER BY id DESC LIMIT ? OFFSET ?", (limit, offset)
        )
        pagination = {"total": total, "limit": limit, "offset": offset, "hasMore": offset + len(rows) < total}
        return JSONResponse({"data": [as_report(row) for row in rows], "pagination": pagination})

    async def read(self, request: Request) -> Response:
        """One report."""
        return JSONResponse({"data": self._report(path_int(request, "id", e4))})

    async def retry(self, request: Request) -> Response:
        """Count one more attempt, mark the report as retrying, and try again if the platform delivers it."""
        number = path_int(request, "id", e4)
        self._report(number)
        if not self.lab.faults.on("delivery-retry-stuck"):
            self.lab.databases.ops.run(
                "UPDATE delivery_reports SET attempts = attempts + 1, status = 'retrying', last_attempt_at = ?"
                " WHERE id = ?",
                (now_iso(), number),
            )
            if self.lab.databases.ops.scalar("SELECT automatic FROM delivery_reports WHERE id = ?", (number,)):
                self.courier.dispatch(number)
        return JSONResponse({"data": self._report(number)})

    def _report(self, number: int) -> Json:
        row = self.lab.databases.ops.row("SELECT * FROM delivery_reports WHERE id = ?", (number,))
        if row is None:
            raise Refusal(404, e4("Delivery report not found"))
        return as_report(row)


def as_report(row: Row) -> Json:
    """A row as the API shows it."""
    return {
        "id": row["id"],
        "patchId": row["patch_id"],
        "destination": row["destination"],
        "status": row["status"],
        "attempts": row["attempts"],
        "createdAt": row["created_at"],
        "lastAttemptAt": row["last_attempt_at"],
        "error": row["error"],
        "metadata": json.loads(row["metadata"]) if row["metadata"] else None,
    }
