"""``HilOps``: questions that wait for a person, by RPC (contract 1.4 ``hil``, INF-07)."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import LongText, Page, Text, change, decoded, listing, one
from vibehq_smoke.lab.operations.hil_requests import open_request
from vibehq_smoke.lab.serving.replies import Json

HilStatus = Literal["pending", "in_progress", "resolved", "cancelled"]


class NewRequest(Options):
    """A question to a person."""

    question: LongText
    order_id: Text | None = None
    conversation_id: Text | None = None
    context: dict[str, Any] | None = None


class RequestRef(Options):
    """A request by its number."""

    id: Annotated[int, Field(ge=1, lt=2**63)]


class StatusChange(RequestRef):
    """A request's new status."""

    status: HilStatus


class Answer(RequestRef):
    """What a person answered."""

    user_response: LongText


class RequestQuery(Page):
    """Which requests; None means any."""

    status: HilStatus | None = None
    order_id: Text | None = None


ALL_REQUESTS = RequestQuery()


@dataclass(frozen=True)
class HilOps:
    """Requests of DB_OPS. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    def create_hil_request(self, request: NewRequest) -> Json:
        """Ask; a question with a known answer is answered at once."""
        row = open_request(
            self.lab, request.question, order_id=request.order_id, conversation_id=request.conversation_id,
            context=request.context,
        )  # fmt: skip
        return {"success": True, "request": decoded(row)}

    @exposed
    def get_hil_requests(self, query: RequestQuery = ALL_REQUESTS) -> Json:
        """Requests, newest first."""
        wanted = {"status": query.status, "order_id": query.order_id}
        return {"success": True, "requests": listing(self.lab.databases.ops, "hil_requests", wanted, query.limit)}

    @exposed
    def get_hil_request(self, request: RequestRef) -> Json:
        """One request."""
        return one("request", listing(self.lab.databases.ops, "hil_requests", {"id": request.id}))

    @exposed
    def update_status(self, asked: StatusChange) -> Json:
        """Move a request on."""
        values = {"status": asked.status, "resolved_at": now_iso() if asked.status == "resolved" else None}
        change(self.lab.databases.ops, "hil_requests", {"id": asked.id}, values)
        return self.get_hil_request(asked)

    @exposed
    def respond(self, answer: Answer) -> Json:
        """Store a person's answer; the request is resolved with it."""
        values = {"status": "resolved", "resolved_at": now_iso(), "user_response": answer.user_response}
        change(self.lab.databases.ops, "hil_requests", {"id": answer.id}, values)
        return self.get_hil_request(answer)
