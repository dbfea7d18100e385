"""``/api/patches/*``: dry runs of batches, events from outside (contract API-05, PAT-03)."""

import time
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import iso, parse_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.patches.events import EventFilter, PatchEvents
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4, patch_refusal
from vibehq_smoke.lab.serving.requests import Body, query_int, read_model

Text = Annotated[str, Field(min_length=1, max_length=200)]
Pointer = Annotated[str, Field(pattern=r"^/", max_length=1000)]
NEEDS_VALUE = ("add", "replace", "test")
NEEDS_FROM = ("move", "copy")


class Operation(Body):
    """One operation in the manner of JSON Patch; paths start with ``/``."""

    op: Literal["add", "remove", "replace", "move", "copy", "test"]
    path: Pointer
    value: Any = None
    from_: Pointer | None = Field(default=None, alias="from")

    def problem(self) -> str | None:
        """What the kind of operation needs and this one lacks, or None."""
        if self.op in NEEDS_VALUE and "value" not in self.model_fields_set:
            return f"{self.op} needs a value"
        if self.op in NEEDS_FROM and self.from_ is None:
            return f"{self.op} needs 'from'"
        return None


class Batch(Body):
    """What to apply, under which patch id."""

    patch_id: Text = Field(alias="patchId")
    operations: Annotated[list[Operation], Field(min_length=1, max_length=1000)]
    metadata: dict[str, Any] | None = None


class ApplyOptions(Body):
    """How to apply; without a dry run nothing is offered."""

    dry_run: bool = Field(default=False, alias="dryRun")
    validate_only: bool = Field(default=False, alias="validateOnly")
    rollback_on_failure: bool = Field(default=True, alias="rollbackOnFailure")


class ApplyRequest(Body):
    """Body of ``POST /api/patches/apply``."""

    batch: Batch
    options: ApplyOptions = ApplyOptions()


class EventPost(Body):
    """Body of ``POST /api/patches/events``."""

    id: Text
    patch_id: Text = Field(alias="patchId")
    event_type: Annotated[str, Field(alias="eventType", pattern=r"^PATCH_[A-Z_]{1,60}$")]
    status: Literal["success", "failure", "error", "in_progress", "pending", "applied"]
    created_at: Annotated[str, Field(alias="createdAt", max_length=40)]
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True)
class PatchApi:
    """Handlers for batches and events."""

    lab: Lab
    events: PatchEvents

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("POST", "/api/patches/apply", self.apply),
            ("POST", "/api/patches/events", self.post_event),
            ("GET", "/api/patches/events/recent", self.recent),
            ("GET", "/api/patches/{patch_id}/status", self.status),
        ]

    async def apply(self, request: Request) -> Response:
        """API-05: check a batch. Events are stored for a valid one; an invalid one leaves no trace."""
        began = time.perf_counter()
        if self.lab.faults.on("D-15"):
            raise Refusal(400, patch_refusal("Invalid patch batch", "id: Field required; patches: Field required"))
        try:
            order = await _read_order(request)
        except Refusal as refusal:
            if refusal.status == 400 and self.lab.faults.on("patch-apply-accepts-invalid"):
                return JSONResponse(_applied(1, []))
            raise
        if not (order.options.dry_run or order.options.validate_only):
            raise Refusal(400, patch_refusal("Only dry runs are offered by this platform"))
        return JSONResponse(_applied(len(order.batch.operations), self._record(order.batch, began)))

    async def post_event(self, request: Request) -> Response:
        """PAT-03: store an event and pass it to those who listen on ``/ws``."""
        event = await read_model(request, EventPost, _event_refusal, "Invalid patch event format")
        try:
            created = iso(parse_iso(event.created_at))
        except (ValueError, OverflowError) as error:
            raise Refusal(400, _event_refusal("Invalid patch event format", "createdAt: no date")) from error
        stored = self._add(event.patch_id, event.event_type, event.status, event.metadata, created, event.id)
        return JSONResponse(
            {"status": "ok", "message": "Event received", "eventId": stored["id"], "eventType": event.event_type}
        )

    async def recent(self, request: Request) -> Response:
        """PAT-03: the newest events, of one patch if asked."""
        limit = query_int(request, "limit", 50, e4, high=200, clamp=True)
        found = self.events.page(EventFilter(patch_id=request.query_params.get("patchId")), limit)
        return JSONResponse({"events": found, "count": len(found)})

    async def status(self, request: Request) -> Response:
        """How far a batch got, from its events (contract 9.2, "batch status")."""
        found = self.events.page(EventFilter(patch_id=request.path_params["patch_id"]), 200, ascending=True)
        if not found:
            raise Refusal(404, e4("Patch not found"))
        kinds = [event["eventType"] for event in found]
        failed = sum(event["status"] in ("failure", "error") for event in found)
        done = any(kind.endswith(("COMPLETED", "APPLIED", "DELIVERED")) for kind in kinds)
        state = "failed" if failed else "completed" if done else "processing"
        view = {
            "batchId": found[0]["patchId"], "status": state,
            "progress": {"total": len(found), "applied": len(found) - failed, "failed": failed}, "events": found,
            "createdAt": found[0]["createdAt"], "updatedAt": found[-1]["createdAt"],
        }  # fmt: skip
        return JSONResponse(view)

    def _record(self, batch: Batch, began: float) -> list[Json]:
        if self.lab.faults.on("patch-apply-no-events"):
            return []
        noted = batch.metadata or {}
        started = self._add(batch.patch_id, "PATCH_PROCESSING_STARTED", "success", noted | {"dryRun": True})
        outcome = {
            "dryRun": True,
            "operations": len(batch.operations),
            "duration_ms": round((time.perf_counter() - began) * 1000, 3),
        }
        checked = self._add(batch.patch_id, "PATCH_VALIDATION_COMPLETED", "success", noted | outcome)
        return [started, checked]

    def _add(
        self, patch_id: str, event_type: str, status: str, metadata: Json | None, created_at: str | None = None,
        key: str | None = None,
    ) -> Json:  # fmt: skip
        stored = self.events.add(patch_id, event_type, status, metadata, created_at=created_at, key=key)
        frame = {"id": str(stored["id"]), "type": "event", "payload": stored}
        self.lab.hub_patches.publish({"patch-events", f"patch-{patch_id}"}, frame)
        return stored


async def _read_order(request: Request) -> ApplyRequest:
    order = await read_model(request, ApplyRequest, patch_refusal, "Invalid patch batch")
    problems = [problem for operation in order.batch.operations if (problem := operation.problem())]
    if problems:
        raise Refusal(400, patch_refusal("Invalid patch batch", "; ".join(problems)))
    return order


def _applied(operations: int, events: list[Json]) -> Json:
    return {"success": True, "appliedOperations": operations, "failedOperations": 0, "errors": [], "events": events}


def _event_refusal(error: str, details: str | None = None) -> Json:
    return {"status": "error", "message": error, "errors": [details or error]}
