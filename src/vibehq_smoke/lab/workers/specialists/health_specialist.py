"""health-specialist: test profiles on a schedule, and what they found (contract HLT-12, HLT-13, FAC-08, part 7)."""

import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Literal

import httpx
from pydantic import Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.openapi.describe import accepts, asks, gives, one_of, text, whole
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import query_choice, query_int, read_model
from vibehq_smoke.lab.workers.desk import Desk, RpcError
from vibehq_smoke.lab.workers.order import Order
from vibehq_smoke.lab.workers.specialists.health_page import dashboard_page
from vibehq_smoke.lab.workers.specialists.health_profiles import ProfileRuns
from vibehq_smoke.lab.workers.specialists.health_socket import HealthSocket
from vibehq_smoke.lab.workers.specialists.health_views import HealthViews

CRON = "0 2 * * *"
MAX_TREND_DAYS = 30
KEEP_DAYS = 30
STATUSES = ("passed", "failed", "skipped", "running", "pending")
Handler = Callable[[Request], Awaitable[Response]]


class RunOrder(Order):
    """Body of ``POST /api/health/run``: which profiles, all enabled ones if none is named."""

    profiles: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)] | None = None
    category: Literal["unit", "integration", "performance", "security", "ai"] | None = None


class CleanupOrder(Order):
    """Body of ``POST /api/health/cleanup``: delete what is older than so many days."""

    days: Annotated[int, Field(ge=KEEP_DAYS, le=3650)] = KEEP_DAYS


@dataclass(frozen=True)
class HealthSpecialist:
    """The speciality of health-specialist. Everything it knows comes from DB_HEALTH through HealthOps."""

    desk: Desk
    views: HealthViews
    runs: ProfileRuns
    sockets: HealthSocket
    description: str = "Runs test profiles every night and keeps the record of them."
    crons: tuple[str, ...] = (CRON,)

    @classmethod
    def of(cls, desk: Desk) -> "HealthSpecialist":
        """The speciality on this desk."""
        sockets = HealthSocket.of(desk)
        return cls(desk, HealthViews(desk), ProfileRuns.of(desk, sockets.tell), sockets)

    def routes(self) -> list[BaseRoute]:
        """All routes of contract 1.2."""
        reads = {"status": self.status, "results": self.results, "dashboard": self.dashboard, "trends": self.trends}
        reads |= {"ai-insights": self.insights, "metrics": self.metrics}
        return [
            Route("/health", self.health),
            Route("/dashboard", self.page),
            *(Route(f"/api/health/{name}", self._api(handler), methods=["GET"]) for name, handler in reads.items()),
            Route("/api/health/run", self.run, methods=["POST"]),
            Route("/api/health/cleanup", self._api(self.cleanup), methods=["POST"]),
            WebSocketRoute("/ws/health", self.sockets.serve),
        ]

    async def scheduled(self, cron: str) -> None:
        """At 02:00 UTC: run all enabled profiles, summarise the day. Any other expression is only a warning."""
        if cron != CRON:
            self.desk.note("warn", "unknown cron expression", cron=cron)
        elif not self.desk.on("health-specialist-no-profiles-run"):
            await self.runs.nightly(cron)

    async def health(self, _request: Request) -> Response:
        """FAC-08: whether this process works."""
        status = "unhealthy" if self.desk.on("health-specialist-unhealthy") else "healthy"
        return JSONResponse({"status": status, "timestamp": now_iso(), "service": "health-specialist"})

    @gives("text/html")
    async def page(self, _request: Request) -> Response:
        """The dashboard for people; what cannot be read is said to be unavailable."""
        try:
            view: Json | None = await self.views.dashboard()
        except (httpx.HTTPError, RpcError) as error:
            self.desk.note("error", "dashboard has no data", error=f"{type(error).__name__}: {error}")
            view = None
        return HTMLResponse(dashboard_page(view), 200 if view else 503)

    async def status(self, _request: Request) -> Response:
        """HLT-13: the newest summary."""
        return JSONResponse(await self.views.status())

    @asks(whole("limit", 1, 100), one_of("status", *STATUSES), text("runId"))
    async def results(self, request: Request) -> Response:
        """HLT-12: the newest results; `limit` 1..100, default 50, `status` if only one kind is wanted."""
        limit = query_int(request, "limit", 50, e4, high=100, clamp=True)
        status = query_choice(request, "status", STATUSES, e4)
        return JSONResponse(await self.views.results(limit, status, request.query_params.get("runId")))

    async def dashboard(self, _request: Request) -> Response:
        """HLT-12: summary, profiles with their figures, the newest results."""
        return JSONResponse(await self.views.dashboard())

    @asks(whole("days", 1, MAX_TREND_DAYS))
    async def trends(self, request: Request) -> Response:
        """Counts and durations per date; `days` 1..30, default 7."""
        days = query_int(request, "days", 7, e4, high=MAX_TREND_DAYS)
        return JSONResponse(await self.views.trends(days))

    @asks(whole("days", 1, MAX_TREND_DAYS))
    async def insights(self, request: Request) -> Response:
        """AI usage as logged, and what rules say about the figures; `days` 1..30, default 7."""
        return JSONResponse(await self.views.insights(query_int(request, "days", 7, e4, high=MAX_TREND_DAYS)))

    @asks(whole("days", 1, MAX_TREND_DAYS))
    async def metrics(self, request: Request) -> Response:
        """Figures of each profile; `days` 1..30, default 7."""
        return JSONResponse(await self.views.metrics(query_int(request, "days", 7, e4, high=MAX_TREND_DAYS)))

    @accepts(RunOrder)
    async def run(self, request: Request) -> Response:
        """Start a run of test profiles in the background: 202 with its id. 400 when nothing fits the order."""
        order = await read_model(request, RunOrder, e4)
        run_id = str(uuid.uuid4())
        if self.desk.on("D-27"):
            # As built this route is a mock: it says so and nothing runs.
            return JSONResponse({"success": True, "runId": run_id, "status": "running"})
        names = None if order.profiles is None else frozenset(order.profiles)
        try:
            profiles = await self.runs.chosen(names, order.category)
        except (httpx.HTTPError, RpcError) as error:
            raise _unavailable(error) from error
        if not profiles:
            raise Refusal(400, e4("No enabled test profile fits"))
        self.desk.background.start(self.runs.manual(run_id, profiles))
        return JSONResponse({"success": True, "runId": run_id, "status": "running", "total": len(profiles)}, 202)

    @accepts(CleanupOrder)
    async def cleanup(self, request: Request) -> Response:
        """Delete old results; at least the last 30 days stay (contract 3.5)."""
        order = await read_model(request, CleanupOrder, e4)
        deleted = await self.views.ask("deleteOldTestResults", "deleted", {"days": order.days})
        self.desk.note("info", "old results deleted", days=order.days, deleted=json.dumps(deleted))
        return JSONResponse({"success": True, "days": order.days, "deleted": deleted})

    def _api(self, handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(request: Request) -> Response:
            if self.desk.on("D-27"):
                raise Refusal(500, e4("Cannot read properties of undefined (reading 'handleRequest')"))
            try:
                return await handler(request)
            except (httpx.HTTPError, RpcError) as error:
                raise _unavailable(error) from error

        return guarded


def _unavailable(error: Exception) -> Refusal:
    return Refusal(500, e4("Health data is unavailable", type(error).__name__))
