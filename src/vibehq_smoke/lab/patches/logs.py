"""``/api/patches/logs…``: reading the patch log (contract PAT-06)."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import now_iso, parse_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import asks, one_of, text, whole
from vibehq_smoke.lab.patches.as_built import need_query_builder
from vibehq_smoke.lab.patches.events import FAILED, EventFilter, PatchEvents
from vibehq_smoke.lab.patches.query_dates import date, query_date
from vibehq_smoke.lab.patches.rates import success_rate
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import query_choice, query_int

STATUSES = ("success", "failure", "error")
MAX_LIMIT = 100


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
        ]

    @asks(
        whole("limit", 1, MAX_LIMIT), whole("offset", 0, 10**9), one_of("order", "asc", "desc"),
        one_of("status", *STATUSES), text("eventType"), text("patchId"), text("taskId"), text("file"),
        text("search"), date("startDate"), date("endDate"),
    )  # fmt: skip
    async def logs(self, request: Request) -> Response:
        """PAT-06: events with flags, one page."""
        need_query_builder(self.lab.faults, removed_methods=True)
        limit = self._limit(request)
        offset = query_int(request, "offset", 0, e4, low=0, high=10**9)
        ascending = query_choice(request, "order", ("asc", "desc"), e4, "desc") == "asc"
        wanted = EventFilter(
            event_type=request.query_params.get("eventType"),
            patch_id=request.query_params.get("patchId"),
            status=query_choice(request, "status", STATUSES, e4),
            start=query_date(request, "startDate", e4),
            end=query_date(request, "endDate", e4),
            search=request.query_params.get("search"),
            file=request.query_params.get("file"),
            task=request.query_params.get("taskId"),
        )
        total = self.events.count(wanted)
        found = [_flagged(event) for event in self.events.page(wanted, limit, offset, ascending=ascending)]
        pagination = {
            "total": total, "limit": limit, "offset": offset, "hasMore": offset + len(found) < total,
            "currentPage": offset // max(1, limit) + 1, "totalPages": ceil(total / max(1, limit)),
        }  # fmt: skip
        return JSONResponse({"events": found, "pagination": pagination, "filters": {"applied": _applied(wanted)}})

    async def timeline(self, request: Request) -> Response:
        """PAT-06: all events of one patch in the order of time; `duration` in ms from the first to the last."""
        need_query_builder(self.lab.faults)
        wanted = EventFilter(patch_id=request.path_params["patch_id"])
        found = self.events.page(wanted, 1000, ascending=True)
        if not found:
            raise Refusal(404, e4("Patch not found"))
        took = parse_iso(found[-1]["createdAt"]) - parse_iso(found[0]["createdAt"])
        view = {
            "patchId": wanted.patch_id, "totalEvents": self.events.count(wanted),
            "duration": took.total_seconds() * 1000, "finalStatus": found[-1]["status"],
            "successRate": success_rate(self.events.group("status", wanted)),
            "eventsByType": self.events.group("event_type", wanted), "timeline": found,
        }  # fmt: skip
        return JSONResponse(view)

    @asks(whole("hours", 1, 2160))
    async def summary(self, request: Request) -> Response:
        """PAT-06: the last hours in numbers."""
        need_query_builder(self.lab.faults)
        hours = query_int(request, "hours", 24, e4, high=2160)
        wanted = EventFilter(start=now_iso(-timedelta(hours=hours)))
        statuses = self.events.group("status", wanted)
        view = {
            "timeframe": f"{hours}h", "total": sum(statuses.values()), "successRate": success_rate(statuses),
            "eventTypes": self.events.group("event_type", wanted), "statuses": statuses, "generatedAt": now_iso(),
        }  # fmt: skip
        return JSONResponse(view)

    def _limit(self, request: Request) -> int:
        if self.lab.faults.on("patch-logs-limit-unchecked"):
            return query_int(request, "limit", 20, e4, low=-(10**6), high=10**6)
        return query_int(request, "limit", 20, e4, high=MAX_LIMIT)


def _applied(wanted: EventFilter) -> Json:
    names = {
        "eventType": wanted.event_type, "patchId": wanted.patch_id, "status": wanted.status,
        "startDate": wanted.start, "endDate": wanted.end, "search": wanted.search, "file": wanted.file,
        "taskId": wanted.task,
    }  # fmt: skip
    return {name: value for name, value in names.items() if value is not None}


def _flagged(event: Json) -> Json:
    stamp = int(parse_iso(event["createdAt"]).timestamp() * 1000)
    return event | {"timestamp": stamp, "isSuccess": event["status"] == "success", "isError": event["status"] in FAILED}
