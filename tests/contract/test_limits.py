"""Contract 3.4 and 3.5: rate limits, sizes, pages, and names."""

import httpx
import pytest

from .caller import Caller, json_of, registered
from .events import event
from .operators import Operator, broken
from .running import Platform
from .runs import CHEAP, run_body, run_status, start_run

MIB = 1024 * 1024


def test_many_identical_writes_are_limited(http: httpx.Client) -> None:
    """API-11, 3.4, Q16: at least one 429 among 150, in JSON, saying when to come back; nothing but 400 and 429."""
    busy = registered(http)
    seen = {}
    for _ in range(150):
        answer = busy.post("/api/health/checks", {"trigger_type": "smoke-invalid"})
        seen[answer.status_code] = answer
        if answer.status_code == 429:
            break
    assert set(seen) == {400, 429}
    error = json_of(seen[429], 429)["error"]
    assert error["name"] == "RateLimitExceededError"
    assert error["details"]["limitType"]
    assert error["details"]["message"]
    headers = seen[429].headers
    assert "retry-after" in headers or any(name.startswith("x-ratelimit-") for name in headers)
    assert busy.post("/api/health/checks", {"trigger_type": "smoke-invalid"}).status_code == 429
    json_of(registered(http).post("/api/health/checks", {"trigger_type": "smoke-invalid"}), 400)


def test_reading_is_not_limited(hq: Caller) -> None:
    """3.4: read endpoints are unlimited by the documents."""
    assert {hq.get("/api/health/workers").status_code for _ in range(150)} == {200}


def test_a_huge_result_is_refused(
    hq: Caller, http: httpx.Client, service: dict[str, str], operator: Operator, tag: str
) -> None:
    """3.5: 2 MiB to /health-check/result, for a row that waits for its result: 413 (or 400), and it goes on waiting."""
    with broken(operator, f"{CHEAP}-hang"):
        uuid = start_run(hq, tag).health_check_uuid
        row = run_status(hq, uuid).row(CHEAP)
        results = {
            "overall_status": "healthy",
            "health_score": 1,
            "orchestrator_connectivity": True,
            "external_api_connectivity": True,
            "database_connectivity": True,
            "raw_results": {"padding": "x" * 2 * MIB},
        }
        body = {"worker_check_uuid": row.worker_check_uuid, "results": results}
        json_of(http.post("/health-check/result", json=body, headers=service), 400, 413)
        assert run_status(hq, uuid).row(CHEAP).status != "completed"
        results["raw_results"] = {}
        json_of(http.post("/health-check/result", json=body, headers=service), 200)


HUGE = {"padding": "x" * (MIB + 1)}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/delivery-reports", {"destination": "smoke", "status": "pending"}),
        ("/api/patches/events", event("smoke")),
    ],
    ids=["delivery report", "patch event"],
)
def test_a_huge_body_is_refused(hq: Caller, operator: Operator, tag: str, path: str, body: dict[str, object]) -> None:
    """3.5: a body that is sound but for its more than 1 MiB is not stored."""
    json_of(hq.post(path, {**body, "patchId": tag, "metadata": HUGE}), 400, 413)
    for table in ("delivery_reports", "patch_events"):
        assert operator.rows("DB_OPS", f"select 1 from {table} where patch_id = ?", tag) == []  # noqa: S608 - our names
    json_of(hq.post(path, {**body, "patchId": tag, "metadata": {"smoke": True}}), 200, 201)


REFUSED = [
    ("/api/health/checks", "limit", (0, 101, -1)),
    ("/api/health/checks", "page", (0, -1)),
    ("/api/patches/logs", "limit", (0, 101)),
    ("/api/delivery-reports", "limit", (0, 101)),
]


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [(path, name, value) for path, name, values in REFUSED for value in values],
    ids=[f"{path}?{name}={value}" for path, name, values in REFUSED for value in values],
)
def test_a_page_out_of_range_is_refused(hq: Caller, path: str, name: str, value: int) -> None:
    """3.5."""
    json_of(hq.get(path, **{name: value}), 400)


