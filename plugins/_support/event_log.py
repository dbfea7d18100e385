"""The log of patch events: its pages, its order, its filters (contract API-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .analytics import FAILURE, SUCCESS
from .api_models import EventLog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vibehq_smoke.platform import Hq

LOGS = "/api/analytics/logs"
DEFAULT_LIMIT = 50
MOST_EVENTS = 200

TRIES = 3
"""How often to look for a moment in which no event arrives."""


async def event_log(hq: Hq, **query: str | int) -> EventLog:
    """One page of events, which shows as many of them as it must. Raises Violation, AssertionError."""
    log = await _page(hq, query)
    if _lacks(log):
        log = await _page(hq, query)  # an event may arrive between the page and its count
    assert not (lack := _lacks(log)), lack
    return log


async def assert_pages(hq: Hq) -> EventLog:
    """All pages count the same events, between the first count and the last; the log as it was last."""
    for _ in range(TRIES):
        first = await event_log(hq)
        one, rest, rising, falling = await hq.gather(
            event_log(hq, limit=1),
            event_log(hq, limit=500, offset=1),
            event_log(hq, limit=20, sortBy="createdAt", sortOrder="asc"),
            event_log(hq, limit=20, sortBy="createdAt", sortOrder="desc"),
        )
        last = await event_log(hq)
        if first.total == last.total:
            break
    for log in (one, rest, rising, falling):
        assert first.total <= log.total <= last.total, (
            f"total is {log.total} on a page with limit {log.limit} and offset {log.offset}, "
            f"but {first.total} just before it and {last.total} just after it"
        )
    _assert_sorted(rising, falling)
    quiet = first.total == last.total == len(last.events)
    _assert_same_events(last, (one, rest, rising, falling), quiet=quiet)
    _assert_same_events(first, (last,), quiet=quiet)
    return last


async def assert_filters(hq: Hq, log: EventLog) -> None:
    """Filtering by patch, type and status leaves exactly the events that match; what nobody has leaves none."""
    nobody = await event_log(hq, patchId=f"{hq.tag}-none")
    assert nobody.events == [], f"the filter patchId lets through events of {nobody.events[0].patch_id!r}"
    assert nobody.total == 0, f"the filter patchId leaves no event, yet total is {nobody.total}"
    if not log.events:
        hq.note("there are no events yet, so only the filter patchId was judged")
        return
    sample = log.events[0]
    of_patch, of_type, good, bad = await hq.gather(
        event_log(hq, patchId=sample.patch_id),
        event_log(hq, eventType=sample.event_type),
        event_log(hq, status="success"),
        event_log(hq, status="failure"),
    )
    _assert_only("patchId", {event.patch_id for event in of_patch.events}, {sample.patch_id})
    _assert_only("eventType", {event.event_type for event in of_type.events}, {sample.event_type})
    _assert_only("status=success", {event.status for event in good.events}, SUCCESS)
    _assert_only("status=failure", {event.status for event in bad.events}, FAILURE)
    _assert_same_events(log, (of_patch, of_type, good, bad), quiet=False)
    assert of_patch.events, f"the filter patchId={sample.patch_id} hides the event that it was taken from"
    assert of_type.events, f"the filter eventType={sample.event_type} hides the event that it was taken from"


async def _page(hq: Hq, query: dict[str, str | int]) -> EventLog:
    log = (await hq.api.get(LOGS, params=query)).expect(EventLog)
    limit = min(int(query.get("limit", DEFAULT_LIMIT)), MOST_EVENTS)
    assert log.limit == limit, (
        f"limit is {log.limit} for a request with {query.get('limit', 'no limit')}, expected {limit}"
    )
    assert log.offset == int(query.get("offset", 0)), f"offset is {log.offset}, asked for {query.get('offset', 0)}"
    assert len(log.events) <= limit, f"{len(log.events)} events on a page with limit {limit}"
    return log


def _lacks(log: EventLog) -> str | None:
    """What is wrong when a page does not show what its own figures say; None when it does."""
    expected = min(log.limit, max(0, log.total - log.offset))
    if len(log.events) == expected:
        return None
    return f"{len(log.events)} event(s) on a page at offset {log.offset} that should show {expected} of {log.total}"


def _assert_sorted(rising: EventLog, falling: EventLog) -> None:
    """Events come in the order of time that was asked for, either way."""
    up, down = ([event.created_at for event in log.events] for log in (rising, falling))
    assert up == sorted(up), "events asked for in ascending order are not sorted by time"
    assert down == sorted(down, reverse=True), "events asked for in descending order are not sorted by time"


def _assert_same_events(log: EventLog, pages: Iterable[EventLog], *, quiet: bool) -> None:
    """An event is the same on every page; when it was ``quiet``, ``log`` holds all of them."""
    known = {event.id: event for event in log.events}
    for event in (event for page in pages for event in page.events):
        assert event.id in known or not quiet, f"event {event.id} is on one page, and not in the whole log"
        assert event == known.get(event.id, event), f"event {event.id} is another on one page than on the next"


def _assert_only(filter_: str, got: set[str], allowed: set[str] | frozenset[str]) -> None:
    strays = sorted(got - allowed)
    assert not strays, f"the filter {filter_} lets through {', '.join(strays)}"
