"""What must hold between the figures of the analytics API (contract API-02 to API-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .api_models import EventLog, Statistics, Trend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vibehq_smoke.platform import Hq

LOGS = "/api/analytics/logs"
STATS = "/api/analytics/stats"
TRENDS = "/api/analytics/trends"

METRICS = ("events", "success_rate", "error_rate", "avg_duration")
DEFAULT_LIMIT = 50
MOST_EVENTS = 200
MOST_TOP_PATCHES = 10

ROUNDING = 0.011
"""By which rates and means may differ: platforms round to two places."""

SUCCESS = frozenset({"success"})
FAILURE = frozenset({"failure", "error"})
"""Two words for the same (contract Q15)."""


async def event_log(hq: Hq, **query: str | int) -> EventLog:
    """One page of events that fits what was asked. Raises Violation."""
    log = (await hq.api.get(LOGS, params=query)).expect(EventLog)
    asked = int(query.get("limit", DEFAULT_LIMIT))
    limit = min(asked, MOST_EVENTS)
    assert log.limit == limit, (
        f"limit is {log.limit} for a request with {query.get('limit', 'no limit')}, expected {limit}"
    )
    assert log.offset == int(query.get("offset", 0)), f"offset is {log.offset}, asked for {query.get('offset', 0)}"
    expected = min(limit, max(0, log.total - log.offset))
    assert len(log.events) <= limit, f"{len(log.events)} events on a page with limit {limit}"
    assert len(log.events) <= log.total, f"{len(log.events)} events on a page, but only {log.total} in all"
    assert log.events or not expected, f"no event on a page that should show {expected} of {log.total}"
    return log


async def assert_filters(hq: Hq, log: EventLog) -> None:
    """Filtering by patch, type and status leaves exactly the events that match; what nobody has leaves none."""
    nobody = await event_log(hq, patchId=f"{hq.tag}-none")
    assert not nobody.events, f"the filter patchId lets through events of {nobody.events[0].patch_id!r}"
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
    assert of_patch.events, f"the filter patchId={sample.patch_id} hides the event that it was taken from"
    assert of_type.events, f"the filter eventType={sample.event_type} hides the event that it was taken from"


async def assert_sorted(hq: Hq) -> None:
    """Events come in the order of time that was asked for, either way."""
    rising, falling = await hq.gather(
        event_log(hq, limit=20, sortBy="createdAt", sortOrder="asc"),
        event_log(hq, limit=20, sortBy="createdAt", sortOrder="desc"),
    )
    up, down = ([event.created_at for event in log.events] for log in (rising, falling))
    assert up == sorted(up), "events asked for in ascending order are not sorted by time"
    assert down == sorted(down, reverse=True), "events asked for in descending order are not sorted by time"


async def statistics(hq: Hq, timeframe: str, group_by: str = "eventType", **filters: str) -> Statistics:
    """The figures of one time frame. Raises Violation."""
    query = {"timeframe": timeframe, "groupBy": group_by} | filters
    stats = (await hq.api.get(STATS, params=query)).expect(Statistics)
    assert stats.timeframe == timeframe, f"asked for {timeframe}, got the figures of {stats.timeframe}"
    return stats


def assert_rates(stats: Statistics) -> None:
    """Success and error rate make 100 together, also when there are no events (contract API-03)."""
    assert abs(stats.success_rate + stats.error_rate - 100) <= ROUNDING, (
        f"successRate {stats.success_rate:g} and errorRate {stats.error_rate:g} do not make 100 together"
    )


def assert_top_patches(stats: Statistics) -> None:
    """At most ten patches, the busiest first, with no more events than there are."""
    counts = [top.count for top in stats.top_patch_ids]
    assert len(counts) <= MOST_TOP_PATCHES, f"topPatchIds lists {len(counts)} patches instead of {MOST_TOP_PATCHES}"
    assert counts == sorted(counts, reverse=True), "topPatchIds is not sorted by count"
    assert sum(counts) <= stats.total_events, (
        f"topPatchIds counts {sum(counts)} events, more than all {stats.total_events}"
    )


def sums_differ(stats: Statistics) -> str | None:
    """What is wrong when the counts by type or by status do not make up all events; None when they do."""
    parts: Mapping[str, Mapping[str, int]] = {
        "eventType": stats.breakdown.event_type,
        "status": stats.breakdown.status,
    }
    for name, counts in parts.items():
        if sum(counts.values()) != stats.total_events:
            return f"breakdown.{name} makes {sum(counts.values())} events, totalEvents is {stats.total_events}"
    return None


async def trend(hq: Hq, metric: str) -> Trend:
    """The course of ``metric`` over the last day, by hours. Raises Violation."""
    query = {"metric": metric, "timeframe": "24h", "interval": "1h"}
    found = (await hq.api.get(TRENDS, params=query)).expect(Trend)
    got = (found.metric, found.timeframe, found.interval)
    assert got == tuple(query.values()), f"asked for {', '.join(query.values())}, got {', '.join(got)}"
    return found


def assert_points(found: Trend) -> None:
    """One point per hour, in the order of time."""
    times = [point.timestamp for point in found.data_points]
    assert times, f"the trend of {found.metric} over 24 hours has no data points"
    assert 23 <= len(times) <= 26, f"the trend of {found.metric} has {len(times)} points for 24 hours"
    assert times == sorted(set(times)), f"the points of {found.metric} are not in the order of time"


def assert_summary_of_points(found: Trend) -> None:
    """The summary follows from the points."""
    values, summary = [point.value for point in found.data_points], found.summary
    _assert_close(found, "min", summary.min, min(values))
    _assert_close(found, "max", summary.max, max(values))
    _assert_close(found, "average", summary.average, sum(values) / len(values))
    if found.metric == "events":
        _assert_close(found, "total", summary.total, sum(values))


def assert_within(found: Trend, least: float, most: float) -> None:
    """No point of a rate lies outside its range."""
    outside = [point.value for point in found.data_points if not least <= point.value <= most]
    assert not outside, f"the trend of {found.metric} has the value {outside[0]:g}, outside {least:g} to {most:g}"


def _assert_close(found: Trend, name: str, got: float, expected: float) -> None:
    assert abs(got - expected) <= max(ROUNDING, abs(expected) * 1e-4), (
        f"summary.{name} of {found.metric} is {got:g}, but the points make {expected:g}"
    )


def _assert_only(filter_: str, got: set[str], allowed: set[str] | frozenset[str]) -> None:
    strays = sorted(got - allowed)
    assert not strays, f"the filter {filter_} lets through {', '.join(strays)}"
