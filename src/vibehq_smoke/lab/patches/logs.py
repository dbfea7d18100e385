"""``/api/patches/{logs,stats,trends}``: reading the patch log (contract PAT-06..08)."""

import statistics
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import now_iso, parse_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.patches import timeseries
from vibehq_smoke.lab.patches.events import FAILED, EventFilter, PatchEvents
from vibehq_smoke.lab.patches.query_dates import query_date
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import query_choice, query_int

STATUSES = ("success", "failure", "error")
METRICS = ("events", "success_rate", "error_rate", "performance", "throughput")


@dataclass(frozen=True)
class PatchLogApi:
    """Handlers that read the patch log; all answers are E3."""

    lab: Lab
    events: PatchEvents

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("GET", "/api/patches/logs", self.logs),
            ("GET", "/api/patches/logs/summary", self.summary),
            ("GET", "/api/patches/logs/{patch_id}", self.timeline),
            ("GET", "/api/patches/stats", self.stats),
            ("GET", "/api/patches/trends", self.trends),
        ]

    async def logs(self, request: Request) -> Response:
        """PAT-06: events with flags, one page."""
        limit = query_int(request, "limit", 20, e4, high=100)
        offset = query_int(request, "offset", 0, e4, low=0, high=10**9)
        ascending = query_choice(request, "order", ("asc", "desc"), e4, "desc") == "asc"
        texts = [request.query_params.get(name) for name in ("search", "file", "taskId")]
        wanted = EventFilter(
            event_type=request.query_params.get("eventType"),
            status=query_choice(request, "status", STATUSES, e4),
            start=query_date(request, "startDate", e4),
            end=query_date(request, "endDate", e4),
            search=next(filter(None, texts), None),
        )
        total = self.events.count(wanted)
        found = [_flagged(event) for event in self.events.page(wanted, limit, offset, ascending=ascending)]
        pagination = {
            "total": total, "limit": limit, "offset": offset, "hasMore": offset + len(found) < total,
            "currentPage": offset // limit + 1, "totalPages": ceil(total / limit),
        }  # fmt: skip
        applied = {name: value for name, value in vars(wanted).items() if value is not None}
        return JSONResponse({"events": found, "pagination": pagination, "filters": {"applied": applied}})

    async def timeline(self, request: Request) -> Response:
        """PAT-06: all events of one patch in the order of time."""
        wanted = EventFilter(patch_id=request.path_params["patch_id"])
        found = self.events.page(wanted, 1000, ascending=True)
        if not found:
            raise Refusal(404, e4("Patch not found"))
        took = parse_iso(found[-1]["createdAt"]) - parse_iso(found[0]["createdAt"])
        view = {
            "patchId": wanted.patch_id, "totalEvents": len(found), "duration": took.total_seconds() * 1000,
            "finalStatus": found[-1]["status"], "successRate": _success_rate(self.events.group("status", wanted)),
            "eventsByType": self.events.group("event_type", wanted), "timeline": found,
        }  # fmt: skip
        return JSONResponse(view)

    async def summary(self, request: Request) -> Response:
        """PAT-06: the last hours in numbers."""
        hours = query_int(request, "hours", 24, e4, high=2160)
        wanted = EventFilter(start=now_iso(-timedelta(hours=hours)))
        statuses = self.events.group("status", wanted)
        view = {
            "timeframe": f"{hours}h", "total": self.events.count(wanted), "successRate": _success_rate(statuses),
            "eventTypes": self.events.group("event_type", wanted), "statuses": statuses, "generatedAt": now_iso(),
        }  # fmt: skip
        return JSONResponse(view)

    async def stats(self, request: Request) -> Response:
        """PAT-07: totals and breakdowns between two dates."""
        wanted = EventFilter(start=query_date(request, "from", e4), end=query_date(request, "to", e4))
        query_choice(request, "groupBy", ("day", "week", "month"), e4)
        statuses, patches = self.events.group("status", wanted), self.events.group("patch_id", wanted)
        total = sum(statuses.values())
        summary = {
            "totalEvents": total, "successfulEvents": statuses.get("success", 0),
            "failedEvents": sum(statuses.get(name, 0) for name in FAILED), "successRate": _success_rate(statuses),
            "avgEventsPerPatch": round(total / len(patches), 2) if patches else 0, "uniquePatches": len(patches),
            "dateRange": {"from": wanted.start, "to": wanted.end},
        }  # fmt: skip
        days = self.lab.databases.ops.rows(
            "SELECT date(created_at) AS date, count(*) AS count FROM patch_events"
            " WHERE (?1 IS NULL OR created_at >= ?1) AND (?2 IS NULL OR created_at <= ?2) GROUP BY 1 ORDER BY 1",
            (wanted.start, wanted.end),
        )
        top = [{"patchId": name, "count": count} for name, count in list(patches.items())[:10]]
        breakdown = {
            "byEventType": self.events.group("event_type", wanted), "byStatus": statuses, "topPatches": top,
            "dailyStats": days,
        }  # fmt: skip
        return JSONResponse(
            {"summary": summary, "breakdown": breakdown, "errors": None, "metadata": {"generatedAt": now_iso()}}
        )

    async def trends(self, request: Request) -> Response:
        """PAT-08: one metric over time, with slope and volatility."""
        metric = query_choice(request, "metric", METRICS, e4, "events") or "events"
        timeframe = query_choice(request, "timeframe", tuple(timeseries.TIMEFRAMES), e4, "24h") or "24h"
        interval = query_choice(request, "interval", tuple(timeseries.INTERVALS), e4, "1h") or "1h"
        try:
            found = timeseries.buckets(self.lab.databases.ops, timeframe, interval)
        except ValueError as error:
            raise Refusal(400, e4("Invalid interval", str(error))) from error
        width = timeseries.INTERVALS[interval]
        values = [_value(metric, bucket, width) for bucket in found]
        points = [{"timestamp": bucket.timestamp, "value": v} for bucket, v in zip(found, values, strict=True)]
        metadata = {
            "generatedAt": now_iso(), "totalDataPoints": len(points),
            "timeRange": {"start": found[0].timestamp, "end": found[-1].timestamp},
        }  # fmt: skip
        view = {
            "metric": metric, "timeframe": timeframe, "interval": interval, "dataPoints": points,
            "trend": _trend(values), "comparison": None, "filters": {},
            "metadata": metadata,
        }  # fmt: skip
        return JSONResponse(view)


