"""What must hold between the figures of the patch API (contract PAT-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .analytics import FAILURE, ROUNDING, SUCCESS
from .distinct import twice
from .patch_events import STATS, TYPE, PostedEvent
from .patch_log import success_rate
from .patch_models import PatchStats

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Reply

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


async def all_statistics(hq: Hq) -> PatchStats:
    """The figures, which are the same however they are grouped. Raises Violation, AssertionError."""
    for attempt in range(_TRIES):
        plain, with_errors, *grouped = await hq.gather(
            statistics(hq),
            statistics(hq, includeErrors="true"),
            statistics(hq, groupBy="week"),
            statistics(hq, groupBy="month"),
        )
        told = [_figures(stats) for stats in (plain, with_errors, *grouped)]
        if all(figures == told[0] for figures in told):
            break
        assert attempt < _TRIES - 1, f"the same events, grouped in other ways, make other figures: {told}"
    _assert_errors(with_errors)
    return plain


def _figures(stats: PatchStats) -> tuple[int, int, list[int]]:
    return stats.summary.total_events, stats.summary.unique_patches, [top.count for top in stats.breakdown.top_patches]


def _assert_errors(stats: PatchStats) -> None:
    """What they look like is open; where they are a list, it names what has failed, and nothing twice."""
    assert stats.errors is not None, "includeErrors=true gives no errors"
    if isinstance(stats.errors, list):
        failed = stats.summary.failed_events
        assert stats.errors or not failed, f"includeErrors=true names none of {failed} failed events"
        assert not (doubles := twice(stats.errors)), f"errors names twice: {', '.join(doubles)[:200]}"


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
    if isinstance(posted.before, str):
        hq.degraded(f"the figures can be read now, but could not just before the event was posted: {posted.before}")
        return
    for name, before, after in (
        ("totalEvents", posted.before.total_events, stats.summary.total_events),
        ("successfulEvents", posted.before.successful_events, stats.summary.successful_events),
    ):
        assert after > before, f"{name} is {after} after a successful event was posted, and was {before} before"


async def assert_side_reports(hq: Hq) -> None:
    """The other reports answer with JSON. Raises Violation."""
    for reply in await hq.gather(*map(hq.api.get, SIDE_REPORTS)):
        assert_says_something(reply)


def assert_says_something(reply: Reply) -> None:
    """The answer is a JSON object that is not empty. Raises Violation, AssertionError."""
    told = reply.expect()
    assert isinstance(told, dict), f"GET {reply.path} answers no object"
    assert told, f"GET {reply.path} answers an empty object"
