"""``/api/patches/*``: batches, their roll-back, history and status (contract API-05, 9.2)."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import accepts, asks, text, whole
from vibehq_smoke.lab.patches.announcements import Announcer
from vibehq_smoke.lab.patches.as_built import need_event_logger
from vibehq_smoke.lab.patches.batches import Batches, RollbackError
from vibehq_smoke.lab.patches.events import FAILED, EventFilter, PatchEvents
from vibehq_smoke.lab.patches.orders import ApplyRequest, RollbackRequest, read_order
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4, patch_refusal
from vibehq_smoke.lab.serving.requests import query_int, read_model


@dataclass(frozen=True)
class PatchApi:
    """Handlers for batches."""

    lab: Lab
    events: PatchEvents

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("POST", "/api/patches/apply", self.apply),
            ("POST", "/api/patches/rollback", self.roll_back),
            ("GET", "/api/patches/history", self.history),
            ("GET", "/api/patches/{patch_id}/status", self.status),
        ]

    @property
    def batches(self) -> Batches:
        """Applies and rolls back."""
        return Batches(self.lab, Announcer(self.lab, self.events))

    @accepts(ApplyRequest)
    async def apply(self, request: Request) -> Response:
        """API-05: check a batch, and apply it unless that was all. An invalid one leaves no trace; 409 if it fails."""
        faults = self.lab.faults
        if faults.on("D-15"):
            raise Refusal(400, patch_refusal("Invalid patch batch", "id: Field required; patches: Field required"))
        try:
            order = await read_order(request)
        except Refusal as refusal:
            if refusal.status == 400 and faults.on("patch-apply-accepts-invalid"):
                return JSONResponse(_validated(1))
            raise
        need_event_logger(faults, patch_refusal)
        if faults.on("patch-apply-no-events"):
            return JSONResponse(_validated(len(order.steps)))
        result = await self.batches.apply(order)
        return JSONResponse(result, 200 if result["success"] else 409)

    @accepts(RollbackRequest)
    async def roll_back(self, request: Request) -> Response:
        """Undo a batch: 404 for an unknown one, 409 when that is not possible."""
        body = await read_model(request, RollbackRequest, _rollback_refusal, "Invalid rollback")
        need_event_logger(self.lab.faults, _rollback_refusal)
        try:
            undone = self.batches.roll_back(body.rollback_id, body.reason)
        except LookupError as error:
            raise Refusal(404, _rollback_refusal("Batch not found")) from error
        except RollbackError as error:
            raise Refusal(409, _rollback_refusal(str(error))) from error
        return JSONResponse({"success": True, "rolledBackOperations": undone, "errors": []})

    @asks(whole("limit", 1, 200), whole("offset", 0, 10**9), text("patchId"))
    async def history(self, request: Request) -> Response:
        """Batches that were applied or tried, newest first."""
        limit = query_int(request, "limit", 50, e4, high=200, clamp=True)
        offset = query_int(request, "offset", 0, e4, low=0, high=10**9)
        found, total = self.batches.history(request.query_params.get("patchId"), limit, offset)
        return JSONResponse({"history": found, "total": total, "limit": limit, "offset": offset})

    async def status(self, request: Request) -> Response:
        """How far a batch got: from its row, else from the events of that patch (contract 9.2, "batch status")."""
        patch_id = request.path_params["patch_id"]
        found = self.events.page(EventFilter(patch_id=patch_id), 200, ascending=True)
        batch = self.batches.newest(patch_id)
        if not found and batch is None:
            raise Refusal(404, e4("Patch not found"))
        failed = sum(event["status"] in FAILED for event in found)
        if batch is not None:
            state = "failed" if batch["status"] == "rolled_back" else batch["status"]
            progress = {name: batch[name] for name in ("total", "applied", "failed")}
        else:
            state = _state([event["eventType"] for event in found], failed)
            progress = {"total": len(found), "applied": len(found) - failed, "failed": failed}
        times = [event["createdAt"] for event in found] + ([batch["created_at"], batch["updated_at"]] if batch else [])
        view = {
            "batchId": patch_id, "status": state, "progress": progress, "events": found, "createdAt": min(times),
            "updatedAt": max(times),
        }  # fmt: skip
        return JSONResponse(view)


def _state(kinds: list[str], failed: int) -> str:
    if failed:
        return "failed"
    if any(kind.endswith(("COMPLETED", "APPLIED", "DELIVERED")) for kind in kinds):
        return "completed"
    return "pending" if set(kinds) == {"PATCH_RECEIVED"} else "processing"


def _validated(operations: int) -> Json:
    return {"success": True, "appliedOperations": operations, "failedOperations": 0, "errors": [], "events": []}


def _rollback_refusal(error: str, details: str | None = None) -> Json:
    message = error if details is None else f"{error}: {details}"
    return {"success": False, "rolledBackOperations": 0, "errors": [message]}
