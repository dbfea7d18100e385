"""What must hold between the figures of the analytics API (contract API-03, API-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .api_models import Statistics, Trend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vibehq_smoke.platform import Hq

STATS = "/api/analytics/stats"
TRENDS = "/api/analytics/trends"

METRICS = ("events", "success_rate", "error_rate", "avg_duration")
MOST_TOP_PATCHES = 10

ROUNDING = 0.011
"""By which rates and means may differ: platforms round to two places."""

SUCCESS = frozenset({"success"})
FAILURE = frozenset({"failure", "error"})
"""Two words for the same (contract Q15)."""


async def statistics(hq: Hq, timeframe: str, group_by: str = "eventType", **filters: str) -> Statistics:
    """The figures of one time frame. Raises Violation."""
    query = {"timeframe": timeframe, "groupBy": group_by} | filters
    stats = (await hq.api.get(STATS, params=query)).expect(Statistics)
    assert stats.timeframe == timeframe, f"asked for {timeframe}, got the figures of {stats.timeframe}"
    return stats


async def sound_statistics(hq: Hq, timeframe: str, group_by: str = "eventType", **filters: str) -> Statistics:
    """As ``statistics``, and they fit each other. Raises Violation, AssertionError."""
    stats = await statistics(hq, timeframe, group_by, **filters)
    # An event may arrive between two queries of the platform; it cannot do so every time.
    if sums_differ(stats):
        stats = await statistics(hq, timeframe, group_by, **filters)
    assert not (difference := sums_differ(stats)), difference
    assert_rates(stats)
    assert_top_patches(stats)
    return stats


def assert_rates(stats: Statistics) -> None:
    """Success and error rate make 100 together, also when there are no events (contract API-03)."""
    assert abs(stats.success_rate + stats.error_rate - 100) <= ROUNDING, (
        f"successRate {stats.success_rate:g} and errorRate {stats.error_rate:g} do not make 100 together"
    )


def assert_top_patches(stats: Statistics) -> None:
    """At most ten patches, the busiest first."""
    counts = [top.count for top in stats.top_patch_ids]
    assert len(counts) <= MOST_TOP_PATCHES, f"topPatchIds lists {len(counts)} patches instead of {MOST_TOP_PATCHES}"
    assert counts == sorted(counts, reverse=True), "topPatchIds is not sorted by count"


def sums_differ(stats: Statistics) -> str | None:
    """What is wrong when the counts by type, status or patch do not make up all events; None when they do."""
    parts: Mapping[str, Mapping[str, int]] = {
        "eventType": stats.breakdown.event_type,
        "status": stats.breakdown.status,
    }
    for name, counts in parts.items():
        if sum(counts.values()) != stats.total_events:
            return f"breakdown.{name} makes {sum(counts.values())} events, totalEvents is {stats.total_events}"
    return _top_differs(stats)


def _top_differs(stats: Statistics) -> str | None:
    """Every event is about a patch, so that the busiest ten are all of them when they are fewer."""
    listed = len(stats.top_patch_ids)
    counted = sum(top.count for top in stats.top_patch_ids)
    if counted > stats.total_events or (listed < MOST_TOP_PATCHES and counted < stats.total_events):
        return f"topPatchIds counts {counted} events of {listed} patches, totalEvents is {stats.total_events}"
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
