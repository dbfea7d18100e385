"""What must hold of the trends of the patch API (contract PAT-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .analytics import ROUNDING
from .api_models import PlainRefusal
from .patch_models import PatchTrend
from .patch_stats import assert_says_something

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

TRENDS = "/api/patches/trends"
METRICS = ("events", "success_rate", "error_rate", "performance", "throughput")

_TRIES = 3
"""Events that arrive between two queries make figures differ; they cannot do so every time."""


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
        assert_says_something(reply)