@pytest.mark.parametrize("path", ["/api/health/checks", "/api/patches/logs", "/api/delivery-reports"])
def test_twenty_to_a_page_by_default_and_a_hundred_at_most(hq: Caller, path: str) -> None:
    """3.5: the default is told, the greatest allowed value is accepted."""
    assert hq.read(path)["pagination"]["limit"] == 20
    assert hq.read(path, limit=100)["pagination"]["limit"] == 100
    assert hq.read(path, limit=1)["pagination"]["limit"] == 1


@pytest.mark.parametrize(("given", "used"), [(None, 50), (200, 200), (500, 200), (7, 7)])
def test_analytics_logs_are_clamped(hq: Caller, given: int | None, used: int) -> None:
    """3.5, API-02."""
    assert hq.read("/api/analytics/logs", **({} if given is None else {"limit": given}))["limit"] == used


@pytest.mark.parametrize(("given", "used"), [(None, 25), (2, 2), (0, 1), (500, 100)])
def test_specialist_logs_are_clamped(hq: Caller, tag: str, given: int | None, used: int) -> None:
    """3.5: default 25, clamped to 1..100."""
    total = min(used + 1, 30)
    for _ in range(total):
        hq.write("/api/specialists/log", {"specialist": tag, "activity": "ping", "identifier": "x", "level": "info"})
    logs = hq.read(f"/api/specialists/log/{tag}", **({} if given is None else {"limit": given}))["logs"]
    assert len(logs) == min(used, total)


def test_recent_events_are_clamped(hq: Caller) -> None:
    """3.5: default 50, cap 200, so a thousand is no error."""
    assert len(hq.read("/api/patches/events/recent")["events"]) <= 50
    assert len(hq.read("/api/patches/events/recent", limit=1000)["events"]) <= 200


@pytest.mark.parametrize("minutes", [0, -1, 1441, "x"])
def test_a_timeout_out_of_range_is_refused(hq: Caller, operator: Operator, tag: str, minutes: object) -> None:
    """3.5: above 0 and at most 1440; nothing is created."""
    json_of(hq.post("/api/health/checks", run_body(tag, timeout_minutes=minutes)), 400)
    assert operator.rows("DB_HEALTH", "select 1 from health_checks where trigger_source = ?", tag) == []


def test_a_day_is_the_longest_timeout(hq: Caller, tag: str) -> None:
    """3.5: 1440 is accepted."""
    json_of(hq.post("/api/health/checks", run_body(tag, timeout_minutes=1440)), 200, 201, 202)


@pytest.mark.parametrize("name", ["bad@name", "a" * 51, "a b", "ä"])
def test_a_worker_name_out_of_the_pattern_is_refused(hq: Caller, tag: str, name: str) -> None:
    """3.5 names, HLT-05: as a filter and as a path."""
    json_of(hq.post("/api/health/checks", run_body(tag, [name])), 400)
    json_of(hq.get(f"/api/health/workers/{name}/latest"), 400)


@pytest.mark.parametrize("name", [CHEAP, "A_b-9", "a" * 50])
def test_a_worker_name_in_the_pattern_is_looked_up(hq: Caller, name: str) -> None:
    """HLT-05: known or not, but well-formed."""
    json_of(hq.get(f"/api/health/workers/{name}/latest"), 200, 404)


@pytest.mark.parametrize("name", ["Bad Name", "UPPER", "under_score", ""])
def test_a_factory_name_out_of_the_pattern_is_refused(hq: Caller, operator: Operator, name: str) -> None:
    """3.5 names, ERR-01: refused, and nothing is created."""
    before = operator.count("DB_OPS", "factories")
    json_of(hq.post("/api/factories", {"name": name}), 400)
    assert operator.count("DB_OPS", "factories") == before


def test_trends_and_results_of_the_health_specialist_are_capped(
    workers_http: httpx.Client, platform: Platform, service: dict[str, str]
) -> None:
    """3.5: at most 100 results, at most 30 days; more is no server error."""
    url = platform.workers["health-specialist"].url
    results = workers_http.get(f"{url}/api/health/results", params={"limit": 1000}, headers=service)
    json_of(results, 200, 400)
    json_of(workers_http.get(f"{url}/api/health/trends", params={"days": 365}, headers=service), 200, 400)
