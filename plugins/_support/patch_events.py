"""One patch event of our own: posted while the hub is listened to, and found again (contract PAT-03, PAT-04)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Skipped, Violation

from .api_models import PatchEvent
from .ears import Ear, Hub, listening
from .patch_models import EventReceived, EventRefused, PatchStats, RecentEvents, StatsSummary
from .reading import read, value_of
from .stored import stored_rows

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

EVENTS = "/api/patches/events"
RECENT = "/api/patches/events/recent"
STATS = "/api/patches/stats"

TYPE = "PATCH_VALIDATED"
"""Harmless: types that end in ``_COMPLETED`` or ``_FAILED`` may move a task (contract PAT-03)."""

DEFAULT_LIMIT = 50
"""Recent events that are listed at most where no limit is asked for (contract 3.5)."""

_STORED = "select event_type, status from patch_events where patch_id = ?"


@dataclass(frozen=True)
class PostedEvent:
    """The event that this run posted."""

    patch_id: str
    event_id: str
    created_at: datetime
    before: StatsSummary | str
    """The statistics just before it, or why they could not be read."""
    ear: Ear
    """What the patch hub told meanwhile."""


def is_subscribed(frame: dict[str, Any]) -> bool:
    """Whether the patch hub confirms a subscription with this frame."""
    return bool(value_of(value_of(frame.get("payload"), "data"), "status") == "subscribed")


PATCH_HUB = Hub(
    component="ws-patch-hub",
    path="/ws",
    greeting="connection_established",
    subscription={"id": "smoke", "type": "subscribe", "payload": {"channel": "patch-events"}},
    confirms=is_subscribed,
)


async def post_event(hq: Hq) -> PostedEvent:
    """Post one event while listening to the hub. Raises Violation when it is not received as it should be."""
    event_id = patch_id = f"{hq.tag}-event"
    created_at = datetime.fromtimestamp(time.time(), UTC)
    body = {
        "id": event_id,
        "patchId": patch_id,
        "eventType": TYPE,
        "status": "success",
        "createdAt": created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "metadata": {"smoke": True},
    }
    before = await _figures(hq)
    async with listening(hq, PATCH_HUB) as ear:
        received = (await hq.api.post(EVENTS, json=body)).expect(EventReceived)
        hq.created("patch event", patch_id, database="DB_OPS", table="patch_events", where="patch_id")
        await ear.wait_for(lambda frame: is_about(frame, patch_id))
    assert received.event_type == TYPE, f"posted an event {TYPE}, but {received.event_type} was received"
    return PostedEvent(patch_id, event_id, created_at, before, ear)


async def refuses_what_is_no_event(hq: Hq) -> None:
    """An event without its fields is refused with 400 and the reasons. Raises Violation."""
    refused = (await hq.api.post(EVENTS, json={"patchId": f"{hq.tag}-invalid"})).expect(EventRefused, status=400)
    assert refused.errors, "an event without its fields is refused without saying why"


async def assert_found(hq: Hq, posted: PostedEvent) -> None:
    """The event is stored once, and among the recent events of its patch, which are of no other patch."""
    rows = await stored_rows(hq, "DB_OPS", _STORED, (posted.patch_id,))
    stored = None if rows is None else [(row["event_type"], row["status"]) for row in rows]
    assert stored in (None, [(TYPE, "success")]), (
        f"the event of {posted.patch_id} was accepted, but DB_OPS holds {stored or 'none'}"
    )
    recent = (await hq.api.get(RECENT, params={"patchId": posted.patch_id})).expect(RecentEvents)
    assert recent.events, f"the event of {posted.patch_id} was accepted, but is not among the recent events"
    listed = len(recent.events)
    assert recent.count >= listed, f"count is {recent.count}, but {listed} events are listed"
    assert recent.count == listed or listed >= DEFAULT_LIMIT, f"count is {recent.count}, yet only {listed} are listed"
    assert_ours(recent.events[0], posted)
    strange = {event.patch_id for event in recent.events} - {posted.patch_id}
    assert not strange, f"asked for the events of one patch, got those of {', '.join(sorted(strange))}"


def assert_ours(event: PatchEvent, posted: PostedEvent) -> None:
    """What is told of the event is what was posted."""
    told = (event.patch_id, event.event_type, event.status)
    assert told == (posted.patch_id, TYPE, "success"), (
        f"posted {TYPE}, success of {posted.patch_id}; told is {event.event_type}, {event.status} of {event.patch_id}"
    )


def assert_heard(hq: Hq, posted: PostedEvent) -> None:
    """The hub told its subscriber of the event. Raises Blocked when there is no hub to listen to."""
    posted.ear.assert_open()
    frame = posted.ear.first(lambda frame: is_about(frame, posted.patch_id))
    assert frame, f"a subscriber of {PATCH_HUB.path} heard {len(posted.ear.frames)} frame(s), but not of the new event"
    assert_ours(read(hq, PatchEvent, frame["payload"], f"the event on {PATCH_HUB.path}"), posted)


def is_about(frame: dict[str, Any], patch_id: str) -> bool:
    """Whether the patch hub tells of an event of this patch with this frame."""
    return bool(frame.get("type") == "event" and value_of(frame.get("payload"), "patchId") == patch_id)


async def _figures(hq: Hq) -> StatsSummary | str:
    """The statistics as they stand. That they cannot be read is PAT-07's to judge."""
    try:
        return (await hq.api.get(STATS)).expect(PatchStats).summary
    except (Violation, Blocked, Skipped) as reason:
        return str(reason).partition("\n")[0]
