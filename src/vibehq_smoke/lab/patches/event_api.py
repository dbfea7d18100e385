"""``/api/patches/events…``: events from outside (contract PAT-03)."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import iso, parse_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import accepts, asks, text, whole
from vibehq_smoke.lab.patches.announcements import Announcer
from vibehq_smoke.lab.patches.as_built import need_event_logger
from vibehq_smoke.lab.patches.events import EventFilter, PatchEvents
from vibehq_smoke.lab.patches.orders import Text
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import Body, check_model, query_int, read_object


class EventPost(Body):
    """Body of ``POST /api/patches/events``."""

    id: Text
    patch_id: Text = Field(alias="patchId")
    event_type: Annotated[str, Field(alias="eventType", pattern=r"^PATCH_[A-Z_]{1,60}$")]
    status: Literal["success", "failure", "error", "in_progress", "pending", "applied"]
    created_at: Annotated[str, Field(alias="createdAt", max_length=40)]
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True)
class PatchEventApi:
    """Handlers for events; refusals are ``{status: "error", message, errors}``."""

    lab: Lab
    events: PatchEvents

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("POST", "/api/patches/events", self.post_event),
            ("GET", "/api/patches/events/recent", self.recent),
        ]

    @accepts(EventPost)
    async def post_event(self, request: Request) -> Response:
        """PAT-03: store an event and pass it to those who listen on ``/ws``."""
        body = await read_object(request, _event_refusal)
        try:
            event = check_model(body, EventPost, _event_refusal, "Invalid patch event format")
            created = _moment(event.created_at)
        except Refusal as refusal:
            if refusal.status == 400 and self.lab.faults.on("patch-event-accepts-invalid"):
                return JSONResponse(_received("unknown", "PATCH_RECEIVED"))
            raise
        need_event_logger(self.lab.faults, _event_refusal)
        stored = Announcer(self.lab, self.events).add(
            event.patch_id, event.event_type, event.status, event.metadata, created_at=created, key=event.id
        )
        return JSONResponse(_received(stored["id"], event.event_type))

    @asks(whole("limit", 1, 200), text("patchId"))
    async def recent(self, request: Request) -> Response:
        """PAT-03: the newest events, of one patch if asked."""
        limit = query_int(request, "limit", 50, e4, high=200, clamp=True)
        found = self.events.page(EventFilter(patch_id=request.query_params.get("patchId")), limit)
        return JSONResponse({"events": found, "count": len(found)})


def _moment(text: str) -> str:
    try:
        return iso(parse_iso(text))
    except (ValueError, OverflowError) as error:
        raise Refusal(400, _event_refusal("Invalid patch event format", "createdAt: no date")) from error


def _received(event_id: object, event_type: str) -> Json:
    return {"status": "ok", "message": "Event received", "eventId": event_id, "eventType": event_type}


def _event_refusal(error: str, details: str | None = None) -> Json:
    return {"status": "error", "message": error, "errors": [details or error]}
