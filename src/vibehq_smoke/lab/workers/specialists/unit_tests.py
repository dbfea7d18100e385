"""ops-unit-test-specialist: suites over the platform's own API, on demand and on schedule (contract 1.2, part 7)."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Literal, cast

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.openapi.describe import accepts, asks, one_of
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import query_choice, read_model
from vibehq_smoke.lab.workers.desk import Desk
from vibehq_smoke.lab.workers.order import Order
from vibehq_smoke.lab.workers.platform_runs import Job, Outcome, run_jobs
from vibehq_smoke.lab.workers.platform_tests import TESTS
from vibehq_smoke.lab.workers.visit import Account

NAMESPACE = "unit-test-runs"
SMOKE = (
    "status-latency", "session-required", "csrf-enforced", "rpc-logging", "d1-ops-query", "d1-health-query",
    "workers-listed", "unknown-path-is-404",
)  # fmt: skip
SUITES: Mapping[str, tuple[str, ...]] = MappingProxyType({"smoke": SMOKE, "full": tuple(TESTS)})
CRONS: Mapping[str, str] = MappingProxyType({"0 3 * * *": "full", "0 */6 * * *": "smoke"})
REPORT_TIMEOUT = 10.0
Suite = Literal["smoke", "full"]


class RunOrder(Order):
    """Body of ``POST /run``. With `report` the outcome is also reported to the orchestrator."""

    suite: Suite = "smoke"
    trigger: Literal["on_demand", "package"] = "on_demand"
    report: bool = False


@dataclass(frozen=True)
class UnitTestSpecialist:
    """The speciality of ops-unit-test-specialist; its reports are in the key-value store."""

    desk: Desk
    account: Account
    description: str = "Runs test suites over the platform's own API."
    crons: tuple[str, ...] = tuple(CRONS)

    @classmethod
    def of(cls, desk: Desk) -> "UnitTestSpecialist":
        """The speciality with an account of its own."""
        return cls(desk, Account.of(desk.target.name))

    def routes(self) -> list[BaseRoute]:
        """Its routes; ``GET /`` is what every worker has."""
        return [
            Route("/health", self.health, methods=["GET"]),
            Route("/run", self.run, methods=["POST"]),
            Route("/report/{run_id}", self.report, methods=["GET"]),
        ]

    async def scheduled(self, cron: str) -> None:
        """At 03:00 UTC the full suite, every six hours the smoke suite, reported to the orchestrator (WRK-09)."""
        suite = CRONS.get(cron)
        if suite is None:
            self.desk.note("warn", "unknown cron expression", cron=cron)
            return
        await self._reported(await self._run(suite, "cron"))

    @asks(one_of("suite", *SUITES), one_of("fresh", "true", "false"))
    async def health(self, request: Request) -> Response:
        """How the last run of a suite ended; with ``fresh=true`` it is run now. ``unknown`` when it never ran."""
        suite = cast("str", query_choice(request, "suite", tuple(SUITES), e4, "smoke"))
        fresh = query_choice(request, "fresh", ("true", "false"), e4, "false") == "true"
        last = await self._run(suite, "on_demand") if fresh else self._last(suite)
        status = "unknown" if last is None else "healthy" if last["status"] == "passed" else "degraded"
        body = {"status": status, "service": self.desk.target.name, "suite": suite, "lastRun": last}
        return JSONResponse(body | {"timestamp": now_iso()})

    @accepts(RunOrder)
    async def run(self, request: Request) -> Response:
        """Run a suite and answer with its report."""
        order = await read_model(request, RunOrder, e4)
        report = await self._run(order.suite, order.trigger)
        if order.report:
            report |= {"reported": await self._reported(report)}
        return JSONResponse({"success": True} | report)

    async def report(self, request: Request) -> Response:
        """The report of a run; 404 for an unknown one."""
        found = self.desk.lab.kv.get(NAMESPACE, request.path_params["run_id"])
        if found is None:
            raise Refusal(404, e4("Report not found"))
        return JSONResponse(found)

    async def _run(self, suite: str, trigger: str) -> Json:
        began = time.perf_counter()
        outcomes = await run_jobs(self.desk, self.account, [Job(name) for name in SUITES[suite]], _silently)
        counts = {name: sum(found.status == name for found in outcomes) for name in ("passed", "failed", "skipped")}
        report: Json = {
            "runId": str(uuid.uuid4()), "suite": suite, "trigger": trigger,
            "status": "failed" if counts["failed"] else "passed", "total": len(outcomes), **counts,
            "durationMs": round((time.perf_counter() - began) * 1000), "completedAt": now_iso(),
            "tests": [_view(found) for found in outcomes],
        }  # fmt: skip
        self.desk.lab.kv.put(NAMESPACE, report["runId"], report)
        level = "error" if counts["failed"] else "info"
        self.desk.note(level, "suite ended", suite=suite, run_id=report["runId"], **counts)
        return report

    async def _reported(self, report: Json) -> bool:
        """Tell the orchestrator (``POST /api/health/tests/<name>``); whether it took the report."""
        body = {"run_id": report["runId"], "status": report["status"], "trigger": report["trigger"]}
        body |= {"suite": report["suite"], "summary": {name: report[name] for name in ("total", "passed", "failed")}}
        url = f"{self.desk.lab.base_url}/api/health/tests/{self.desk.target.name}"
        headers = self.desk.lab.service_headers
        try:
            reply = await self.desk.lab.client.post(url, json=body, headers=headers, timeout=REPORT_TIMEOUT)
            problem = None if reply.is_success else f"status {reply.status_code}"
        except httpx.HTTPError as error:
            problem = f"{type(error).__name__}: {error}"
        if problem is not None:
            self.desk.note("warn", "report not delivered", run_id=report["runId"], problem=problem)
        return problem is None

    def _last(self, suite: str) -> Json | None:
        runs: list[Json] = self.desk.lab.kv.newest(NAMESPACE)
        return next((run for run in runs if run["suite"] == suite), None)


async def _silently(_outcome: Outcome) -> None:
    """Nobody listens to single outcomes."""


def _view(outcome: Outcome) -> Json:
    view = asdict(outcome)
    return {"name": outcome.job.name} | {key: view[key] for key in ("status", "duration_ms", "error", "metrics")}
