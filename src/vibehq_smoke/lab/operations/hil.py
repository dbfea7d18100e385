"""``/api/hil/requests``: questions that wait for a person (contract 1.4 ``hil``, INF-01, ERR-01)."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import accepts, asks, one_of, whole
from vibehq_smoke.lab.operations.hil_requests import open_request, stored
from vibehq_smoke.lab.serving.replies import Refusal, data, e2
from vibehq_smoke.lab.serving.requests import Body, path_int, query_choice, query_int, read_model
from vibehq_smoke.lab.storage.databases import Row
from vibehq_smoke.lab.storage.oplog import write_operation

STATUSES = ("pending", "in_progress", "resolved", "cancelled")
PATH = "/api/hil/requests"
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Question(Body):
    """Body of ``POST /api/hil/requests``."""

    question: Text
    order_id: Name | None = Field(default=None, alias="orderId")
    conversation_id: Name | None = Field(default=None, alias="conversationId")
    context: Any = None


class AnyStatusChange(Body):
    """Body of ``PATCH …/status`` while ``hil-status-unchecked`` is on."""

    status: str


class StatusChange(AnyStatusChange):
    """Body of ``PATCH …/status``."""

    status: Literal["pending", "in_progress", "resolved", "cancelled"]


class Answer(Body):
    """Body of ``POST …/answer``."""

    response: Text


@dataclass(frozen=True)
class HilApi:
    """Handlers of the human-in-the-loop routes."""

    lab: Lab

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("GET", PATH, self.list_requests),
            ("POST", PATH, self.create),
            ("GET", f"{PATH}/{{id}}", self.read),
            ("PATCH", f"{PATH}/{{id}}/status", self.change_status),
            ("POST", f"{PATH}/{{id}}/answer", self.answer),
        ]

    @accepts(Question)
    async def create(self, request: Request) -> Response:
        """Ask; a question that fits a known pattern well enough comes back answered."""
        body = await read_model(request, Question, e2, "Invalid request")
        row = open_request(
            self.lab, body.question, order_id=body.order_id, conversation_id=body.conversation_id, context=body.context
        )
        return JSONResponse(data(row), 201)

    @asks(whole("limit", 1, 100), whole("offset", 0, 10**9), one_of("status", *STATUSES))
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
        """One request; this read is logged too."""
        row = self._found(path_int(request, "id", e2))
        write_operation(self.lab.databases.ops, "orchestrator", "hil.read", "debug", {"id": row["id"]})
        return JSONResponse(data(row))

    @accepts(StatusChange)
    async def change_status(self, request: Request) -> Response:
        """Move a request on."""
        number = path_int(request, "id", e2)
        unchecked = self.lab.faults.on("hil-status-unchecked")
        model = AnyStatusChange if unchecked else StatusChange
        change = await read_model(request, model, e2, "Invalid status")
        self._found(number)
        ops = self.lab.databases.ops
        resolved = now_iso() if change.status == "resolved" else None
        if unchecked:
            ops.run("PRAGMA ignore_check_constraints = ON")
        try:
            ops.run(
                "UPDATE hil_requests SET status = ?, resolved_at = ? WHERE id = ?", (change.status, resolved, number)
            )
        finally:
            if unchecked:
                ops.run("PRAGMA ignore_check_constraints = OFF")
        return JSONResponse(data(self._found(number)))

    @accepts(Answer)
    async def answer(self, request: Request) -> Response:
        """A person's answer resolves the request; 409 when it is closed already."""
        number = path_int(request, "id", e2)
        body = await read_model(request, Answer, e2, "Invalid answer")
        if self._found(number)["status"] not in ("pending", "in_progress"):
            raise Refusal(409, e2("HIL request is closed"))
        ops = self.lab.databases.ops
        ops.run(
            "UPDATE hil_requests SET status = 'resolved', user_response = ?, answered_by = 'person', resolved_at = ?"
            " WHERE id = ?",
            (body.response, now_iso(), number),
        )
        write_operation(ops, "orchestrator", "hil.answer", "info", {"id": number})
        return JSONResponse(data(self._found(number)))

    def _found(self, number: int) -> Row:
        try:
            return stored(self.lab.databases.ops, number)
        except LookupError as missing:
            raise Refusal(404, e2("HIL request not found")) from missing