def _flagged(event: Json) -> Json:
    stamp = int(parse_iso(event["createdAt"]).timestamp() * 1000)
    return event | {"timestamp": stamp, "isSuccess": event["status"] == "success", "isError": event["status"] in FAILED}


def _success_rate(statuses: dict[str, int]) -> float:
    total = sum(statuses.values())
    return round(100 * statuses.get("success", 0) / total, 2) if total else 0.0


def _value(metric: str, bucket: timeseries.Bucket, width: int) -> float:
    values = {
        "events": bucket.events, "success_rate": bucket.success_rate, "error_rate": bucket.error_rate,
        "performance": bucket.duration, "throughput": round(bucket.events * 3600 / width, 4),
    }  # fmt: skip
    return values[metric]


def _trend(values: list[float]) -> Json:
    average = statistics.fmean(values)
    change = timeseries.halves_change(values)
    volatility = statistics.pstdev(values)
    slope = statistics.linear_regression(range(len(values)), values).slope if len(values) > 1 else 0.0
    way = "volatile" if average and volatility > 2 * abs(average) else timeseries.direction(change)
    return {
        "direction": way, "slope": round(slope, 6), "volatility": round(volatility, 4), "average": round(average, 4),
        "min": min(values), "max": max(values), "latest": values[-1], "changePercent": change,
    }  # fmt: skip
