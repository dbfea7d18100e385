"""Dry runs of patches and the events they leave (contract API-05, 9.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .reading import rows_of, value_of
from .stored import stored_rows

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from .api_models import PatchApplied

APPLY = "/api/patches/apply"
LEAST_EVENTS = 2
RECORDED = frozenset({"PATCH_PROCESSING_STARTED", "PATCH_VALIDATION_COMPLETED"})
"""Events that even a dry run leaves."""

_EVENTS = "select event_type from patch_events where patch_id = ?"


def dry_run(patch_id: str, *operations: dict[str, Any]) -> dict[str, Any]:
    """The body of a request that is validated and never applied."""
    batch = {"patchId": patch_id, "operations": list(operations), "metadata": {"smoke": True}}
    return {"batch": batch, "options": {"dryRun": True, "validateOnly": True, "rollbackOnFailure": False}}


def assert_applied(applied: PatchApplied, patch_id: str) -> None:
    """The one valid operation counts as applied, and the events are about this patch."""
    assert applied.applied_operations == 1, f"appliedOperations is {applied.applied_operations} for one valid operation"
    assert applied.failed_operations == 0, f"failedOperations is {applied.failed_operations} for a valid batch"
    assert applied.errors == [], f"a valid batch was applied with errors: {applied.errors}"
    assert len(applied.events) >= LEAST_EVENTS, (
        f"{len(applied.events)} event(s) returned, expected {LEAST_EVENTS} or more"
    )
    strange = {event.patch_id for event in applied.events} - {patch_id}
    assert not strange, f"events of other patches came back: {', '.join(sorted(strange))}"


async def assert_events_stored(hq: Hq, applied: PatchApplied) -> None:
    """The dry run left its events in DB_OPS, as the operator channel or else the list of recent events shows."""
    patch_id = applied.events[0].patch_id
    stored = await _event_types(hq, patch_id)
    if stored is None:
        hq.note("whether the events were stored was not judged: neither SQL nor /api/patches/events/recent is there")
        return
    wanted = RECORDED.union(event.event_type for event in applied.events)
    missing = sorted(wanted - stored)
    assert not missing, f"the dry run of {patch_id} left no event {' and no event '.join(missing)}"


async def _event_types(hq: Hq, patch_id: str) -> set[str] | None:
    rows = await stored_rows(hq, "DB_OPS", _EVENTS, (patch_id,))
    if rows is not None:
        return {str(row["event_type"]) for row in rows}
    reply = await hq.api.get("/api/patches/events/recent", params={"limit": 100})
    if reply.status != 200 or reply.media_type != "application/json":
        return None
    events = rows_of(reply.json(), "events", "data")
    if events is None:
        return None
    return {str(value_of(event, "eventType")) for event in events if value_of(event, "patchId") == patch_id}
