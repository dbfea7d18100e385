"""Contract 1.2 and 2.6: every worker is itself, serves the health protocol, and answers on its own routes."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from .caller import Caller, json_of
from .operators import Operator
from .running import Platform
from .runs import FACTORIES, SPECIALISTS, WORKERS, whole_run
from .shapes import QuickAnswer, StatusAnswer
from .waiting import until

TEN_YEARS = 10 * 365 * 86400


def at(platform: Platform, worker: str, path: str) -> str:
    """The absolute URL of a worker's path."""
    return platform.workers[worker].url + path


def test_the_roster_is_complete(platform: Platform) -> None:
    """1.2: four factories and seven specialists, each at an address of its own (Q21)."""
    assert set(platform.workers) == set(WORKERS)
    assert len({worker.url for worker in platform.workers.values()} | {platform.url}) == len(WORKERS) + 1


def test_the_orchestrator_lists_every_worker(hq: Caller, platform: Platform) -> None:
    """HLT-04, INF-10, Q4, Q11: names and types as configured, each with a url or a binding."""
    answer = hq.read("/api/health/workers")
    assert answer["ok"] is True
    assert answer["count"] == len(answer["workers"])
    listed = {worker["name"]: worker for worker in answer["workers"]}
    assert len(listed) == answer["count"]
    assert {name: listed[name]["type"] for name in WORKERS} == {
        name: worker.type for name, worker in platform.workers.items()
    }
    assert all(worker["url"] or worker["binding"] for worker in listed.values())


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_tells_its_status(
    workers_http: httpx.Client, platform: Platform, service: dict[str, str], worker: str
) -> None:
    """HLT-07, INF-10, INF-02: name and type as configured, a plausible uptime, the binding present."""
    answer = workers_http.get(at(platform, worker, "/health-check/status"), headers=service)
    status = StatusAnswer.model_validate(json_of(answer, 200))
    assert (status.worker_name, status.worker_type) == (worker, platform.workers[worker].type)
    assert status.orchestrator_available
    assert status.uptime_seconds < TEN_YEARS
    age = datetime.now(UTC) - datetime.fromisoformat(status.timestamp)
    assert abs(age.total_seconds()) < 300


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_is_quickly_healthy_and_logs_it(
    workers_http: httpx.Client, platform: Platform, operator: Operator, service: dict[str, str], worker: str
) -> None:
    """HLT-08, INF-08, FAC-01..04, FAC-09, WRK-05, WRK-07: reachable orchestrator, and one debug row per call."""
    select = (
        "select count(*) as n from operation_logs where source = ? and operation = 'quick_health_check' "
        "and level = 'debug'"
    )
    before = operator.rows("DB_OPS", select, worker)[0]["n"]
    answer = workers_http.get(at(platform, worker, "/health-check/quick"), headers=service)
    quick = QuickAnswer.model_validate(json_of(answer, 200))
    assert (quick.worker_name, quick.worker_type) == (worker, platform.workers[worker].type)
    assert quick.orchestrator_connectivity
    assert quick.status == "healthy"
    until(lambda: operator.rows("DB_OPS", select, worker)[0]["n"] == before + 1, what="the row in operation_logs")


@pytest.mark.parametrize("team", [FACTORIES, SPECIALISTS], ids=["FAC-05 factories", "FAC-09 specialists"])
def test_a_run_over_a_team_passes(hq: Caller, tag: str, team: tuple[str, ...]) -> None:
    """FAC-05, FAC-09: every row completed and none worse than degraded."""
    status = whole_run(hq, tag, team)
    assert {row.worker_name for row in status.worker_results} == set(team)
    assert {row.status for row in status.worker_results} == {"completed"}
    assert {row.overall_status for row in status.worker_results} <= {"healthy", "degraded"}


def test_factories_are_listed(hq: Caller) -> None:
    """2.6 optional extra, 5.1 factories."""
    answer = hq.read("/api/factories")
    assert answer["ok"] is True
    assert isinstance(answer["factories"], list)


def test_the_conflict_specialist_refuses_an_empty_order(
    workers_http: httpx.Client, platform: Platform, service: dict[str, str]
) -> None:
    """FAC-06."""
    answer = workers_http.post(at(platform, "ops-conflict-specialist", "/resolve"), json={}, headers=service)
    assert json_of(answer, 400)["error"] == "Invalid order: missing required fields"


def test_the_delivery_specialist_names_what_is_missing(
    workers_http: httpx.Client, platform: Platform, service: dict[str, str]
) -> None:
    """FAC-07, generate."""
    answer = workers_http.post(at(platform, "ops-delivery-report-specialist", "/generate"), json={}, headers=service)
    error = json_of(answer, 400)["error"]
    assert "project_id" in error
    assert "original_order_spec" in error


def test_an_unknown_report_is_not_found(
    workers_http: httpx.Client, platform: Platform, service: dict[str, str]
) -> None:
    """FAC-07, report (a 500 as built)."""
    url = at(platform, "ops-delivery-report-specialist", "/report/smoke-none")
    assert json_of(workers_http.get(url, headers=service), 404)["error"] == "Report not found"


def test_the_health_specialist_is_healthy(workers_http: httpx.Client, platform: Platform) -> None:
    """FAC-08; a worker's own route that needs no credential."""
    answer = json_of(workers_http.get(at(platform, "health-specialist", "/health")), 200)
    assert (answer["status"], answer["service"]) == ("healthy", "health-specialist")
    assert answer["timestamp"]


