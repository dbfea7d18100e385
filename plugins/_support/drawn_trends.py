"""What the API tells of trends, from which Mission Control draws its charts (contract UI-07 to UI-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation

from . import analytics
from .api_models import Trend
from .distinct import twice

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq


async def trends_told(hq: Hq, metrics: tuple[str, ...]) -> dict[str, Trend]:
    """The trends of the last day from the API. Raises Blocked when they cannot be had, or cannot be drawn."""
    found = {}
    for metric in metrics:
        try:
            found[metric] = await analytics.trend(hq, metric)
        except AssertionError as problem:
            raise Blocked(f"the trend of {metric} cannot be had: {problem}", component="analytics-api") from None
        if not found[metric].data_points:
            raise Blocked(f"the API gives no data points of {metric}, so none can be drawn", component="analytics-api")
        if doubles := twice(point.timestamp for point in found[metric].data_points):
            raise Blocked(f"the API gives two points of {metric} for {doubles[0]}", component="analytics-api")
    counts = {metric: len(trend.data_points) for metric, trend in found.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{count} points of {metric}" for metric, count in counts.items())
        raise Blocked(f"the API tells of the same day {told}", component="analytics-api")
    return found


async def assert_filter_answers(hq: Hq) -> None:
    """What a filter asks for can be had. Raises Blocked."""
    query = {"metric": "error_rate", "timeframe": "7d", "interval": "1h"}
    try:
        (await hq.api.get(analytics.TRENDS, params=query)).expect(Trend)
    except Violation as violation:
        raise Blocked(f"analytics-api does not answer the page: {violation}", component="analytics-api") from None
