"""``/api/patches/stats…`` and ``/events/stats``: patch events in numbers (contract PAT-07)."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import asks, one_of, whole
from vibehq_smoke.lab.patches import timeseries
from vibehq_smoke.lab.patches.as_built import need_query_builder
from vibehq_smoke.lab.patches.events import DURATION, FAILED, EventFilter, PatchEvents
from vibehq_smoke.lab.patches.query_dates import date, query_date
from vibehq_smoke.lab.patches.rates import percentile, success_rate
from vibehq_smoke.lab.serving.replies import Json, e4
from vibehq_smoke.lab.serving.requests import query_choice, query_int
from vibehq_smoke.lab.storage.databases import Row

PERIODS = {
    "day": "date(created_at)",
    "week": "date(created_at, '-6 days', 'weekday 1')",  # the Monday that a week begins with
    "month": "strftime('%Y-%m', created_at)",
}
ERRORS_SHOWN = 50


@dataclass(frozen=True)
class PatchStatsApi:
    """Handlers that count patch events; all answers are E3."""

    lab: Lab
    events: PatchEvents

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("GET", "/api/patches/stats", self.stats),
            ("GET", "/api/patches/stats/performance", self.performance),
            ("GET", "/api/patches/stats/errors", self.errors),
            ("GET", "/api/patches/events/stats", self.event_stats),
        ]

    @asks(date("from"), date("to"), one_of("groupBy", *PERIODS), one_of("includeErrors", "true", "false"))
    async def stats(self, request: Request) -> Response:
        """PAT-07: totals and breakdowns between two dates, per day, week or month; with errors if asked."""
        need_query_builder(self.lab.faults)
        wanted = EventFilter(start=query_date(request, "from", e4), end=query_date(request, "to", e4))
        grouping = query_choice(request, "groupBy", tuple(PERIODS), e4, "day") or "day"
        with_errors = query_choice(request, "includeErrors", ("true", "false"), e4, "false") == "true"
        statuses, patches = self.events.group("status", wanted), self.events.group("patch_id", wanted)
        total = sum(statuses.values())
        summary = {
            "totalEvents": total, "successfulEvents": statuses.get("success", 0),
            "failedEvents": sum(statuses.get(name, 0) for name in FAILED), "successRate": success_rate(statuses),
            "avgEventsPerPatch": round(total / len(patches), 2) if patches else 0, "uniquePatches": len(patches),
            "dateRange": {"from": wanted.start, "to": wanted.end},
        }  # fmt: skip
        breakdown = {
            "byEventType": self.events.group("event_type", wanted), "byStatus": statuses,
            "topPatches": [{"patchId": name, "count": count} for name, count in list(patches.items())[:10]],
            "dailyStats": self._periods(grouping, wanted),
        }  # fmt: skip
        if self.lab.faults.on("patch-stats-inconsistent"):
            statuses["success"] = statuses.get("success", 0) + 7
        view = {
            "summary": summary, "breakdown": breakdown,
            "errors": self._errors(wanted, ERRORS_SHOWN) if with_errors else None,
            "metadata": {"generatedAt": now_iso(), "groupBy": grouping},
        }  # fmt: skip
        return JSONResponse(view)

    @asks(whole("days", 1, 90))
    async def performance(self, request: Request) -> Response:
        """PAT-07: durations in ms over the last `days`, of the events that say how long they took."""
        need_query_builder(self.lab.faults)
        days = query_int(request, "days", 7, e4, high=90)
        rows = self.lab.databases.ops.rows(
            # DURATION is a constant.
            f"SELECT date(created_at) AS date, event_type, {DURATION} AS ms FROM patch_events"  # noqa: S608
            f" WHERE created_at >= ? AND {DURATION} IS NOT NULL ORDER BY ms",
            (now_iso(-timedelta(days=days)),),
        )
        view = {
            "timeframe": f"{days}d", "days": days, "overall": _durations([row["ms"] for row in rows]),
            "byEventType": _grouped(rows, "event_type"), "daily": _grouped(rows, "date"), "generatedAt": now_iso(),
        }  # fmt: skip
        return JSONResponse(view)

    @asks(whole("limit", 1, 200))
    async def errors(self, request: Request) -> Response:
        """PAT-07: the newest failures, and how many there are per type and patch."""
        need_query_builder(self.lab.faults)
        limit = query_int(request, "limit", 50, e4, high=200, clamp=True)
        wanted = EventFilter(status="error")
        view = {
            "errors": self._errors(wanted, limit), "total": self.events.count(wanted), "limit": limit,
            "byEventType": self.events.group("event_type", wanted), "byPatch": self.events.group("patch_id", wanted),
            "generatedAt": now_iso(),
        }  # fmt: skip
        return JSONResponse(view)

    @asks(one_of("timeframe", *timeseries.TIMEFRAMES))
    async def event_stats(self, request: Request) -> Response:
        """PAT-07: one window up to now."""
        need_query_builder(self.lab.faults)
        timeframe = query_choice(request, "timeframe", tuple(timeseries.TIMEFRAMES), e4, "24h") or "24h"
        wanted = EventFilter(start=timeseries.since(timeframe))
        statuses = self.events.group("status", wanted)
        total, rate = sum(statuses.values()), success_rate(statuses)
        view = {
            "timeframe": timeframe, "totalEvents": total, "successRate": rate, "errorRate": round(100 - rate, 2),
            "byEventType": self.events.group("event_type", wanted), "byStatus": statuses,
            "eventsPerHour": round(total * 3600 / timeseries.TIMEFRAMES[timeframe], 4), "generatedAt": now_iso(),
        }  # fmt: skip
        return JSONResponse(view)

    def _errors(self, wanted: EventFilter, limit: int) -> list[Json]:
        failed = EventFilter(status="error", start=wanted.start, end=wanted.end)
        found = self.events.page(failed, limit)
        return [event | {"reason": (event["metadata"] or {}).get("reason")} for event in found]

    def _periods(self, grouping: str, wanted: EventFilter) -> list[Row]:
        return self.lab.databases.ops.rows(
            # One of this module's own expressions.
            f"SELECT {PERIODS[grouping]} AS date, count(*) AS count FROM patch_events"  # noqa: S608
            " WHERE (?1 IS NULL OR created_at >= ?1) AND (?2 IS NULL OR created_at <= ?2) GROUP BY 1 ORDER BY 1",
            (wanted.start, wanted.end),
        )


def _grouped(rows: list[Row], key: str) -> dict[str, Json]:
    names = sorted({row[key] for row in rows})
    return {name: _durations([row["ms"] for row in rows if row[key] == name]) for name in names}


def _durations(ordered: list[float]) -> Json:
    """Durations (ms, ascending) in numbers."""
    return {
        "samples": len(ordered), "average": round(fmean(ordered), 3) if ordered else 0.0,
        "min": ordered[0] if ordered else 0, "max": ordered[-1] if ordered else 0,
        "p50": percentile(ordered, 50), "p95": percentile(ordered, 95), "p99": percentile(ordered, 99),
    }  # fmt: skip