OWN_READS = [
    ("ops-delivery-report-specialist", "/reports/smoke-none", (200, 404)),
    ("ops-conflict-specialist", "/status/smoke-none", (400, 404)),
    ("cloud-worker-retrofit", "/", (200,)),
    ("cloud-worker-retrofit", "/status/smoke-none", (400, 404)),
    ("cloudflare-expert-specialist", "/", (200,)),
    ("cloudflare-expert-specialist", "/history/smoke", (200,)),
    ("cloudflare-expert-specialist", "/history/smoke/none", (200,)),
    ("ops-unit-test-specialist", "/", (200,)),
    ("ops-unit-test-specialist", "/health", (200,)),
    ("ops-unit-test-specialist", "/report/smoke-none", (400, 404)),
    ("ops-frontend-testing-specialist", "/", (200,)),
    ("ops-frontend-testing-specialist", "/health", (200,)),
    ("ops-frontend-testing-specialist", "/templates", (200,)),
    ("ops-frontend-testing-specialist", "/tests/results/smoke-none", (400, 404)),
    ("health-specialist", "/api/health/status", (200,)),
    ("health-specialist", "/api/health/results", (200,)),
    ("health-specialist", "/api/health/dashboard", (200,)),
    ("health-specialist", "/api/health/trends", (200,)),
    ("health-specialist", "/api/health/ai-insights", (200,)),
    ("health-specialist", "/api/health/metrics", (200,)),
]


@pytest.mark.parametrize(("worker", "path", "statuses"), OWN_READS, ids=[f"{w}{p}" for w, p, _ in OWN_READS])
def test_a_route_of_its_own_answers_json(
    workers_http: httpx.Client,
    platform: Platform,
    service: dict[str, str],
    worker: str,
    path: str,
    statuses: tuple[int, ...],
) -> None:
    """1.2 own HTTP routes: there, in JSON, and no 500."""
    json_of(workers_http.get(at(platform, worker, path), headers=service), *statuses)


OWN_WRITES = [
    ("cloud-worker-retrofit", "/analyze"),
    ("cloud-worker-retrofit", "/retrofit"),
    ("cloudflare-expert-specialist", "/consult"),
    ("cloudflare-expert-specialist", "/review/order"),
    ("cloudflare-expert-specialist", "/review/code"),
    ("ops-frontend-testing-specialist", "/config/generate"),
    ("ops-frontend-testing-specialist", "/setup/quick"),
    ("ops-frontend-testing-specialist", "/tests/execute"),
    ("ops-frontend-testing-specialist", "/cloudflare/test"),
    ("ops-frontend-testing-specialist", "/local/test"),
]


@pytest.mark.parametrize(("worker", "path"), OWN_WRITES, ids=[w + p for w, p in OWN_WRITES])
def test_an_empty_order_is_answered(
    workers_http: httpx.Client, platform: Platform, service: dict[str, str], worker: str, path: str
) -> None:
    """1.2 own HTTP routes that take an order: there, in JSON, and no server error for an empty one."""
    json_of(workers_http.post(at(platform, worker, path), json={}, headers=service), 200, 201, 202, 400, 422)


def test_the_health_dashboard_is_a_page(workers_http: httpx.Client, platform: Platform) -> None:
    """1.2: ``GET /dashboard`` of health-specialist is HTML."""
    answer = workers_http.get(at(platform, "health-specialist", "/dashboard"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


def specialist(workers_http: httpx.Client, platform: Platform, path: str, service: dict[str, str]) -> Any:
    """A read of health-specialist's API."""
    return json_of(workers_http.get(at(platform, "health-specialist", path), headers=service), 200)


def test_the_health_specialist_sums_up(workers_http: httpx.Client, platform: Platform, service: dict[str, str]) -> None:
    """HLT-13: a summary whose counters agree, or the plain statement that there is none."""
    answer = specialist(workers_http, platform, "/api/health/status", service)
    assert answer["timestamp"]
    if answer["status"] == "unknown":
        assert answer["message"]
        return
    assert answer["status"] in {"healthy", "degraded", "critical"}
    tests = answer["tests"]
    assert tests["passed"] + tests["failed"] + tests["skipped"] <= tests["total"]
    assert answer["performance"]["averageLatency"] >= 0
    assert answer["ai"]["totalCost"] >= 0
    assert answer["ai"]["usageCount"] >= 0
    assert isinstance(answer["issues"], list)
    assert isinstance(answer["recommendations"], list)


def test_young_results_are_not_cleaned_up(
    workers_http: httpx.Client, platform: Platform, service: dict[str, str], operator: Operator
) -> None:
    """3.5: cleanup keeps at least 30 days, so a cleanup of one day removes no young result."""
    before = operator.count("DB_HEALTH", "test_results")
    answer = workers_http.post(
        at(platform, "health-specialist", "/api/health/cleanup"), json={"days": 1}, headers=service
    )
    json_of(answer, 200, 400)
    assert operator.count("DB_HEALTH", "test_results") == before


def test_a_run_of_the_profiles_leaves_results(
    workers_http: httpx.Client, platform: Platform, service: dict[str, str], operator: Operator
) -> None:
    """1.2 ``POST /api/health/run`` of health-specialist, HLT-12: real rows, with statuses of the vocabulary."""
    before = operator.count("DB_HEALTH", "test_results")
    url = at(platform, "health-specialist", "/api/health/run")
    json_of(workers_http.post(url, json={}, headers=service), 200, 201, 202)
    until(lambda: operator.count("DB_HEALTH", "test_results") > before, what="new rows in test_results")
    states = operator.rows("DB_HEALTH", "select distinct status, triggered_by from test_results")
    assert {row["status"] for row in states} <= {"pending", "running", "passed", "failed", "skipped"}
    assert {row["triggered_by"] for row in states} <= {"cron", "manual", "webhook"}
    assert len(specialist(workers_http, platform, "/api/health/results?limit=1", service)) >= 1
