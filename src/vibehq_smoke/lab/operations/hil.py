"""``/api/hil/requests``: questions that wait for a person (contract 1.4 ``hil``, INF-01, ERR-01)."""

from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.serving.replies import Refusal, data, e2
from vibehq_smoke.lab.serving.requests import Body, path_int, query_choice, query_int, read_model
from vibehq_smoke.lab.storage.databases import Row
from vibehq_smoke.lab.storage.oplog import write_operation

STATUSES = ("pending", "in_progress", "resolved", "cancelled")


class StatusChange(Body):
    """Body of ``PATCH …/status``."""

    status: Literal["pending", "in_progress", "resolved", "cancelled"]


@dataclass(frozen=True)
class HilApi:
    """Handlers of the human-in-the-loop routes."""

    lab: Lab

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("GET", "/api/hil/requests", self.list_requests),
            ("GET", "/api/hil/requests/{id}", self.read),
            ("PATCH", "/api/hil/requests/{id}/status", self.change_status),
        ]

    async def list_requests(self, request: Request) -> Response:
        """Requests, newest first; every read is logged (contract INF-01)."""
        limit = query_int(request, "limit", 50, e2, high=100)
        offset = query_int(request, "offset", 0, e2, low=0, high=10**9)
        status = query_choice(request, "status", STATUSES, e2)
        ops = self.lab.databases.ops
        total = ops.scalar("SELECT count(*) FROM hil_requests WHERE ?1 IS NULL OR status = ?1", (status,))
        rows = ops.rows(
            "SELECT * FROM hil_requests WHERE ?1 IS NULL OR status = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3",
            (status, limit, offset),
        )
        write_operation(ops, "orchestrator", "hil.list", "debug", {"count": len(rows)})
        return JSONResponse(data(rows) | {"total": total})

    async def read(self, request: Request) -> Response:
        """One request."""
        return JSONResponse(data(self._found(path_int(request, "id", e2))))

    async def change_status(self, request: Request) -> Response:
        """Move a request on."""
        number = path_int(request, "id", e2)
        change = await read_model(request, StatusChange, e2, "Invalid status")
        self._found(number)
        resolved = now_iso() if change.status == "resolved" else None
        self.lab.databases.ops.run(
            "UPDATE hil_requests SET status = ?, resolved_at = ? WHERE id = ?", (change.status, resolved, number)
        )
        return JSONResponse(data(self._found(number)))

    def _found(self, number: int) -> Row:
        row = self.lab.databases.ops.row("SELECT * FROM hil_requests WHERE id = ?", (number,))
        if row is None:
            raise Refusal(404, e2("HIL request not found"))
        return row
