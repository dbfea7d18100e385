"""What must hold between the figures and trends of the patch API (contract PAT-07, PAT-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .analytics import FAILURE, ROUNDING, SUCCESS
from .api_models import PlainRefusal
from .patch_events import STATS, TYPE, PostedEvent
from .patch_log import success_rate
from .patch_models import PatchStats, PatchTrend

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

TRENDS = "/api/patches/trends"
METRICS = ("events", "success_rate", "error_rate", "performance", "throughput")

SIDE_REPORTS = (
    "/api/patches/stats/performance?days=7",
    "/api/patches/stats/errors?limit=50",
    "/api/patches/events/stats?timeframe=24h",
)
"""Of these the contract only says that they are there."""

_TRIES = 3
"""Events that arrive between two queries make figures differ; they cannot do so every time."""


async def statistics(hq: Hq, **query: str) -> PatchStats:
    """Figures that fit each other. Raises Violation."""
    for attempt in range(_TRIES):
        stats = (await hq.api.get(STATS, params=query)).expect(PatchStats)
        difference = differs(stats)
        if difference is None:
            return stats
        assert attempt < _TRIES - 1, difference
    raise AssertionError("unreachable")


def differs(stats: PatchStats) -> str | None:
    """What is wrong between the figures; None when they fit."""
    summary, breakdown = stats.summary, stats.breakdown
    for name, counts in (("byStatus", breakdown.by_status), ("byEventType", breakdown.by_event_type)):
        if sum(counts.values()) != summary.total_events:
            return f"breakdown.{name} makes {sum(counts.values())} events, totalEvents is {summary.total_events}"
    for name, got, words in (
        ("successfulEvents", summary.successful_events, SUCCESS),
        ("failedEvents", summary.failed_events, FAILURE),
    ):
        counted = sum(breakdown.by_status.get(word, 0) for word in words)
        if got != counted:
            return f"{name} is {got}, but byStatus makes {counted}"
    rate = success_rate(breakdown.by_status)
    if abs(summary.success_rate - rate) > ROUNDING:
        return f"successRate is {summary.success_rate:g}, but byStatus makes {rate:g}"
    mean = summary.total_events / summary.unique_patches if summary.unique_patches else 0
    if abs(summary.avg_events_per_patch - mean) > ROUNDING:
        return f"avgEventsPerPatch is {summary.avg_events_per_patch:g}, but the figures make {mean:.2f}"
    tops = [top.count for top in breakdown.top_patches]
    if tops != sorted(tops, reverse=True) or sum(tops) > summary.total_events:
        return f"topPatches counts {tops} of {summary.total_events} events"
    return None


def assert_counted(hq: Hq, stats: PatchStats, posted: PostedEvent) -> None:
    """The posted event raised the totals. Others may have come meanwhile, so more is right, too."""
    assert stats.breakdown.by_event_type.get(TYPE), f"byEventType knows no {TYPE}, though one was posted"
    if posted.before is None:
        hq.note("the figures before the event are not known, so their growth was not judged")
        return
    for name, before, after in (
        ("totalEvents", posted.before.total_events, stats.summary.total_events),
        ("successfulEvents", posted.before.successful_events, stats.summary.successful_events),
    ):
        assert after > before, f"{name} is {after} after a successful event was posted, and was {before} before"


async def assert_side_reports(hq: Hq) -> None:
    """The other reports answer with JSON. Raises Violation."""
    for reply in await hq.gather(*map(hq.api.get, SIDE_REPORTS)):
        assert isinstance(reply.expect(), dict), f"GET {reply.path} answers no object"


async def trend(hq: Hq, metric: str) -> PatchTrend:
    """The course of ``metric`` over the last day, by hours; its figures follow from its points. Raises Violation."""
    query = {"metric": metric, "timeframe": "24h", "interval": "1h"}
    found = (await hq.api.get(TRENDS, params=query)).expect(PatchTrend)
    got = (found.metric, found.timeframe, found.interval)
    assert got == tuple(query.values()), f"asked for {', '.join(query.values())}, got {', '.join(got)}"
    assert_figures(found)
    return found


def assert_figures(found: PatchTrend) -> None:
    """The points come in the order of time, and the figures follow from them."""
    metric, values = found.metric, [point.value for point in found.data_points]
    times = [point.timestamp for point in found.data_points]
    assert times, f"the trend of {metric} over 24 hours has no data points"
    assert times == sorted(set(times)), f"the points of {metric} are not in the order of time"
    assert found.metadata.total_data_points == len(values), (
        f"totalDataPoints of {metric} is {found.metadata.total_data_points}, but there are {len(values)} points"
    )
    figures = found.trend
    for name, told, made in (
        ("min", figures.min, min(values)),
        ("max", figures.max, max(values)),
        ("latest", figures.latest, values[-1]),
        ("average", figures.average, sum(values) / len(values)),
    ):
        assert abs(told - made) <= max(ROUNDING, abs(made) * 1e-4), (
            f"trend.{name} of {metric} is {told:g}, but the points make {made:g}"
        )


async def assert_rates_complement(hq: Hq) -> None:
    """At every point the error rate is what the success rate leaves of 100 (contract PAT-08). Raises Violation."""
    for attempt in range(_TRIES):
        good, bad = await hq.gather(trend(hq, "success_rate"), trend(hq, "error_rate"))
        difference = not_complementary(good, bad)
        if difference is None:
            return
        assert attempt < _TRIES - 1, difference


def not_complementary(good: PatchTrend, bad: PatchTrend) -> str | None:
    """Where two rates do not make 100 together; None when they do everywhere."""
    errors = {point.timestamp: point.value for point in bad.data_points}
    for point in good.data_points:
        error = errors.get(point.timestamp)
        if error is not None and abs(point.value + error - 100) > ROUNDING:
            return f"success_rate {point.value:g} and error_rate {error:g} do not make 100 together"
    return None


async def assert_comparisons(hq: Hq) -> None:
    """An unknown metric is refused; comparing periods and looking for anomalies answer. Raises Violation."""
    unknown, compared, anomalies = await hq.gather(
        hq.api.get(TRENDS, params={"metric": "smoke-invalid"}),
        hq.api.get(f"{TRENDS}/compare", params={"period1": "24h", "period2": "7d"}),
        hq.api.get(f"{TRENDS}/anomalies", params={"threshold": 2}),
    )
    unknown.expect(PlainRefusal, status=400)
    for reply in (compared, anomalies):
        assert isinstance(reply.expect(), dict), f"GET {reply.path} answers no object"
