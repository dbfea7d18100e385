"""``/api/patches/trends…``: one metric over time, compared, and where it stands out (contract PAT-08)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import Parameter, asks, one_of, text
from vibehq_smoke.lab.patches import timeseries
from vibehq_smoke.lab.patches.anomalies import anomalies, describe
from vibehq_smoke.lab.patches.as_built import need_query_builder
from vibehq_smoke.lab.patches.timeseries import INTERVALS, TIMEFRAMES, Bucket
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import query_choice

# metric -> its value for a bucket of so many seconds
METRICS: Mapping[str, Callable[[Bucket, float], float]] = MappingProxyType(
    {
        "events": lambda bucket, _seconds: bucket.events,
        "success_rate": lambda bucket, _seconds: bucket.success_rate,
        "error_rate": lambda bucket, _seconds: bucket.error_rate,
        "performance": lambda bucket, _seconds: bucket.duration,
        "throughput": lambda bucket, seconds: round(bucket.events * 3600 / seconds, 4),
    }
)

SERIES = (
    one_of("metric", *METRICS), one_of("timeframe", *TIMEFRAMES), one_of("interval", *INTERVALS), text("eventType"),
    text("patchId"),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a request asks for."""

    metric: str
    timeframe: str
    interval: str
    event_type: str | None
    patch_id: str | None

    @property
    def filters(self) -> Json:
        """The filters that apply, as the API names them."""
        both = {"eventType": self.event_type, "patchId": self.patch_id}
        return {name: value for name, value in both.items() if value is not None}


@dataclass(frozen=True)
class PatchTrendApi:
    """Handlers that look at patch events over time; all answers are E3."""

    lab: Lab

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("GET", "/api/patches/trends", self.trends),
            ("GET", "/api/patches/trends/compare", self.compare),
            ("GET", "/api/patches/trends/anomalies", self.anomalies),
        ]

    @asks(*SERIES, one_of("compare", "true", "false"))
    async def trends(self, request: Request) -> Response:
        """PAT-08: one metric over time, with slope and volatility; ``compare=true`` adds the window before."""
        asked, points = self._series(request)
        comparing = query_choice(request, "compare", ("true", "false"), e4, "false") == "true"
        values = [point["value"] for point in points]
        metadata = {
            "generatedAt": now_iso(), "totalDataPoints": len(points),
            "timeRange": {"start": points[0]["timestamp"], "end": points[-1]["timestamp"]},
        }  # fmt: skip
        view = {
            "metric": request.query_params.get("metric", asked.metric), "timeframe": asked.timeframe,
            "interval": asked.interval, "dataPoints": points, "trend": describe(values),
            "comparison": self._comparison(asked) if comparing else None, "filters": asked.filters,
            "metadata": metadata,
        }  # fmt: skip
        return JSONResponse(view)

    @asks(one_of("metric", *METRICS), one_of("period1", *TIMEFRAMES), one_of("period2", *TIMEFRAMES))
    async def compare(self, request: Request) -> Response:
        """PAT-08: two windows that both end now. Counts are compared per hour, as the windows may differ in length."""
        metric = self._metric(request)
        need_query_builder(self.lab.faults)
        names = {
            period: query_choice(request, period, tuple(TIMEFRAMES), e4, default) or default
            for period, default in (("period1", "24h"), ("period2", "7d"))
        }
        first, second = (self._period(name, metric) for name in names.values())
        key = "eventsPerHour" if metric == "events" else "value"
        change = timeseries.change_percent(second[key], first[key])
        view = {
            "metric": metric, "period1": first, "period2": second, "comparedBy": key,
            "change": round(first[key] - second[key], 4), "changePercent": change,
            "direction": timeseries.direction(change), "generatedAt": now_iso(),
        }  # fmt: skip
        return JSONResponse(view)

    @asks(*SERIES, Parameter("threshold", (("type", "number"), ("minimum", 0.1), ("maximum", 100))))
    async def anomalies(self, request: Request) -> Response:
        """PAT-08: the points that lie at least `threshold` standard deviations off the mean."""
        threshold = _threshold(request)
        asked, points = self._series(request)
        found = anomalies(points, threshold)
        view = {
            "metric": asked.metric, "timeframe": asked.timeframe, "interval": asked.interval, "threshold": threshold,
            "filters": asked.filters, "totalDataPoints": len(points), **found, "generatedAt": now_iso(),
        }  # fmt: skip
        return JSONResponse(view)

    def _series(self, request: Request) -> tuple[Asked, list[Json]]:
        asked = Asked(
            self._metric(request),
            query_choice(request, "timeframe", tuple(TIMEFRAMES), e4, "24h") or "24h",
            query_choice(request, "interval", tuple(INTERVALS), e4, "1h") or "1h",
            request.query_params.get("eventType"),
            request.query_params.get("patchId"),
        )
        need_query_builder(self.lab.faults)
        try:
            found = timeseries.buckets(
                self.lab.databases.ops, asked.timeframe, asked.interval, asked.event_type, asked.patch_id
            )
        except ValueError as error:
            raise Refusal(400, e4("Invalid interval", str(error))) from error
        value = self._value(asked.metric)
        width = INTERVALS[asked.interval]
        return asked, [{"timestamp": bucket.timestamp, "value": value(bucket, width)} for bucket in found]

    def _metric(self, request: Request) -> str:
        if self.lab.faults.on("patch-trends-any-metric") and request.query_params.get("metric") not in METRICS:
            return "events"
        return query_choice(request, "metric", tuple(METRICS), e4, "events") or "events"

    def _value(self, metric: str) -> Callable[[Bucket, float], float]:
        if metric == "error_rate" and self.lab.faults.on("patch-trends-wrong"):
            return lambda bucket, _seconds: round(bucket.error_rate / 2 + 1, 2)
        return METRICS[metric]

    def _period(self, timeframe: str, metric: str) -> Json:
        seconds = TIMEFRAMES[timeframe]
        bucket = timeseries.window(self.lab.databases.ops, seconds)
        return {
            "timeframe": timeframe, "from": bucket.timestamp, "events": bucket.events,
            "eventsPerHour": round(bucket.events * 3600 / seconds, 4), "successRate": bucket.success_rate,
            "errorRate": bucket.error_rate, "avgDuration": bucket.duration,
            "value": self._value(metric)(bucket, seconds),
        }  # fmt: skip

    def _comparison(self, asked: Asked) -> Json:
        """The window against the one before it, whatever the filters."""
        seconds, value = TIMEFRAMES[asked.timeframe], self._value(asked.metric)
        now, before = (value(timeseries.window(self.lab.databases.ops, seconds, ago), seconds) for ago in (0, seconds))
        return {
            "current": now, "previous": before, "change": round(now - before, 4),
            "changePercent": timeseries.change_percent(before, now),
        }  # fmt: skip


def _threshold(request: Request) -> float:
    text = request.query_params.get("threshold", "2")
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.1 <= number <= 100:
        raise Refusal(400, e4("Invalid threshold", "a number from 0.1 to 100 is expected"))
    return number
