"""``/api/analytics/{logs,stats,trends}``: what the stored patch events say (contract API-02..04)."""

import json
import statistics
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import asks, one_of, text, whole
from vibehq_smoke.lab.patches import timeseries
from vibehq_smoke.lab.patches.as_built import need_query_builder
from vibehq_smoke.lab.patches.events import DURATION, SORT_KEYS, EventFilter, PatchEvents
from vibehq_smoke.lab.patches.query_dates import date, query_date
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import query_choice, query_int
from vibehq_smoke.lab.storage.databases import Row

STATUSES = ("success", "failure")
GROUPINGS = {"eventType": None, "status": None, "hour": "%Y-%m-%dT%H:00:00Z", "day": "%Y-%m-%d"}
METRICS = ("events", "success_rate", "avg_duration", "error_rate")
_WINDOW = (
    " FROM patch_events WHERE created_at >= :start"
    " AND (:types IS NULL OR event_type IN (SELECT value FROM json_each(:types)))"
    " AND (:patches IS NULL OR patch_id IN (SELECT value FROM json_each(:patches)))"
)


@dataclass(frozen=True)
class AnalyticsApi:
    """Handlers of the analytics routes; all answers are E3."""

    lab: Lab
    events: PatchEvents

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("GET", "/api/analytics/logs", self.logs),
            ("GET", "/api/analytics/stats", self.stats),
            ("GET", "/api/analytics/trends", self.trends),
        ]

    @asks(
        whole("limit", 1, 200), whole("offset", 0, 10**9), one_of("sortBy", *SORT_KEYS),
        one_of("sortOrder", "asc", "desc"), one_of("status", *STATUSES), text("eventType"),
        text("patchId"), date("startDate"), date("endDate"),
    )  # fmt: skip
    async def logs(self, request: Request) -> Response:
        """API-02: stored events, filtered, sorted, one page."""
        need_query_builder(self.lab.faults)
        limit = query_int(request, "limit", 50, e4, high=200, clamp=True)
        offset = query_int(request, "offset", 0, e4, low=0, high=10**9)
        sort = query_choice(request, "sortBy", SORT_KEYS, e4, "createdAt") or "createdAt"
        ascending = query_choice(request, "sortOrder", ("asc", "desc"), e4, "desc") == "asc"
        wanted = EventFilter(
            request.query_params.get("eventType"),
            request.query_params.get("patchId"),
            query_choice(request, "status", STATUSES, e4),
            query_date(request, "startDate", e4),
            query_date(request, "endDate", e4),
        )
        query = {
            "eventType": wanted.event_type, "patchId": wanted.patch_id, "status": wanted.status,
            "startDate": wanted.start, "endDate": wanted.end, "sortBy": sort,
            "sortOrder": "asc" if ascending else "desc",
        }  # fmt: skip
        if self.lab.faults.on("analytics-ignores-filter"):
            wanted = EventFilter()
        take = 1_000_000 if self.lab.faults.on("analytics-limit-ignored") else limit
        found = self.events.page(wanted, take, offset, sort, ascending=ascending)
        total = self.events.count(wanted)
        return JSONResponse({"events": found, "total": total, "limit": limit, "offset": offset, "query": query})

    @asks(
        one_of("timeframe", *timeseries.TIMEFRAMES), one_of("groupBy", *GROUPINGS), text("eventTypes"), text("patchIds")
    )  # fmt: skip
    async def stats(self, request: Request) -> Response:
        """API-03: totals, rates in percent, breakdowns of one window up to now."""
        need_query_builder(self.lab.faults)
        timeframe = query_choice(request, "timeframe", tuple(timeseries.TIMEFRAMES), e4, "24h") or "24h"
        grouping = query_choice(request, "groupBy", tuple(GROUPINGS), e4, "eventType") or "eventType"
        types, patches = _names(request, "eventTypes"), _names(request, "patchIds")
        window = {"start": timeseries.since(timeframe), "types": _as_json(types), "patches": _as_json(patches)}
        totals = self._totals(window)
        breakdown: dict[str, Any] = {
            "eventType": self._group("event_type", window),
            "status": self._group("status", window),
        }
        pattern = GROUPINGS[grouping]
        if pattern is not None:
            key = "hourly" if grouping == "hour" else "daily"
            breakdown[key] = self._group(f"strftime('{pattern}', created_at)", window)
        top = list(self._group("patch_id", window).items())[:10]
        if self.lab.faults.on("stats-sum-wrong"):
            breakdown["eventType"]["PATCH_RECEIVED"] = breakdown["eventType"].get("PATCH_RECEIVED", 0) + 7
        answer = totals | {
            "timeframe": timeframe,
            "breakdown": breakdown,
            "topPatchIds": [{"patchId": name, "count": count} for name, count in top],
            "query": {"timeframe": timeframe, "groupBy": grouping, "eventTypes": types, "patchIds": patches},
        }
        return JSONResponse(answer)

    @asks(
        one_of("metric", *METRICS, required=True), one_of("timeframe", *timeseries.TIMEFRAMES),
        one_of("interval", *timeseries.INTERVALS),
    )  # fmt: skip
    async def trends(self, request: Request) -> Response:
        """API-04: one metric over time."""
        need_query_builder(self.lab.faults)
        default = "events" if self.lab.faults.on("trends-metric-optional") else None
        metric = query_choice(request, "metric", METRICS, e4, default)
        if metric is None:
            raise Refusal(400, e4("Missing metric", f"one of {', '.join(METRICS)} is expected"))
        timeframe = query_choice(request, "timeframe", tuple(timeseries.TIMEFRAMES), e4, "24h") or "24h"
        interval = query_choice(request, "interval", tuple(timeseries.INTERVALS), e4, "1h") or "1h"
        try:
            found = timeseries.buckets(self.lab.databases.ops, timeframe, interval)
        except ValueError as error:
            raise Refusal(400, e4("Invalid interval", str(error))) from error
        points = _points(metric, [] if self.lab.faults.on("trends-empty") else found)
        summary = _summary([point["value"] for point in points])
        if self.lab.faults.on("trends-average-wrong"):
            summary["average"] += 10
        query = {"metric": metric, "timeframe": timeframe, "interval": interval}
        return JSONResponse(query | {"dataPoints": points, "summary": summary, "query": query})

    def _totals(self, window: Json) -> Json:
        row = self.lab.databases.ops.row(
            "SELECT count(*) AS total, coalesce(sum(status = 'success'), 0) AS succeeded,"
            f" avg({DURATION}) AS duration" + _WINDOW,
            window,
        )
        assert row is not None
        success = round(100 * row["succeeded"] / row["total"], 2) if row["total"] else 0.0
        error = round(100 - success, 2)
        if self.lab.faults.on("stats-inconsistent"):
            error = error / 2 + 1
        duration = round(row["duration"] or 0.0, 3)
        return {"totalEvents": row["total"], "successRate": success, "avgDuration": duration, "errorRate": error}

    def _group(self, expression: str, window: Json) -> dict[str, int]:
        # `expression` is one of this module's own.
        sql = f"SELECT {expression} AS name, count(*) AS n" + _WINDOW + " GROUP BY 1 ORDER BY 2 DESC, 1"
        rows: list[Row] = self.lab.databases.ops.rows(sql, window)
        return {row["name"]: row["n"] for row in rows}


def _points(metric: str, found: list[timeseries.Bucket]) -> list[Json]:
    points: list[Json] = []
    for bucket in found:
        point: Json = {"timestamp": bucket.timestamp, "value": _value(metric, bucket)}
        if points:
            before = points[-1]["value"]
            point["change"] = round(point["value"] - before, 3)
            point["changePercent"] = timeseries.change_percent(before, point["value"])
        points.append(point)
    return points


def _value(metric: str, bucket: timeseries.Bucket) -> float:
    values = {
        "events": bucket.events, "success_rate": bucket.success_rate, "error_rate": bucket.error_rate,
        "avg_duration": bucket.duration,
    }  # fmt: skip
    return values[metric]


def _summary(values: list[float]) -> Json:
    change = timeseries.halves_change(values)
    return {
        "total": round(sum(values), 3),
        "average": statistics.fmean(values) if values else 0.0,
        "min": min(values, default=0),
        "max": max(values, default=0),
        "trend": timeseries.direction(change),
        "changePercent": change,
    }


def _names(request: Request, parameter: str) -> list[str] | None:
    text = request.query_params.get(parameter)
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _as_json(names: list[str] | None) -> str | None:
    return None if names is None else json.dumps(names)
