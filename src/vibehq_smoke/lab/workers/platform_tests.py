"""Tests of the platform from a worker's point of view: what test profiles and suites run (contract 5.4, part 7).

Each test takes a `Bench`, does something real to the platform, and raises ValueError or httpx.HTTPError when that
does not go as it should.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from vibehq_smoke.lab.workers.bench import Bench
from vibehq_smoke.lab.workers.model_test import model_answers
from vibehq_smoke.lab.workers.self_tests import dates_survive, digest_is_right, json_survives, require

SAMPLES = 5
STATUS_BUDGET_MS = 1000.0
ANALYTICS_BUDGET_MS = 1500.0


PlatformTest = Callable[[Bench], Awaitable[None]]


async def env_vars(bench: Bench) -> None:
    """The worker knows its name, its type and the orchestrator."""
    target = bench.desk.target
    require(bool(target.name and target.type and bench.desk.lab.base_url), "a required variable is empty")


async def d1_ops_query(bench: Bench) -> None:
    """DB_OPS answers a query by way of the Tasks entrypoint."""
    answer = await bench.desk.call("ORCHESTRATOR_TASKS", "getTasksForOrder", ["health-check"])
    require(answer is not None, "Tasks.getTasksForOrder answers nothing")


async def d1_health_query(bench: Bench) -> None:
    """DB_HEALTH answers a query by way of HealthOps."""
    answer = await bench.desk.call("ORCHESTRATOR_HEALTH", "handleRequest", [{"getTestProfiles": {}}])
    require(isinstance(answer, dict) and bool(answer.get("testProfiles")), "HealthOps knows no test profile")


async def rpc_logging(bench: Bench) -> None:
    """The Logging entrypoint takes a line."""
    entry = {"source": bench.desk.target.name, "operation": "platform_test", "level": "debug", "details": None}
    await bench.desk.call("ORCHESTRATOR_LOGGING", "log", [entry])


async def patch_dry_run(bench: Bench) -> None:
    """A dry run of a patch batch succeeds and applies nothing."""
    batch = {"patchId": "suite-dry-run", "operations": [{"op": "test", "path": "/suite", "value": 1}]}
    options = {"dryRun": True, "validateOnly": True}
    reply = await bench.visit.post("/api/patches/apply", {"batch": batch, "options": options})
    require(reply.is_success and reply.json()["success"], f"the dry run answers {reply.status_code}")
    applied = [event["eventType"] for event in reply.json()["events"] if event["eventType"].endswith("APPLIED")]
    require(not applied, f"the dry run left {', '.join(applied)}")


async def delivery_retry(bench: Bench) -> None:
    """A delivery report that is retried has one attempt more."""
    body = {"patchId": "suite-delivery", "destination": bench.desk.target.name}
    made = (await bench.visit.post("/api/delivery-reports", body)).json()["data"]
    retried = (await bench.visit.post(f"/api/delivery-reports/{made['id']}/retry", {})).json()["data"]
    require(retried["attempts"] == made["attempts"] + 1, "a retry is not counted")


async def status_latency(bench: Bench) -> None:
    """The public status answers within its budget (median of five)."""
    await _fast(bench, "/api/status", STATUS_BUDGET_MS, signed_in=False)


async def analytics_latency(bench: Bench) -> None:
    """Statistics answer within their budget (median of five)."""
    await _fast(bench, "/api/analytics/stats?timeframe=7d", ANALYTICS_BUDGET_MS, signed_in=True)


async def csrf_enforced(bench: Bench) -> None:
    """A write without the CSRF pair is refused with 403."""
    reply = await bench.visit.post("/api/ops/scan", {"type": "incremental"}, csrf=False)
    require(reply.status_code == 403, f"a write without the CSRF pair answers {reply.status_code}")


async def session_required(bench: Bench) -> None:
    """A read without a session is refused with 401."""
    reply = await bench.visit.get("/api/health")
    require(reply.status_code == 401, f"a read without a session answers {reply.status_code}")


async def secret_scan(bench: Bench) -> None:
    """No answer shows the service credential or the session presented."""
    session = await bench.visit.sign_in()
    for path in ("/api/status", "/api/health", "/api/health/checks/invalid-uuid", "/api/auth/profile"):
        reply = await bench.visit.get(path, signed_in=True)
        seen = reply.text + str(reply.headers)
        secret = session in seen or bench.desk.lab.secrets.service_token in seen
        require(not secret, f"{path.partition('?')[0]} shows a credential")


async def workers_listed(bench: Bench) -> None:
    """The list of workers counts what it holds, and is not empty."""
    listed = (await bench.visit.get("/api/health/workers", signed_in=True)).json()
    require(listed["count"] == len(listed["workers"]) > 0, "the list of workers does not add up")


async def unknown_path_is_404(bench: Bench) -> None:
    """An unknown API path answers 404 as JSON, not a page."""
    reply = await bench.visit.get("/api/suite-no-such-route", signed_in=True)
    require(reply.status_code == 404, f"an unknown path answers {reply.status_code}")
    require("json" in reply.headers.get("content-type", ""), "an unknown path answers no JSON")


async def _unit(test: Callable[[], Awaitable[None]], _bench: Bench) -> None:
    await test()


async def _fast(bench: Bench, path: str, budget: float, *, signed_in: bool) -> None:
    taken: list[float] = []
    for _ in range(SAMPLES):
        began = time.perf_counter()
        reply = await bench.visit.get(path, signed_in=signed_in)
        taken.append((time.perf_counter() - began) * 1000)
        require(reply.is_success, f"{path.partition('?')[0]} answers {reply.status_code}")
    middle = sorted(taken)[SAMPLES // 2]
    bench.metrics["median_ms"] = round(middle, 3)
    require(middle <= budget, f"slower than the budget of {budget:g} ms: {middle:.0f} ms")


TESTS: Mapping[str, PlatformTest] = MappingProxyType(
    {
        "env-vars": env_vars,
        "json-roundtrip": lambda bench: _unit(json_survives, bench),
        "crypto-digest": lambda bench: _unit(digest_is_right, bench),
        "date-parsing": lambda bench: _unit(dates_survive, bench),
        "d1-ops-query": d1_ops_query,
        "d1-health-query": d1_health_query,
        "rpc-logging": rpc_logging,
        "patch-dry-run": patch_dry_run,
        "delivery-retry": delivery_retry,
        "status-latency": status_latency,
        "analytics-latency": analytics_latency,
        "csrf-enforced": csrf_enforced,
        "session-required": session_required,
        "secret-scan": secret_scan,
        "model-answers": model_answers,
        "workers-listed": workers_listed,
        "unknown-path-is-404": unknown_path_is_404,
    }
)
