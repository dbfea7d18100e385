"""What must hold in the patch log (contract PAT-06)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .analytics import FAILURE, ROUNDING, SUCCESS
from .api_models import PlainRefusal
from .patch_events import TYPE, PostedEvent, assert_ours
from .patch_models import EmptyLog, LogSummary, Timeline
from .patch_pages import LOGS, assert_same_events, differs, read_log

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vibehq_smoke.platform import Hq

    from .patch_models import PatchLog

MOST = 100


async def assert_limits(hq: Hq) -> None:
    """A page of none or of more than 100 events is refused. Raises Violation."""
    for reply in await hq.gather(*(hq.api.get(LOGS, params={"limit": limit}) for limit in (0, MOST + 1))):
        reply.expect(PlainRefusal, status=400)


async def assert_filtered(hq: Hq, posted: PostedEvent, pages: Sequence[PatchLog]) -> None:
    """Filters leave what matches, the posted event with it, in the order asked for and as it is on other pages."""
    since = (posted.created_at - timedelta(seconds=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    late = (posted.created_at + timedelta(days=3650)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    none = (await hq.api.get(LOGS, params={"startDate": late})).expect(EmptyLog).pagination
    ours, failed, rising = await hq.gather(
        read_log(hq, eventType=TYPE, status="success", startDate=since, limit=MOST),
        read_log(hq, status="error", limit=20),
        read_log(hq, order="asc", limit=20),
    )
    assert_same_events([*pages, ours, failed, rising])
    strays = {(event.event_type, event.status) for event in ours.events} - {(TYPE, "success")}
    assert not strays, f"the filters eventType={TYPE} and status=success let through {sorted(strays)}"
    found = [event for event in ours.events if event.patch_id == posted.patch_id]
    assert found, f"the event of {posted.patch_id} is not in the log"
    assert_ours(found[0], posted)
    assert ours.filters.applied.get("eventType") == TYPE, (
        f"filtered by eventType={TYPE}, but filters.applied says {ours.filters.applied}"
    )
    strange = {event.status for event in failed.events} - FAILURE
    assert not strange, f"the filter status=error lets through {', '.join(sorted(strange))}"
    times = [event.created_at for event in rising.events]
    assert times == sorted(times), "events asked for in ascending order are not sorted by time"
    assert none.total == 0, f"{none.total} events are later than ten years from now"
    assert not (difference := differs(none, 0, {})), difference


async def assert_timeline(hq: Hq, posted: PostedEvent) -> None:
    """The posted event is all that there is of its patch, and a patch that nobody has is 404. Raises Violation."""
    known, unknown = await hq.gather(hq.api.get(f"{LOGS}/{posted.patch_id}"), hq.api.get(f"{LOGS}/{hq.tag}-none"))
    unknown.expect(PlainRefusal, status=404)
    seen = known.expect(Timeline)
    assert seen.patch_id == posted.patch_id, f"asked for {posted.patch_id}, got the timeline of {seen.patch_id}"
    assert (seen.total_events, len(seen.timeline), seen.events_by_type) == (1, 1, {TYPE: 1}), (
        f"{posted.patch_id} has one event, its timeline shows {len(seen.timeline)}, totalEvents {seen.total_events} "
        f"and eventsByType {seen.events_by_type}"
    )
    assert (seen.final_status, seen.success_rate) == ("success", 100), (
        f"{posted.patch_id} succeeded, but finalStatus is {seen.final_status!r} and successRate {seen.success_rate:g}"
    )


async def assert_summary(hq: Hq) -> None:
    """The summary of a day counts the same events by type and by status, and the rate follows. Raises Violation."""
    reply = await hq.api.get(f"{LOGS}/summary", params={"hours": 24})
    summary = reply.expect(LogSummary)
    # An event may arrive between two queries of the platform; it cannot do so every time.
    if summary_differs(summary):
        summary = (await hq.api.get(f"{LOGS}/summary", params={"hours": 24})).expect(LogSummary)
    assert not (difference := summary_differs(summary)), difference
    assert summary.total, "the summary of the last day counts no event, though one was just posted"


def summary_differs(summary: LogSummary) -> str | None:
    """What is wrong between the figures of the summary; None when they fit."""
    for name, counts in (("eventTypes", summary.event_types), ("statuses", summary.statuses)):
        if sum(counts.values()) != summary.total:
            return f"{name} makes {sum(counts.values())} events, total is {summary.total}"
    rate = success_rate(summary.statuses)
    if abs(summary.success_rate - rate) > ROUNDING:
        return f"successRate is {summary.success_rate:g}, but the statuses make {rate:g}"
    return None


def success_rate(statuses: Mapping[str, int]) -> float:
    """Percent of successful events; 0 without any (contract API-03)."""
    total = sum(statuses.values())
    return 100 * sum(statuses.get(name, 0) for name in SUCCESS) / total if total else 0.0
