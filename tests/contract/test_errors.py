"""Contract 2.10: what is wrong is refused in JSON and creates nothing; what breaks is told and does not spread."""

import re
from collections.abc import Iterator, Sequence
from uuid import uuid4

import httpx
import pytest

from .caller import Caller, json_of
from .executions import execute, execute_body, options
from .listener import Listener
from .operators import Operator, broken
from .running import Platform
from .runs import CHEAP, finished_run, run_body, start_run, whole_run

CREATED = [
    ("DB_HEALTH", "health_checks"),
    ("DB_HEALTH", "worker_health_checks"),
    ("DB_OPS", "patch_events"),
    ("DB_OPS", "delivery_reports"),
    ("DB_OPS", "ops_scans"),
    ("DB_OPS", "ops_issues"),
    ("DB_OPS", "factories"),
    ("DB_OPS", "hil_requests"),
]
GOOD = run_body("smoke-errors")
READS: list[tuple[str, Sequence[int]]] = [
    ("/api/health/checks/invalid-uuid", (400,)),
    (f"/api/health/checks/{'0' * 8}-0000-4000-8000-{'0' * 12}", (404,)),
    ("/api/health/checks?limit=101", (400,)),
    ("/api/health/checks?limit=0", (400,)),
    ("/api/health/checks?limit=x", (400,)),
    ("/api/health/checks?page=0", (400,)),
    ("/api/health/checks?triggerType=x", (400,)),
    ("/api/health/workers/bad@name/latest", (400,)),
    ("/api/analytics/trends", (400,)),
    ("/api/patches/trends?metric=x", (400,)),
    ("/api/patches/logs?limit=0", (400,)),
    ("/api/patches/logs?limit=101", (400,)),
    ("/api/hil/requests/999999999", (404,)),
    ("/api/smoke-contract-nope", (404,)),
    ("/api/ops/scan", (404, 405)),
]
WRITES: list[tuple[str, str, object, Sequence[int]]] = [
    ("POST", "/api/health/checks", {**GOOD, "trigger_type": "x"}, (400,)),
    ("POST", "/api/health/checks", {**GOOD, "timeout_minutes": 0}, (400,)),
    ("POST", "/api/health/checks", {**GOOD, "timeout_minutes": 1441}, (400,)),
    ("POST", "/api/health/checks", {**GOOD, "worker_filters": "bad@name"}, (400,)),
    ("POST", "/api/health/checks", {**GOOD, "worker_filters": ["bad@name"]}, (400,)),
    ("POST", "/api/health/checks", {**GOOD, "worker_filters": 7}, (400,)),
    ("PATCH", "/api/hil/requests/1/status", {"status": "x"}, (400,)),
    ("POST", "/api/factories", {"name": "Bad Name"}, (400,)),
    ("POST", "/api/specialists/log", {}, (400,)),
    ("POST", "/api/analytics/logs", {}, (404, 405)),
    ("POST", "/api/ops/scan", {"type": "smoke-invalid"}, (400,)),
    ("POST", "/api/ai-provider/clarify", {}, (400,)),
    ("POST", "/api/delivery-reports", {}, (400,)),
    ("POST", "/api/patches/apply", {}, (400,)),
    ("POST", "/api/patches/events", {}, (400,)),
    ("POST", f"/api/health/tests/{CHEAP}", {}, (400,)),
]


@pytest.fixture
def nothing_created(operator: Operator) -> Iterator[None]:
    """The tables that things are created in are as full afterwards as before."""
    before = {table: operator.count(db, table) for db, table in CREATED}
    yield
    assert {table: operator.count(db, table) for db, table in CREATED} == before


@pytest.mark.parametrize(("path", "statuses"), READS, ids=[path for path, _ in READS])
def test_a_wrong_read_is_refused(hq: Caller, nothing_created: None, path: str, statuses: Sequence[int]) -> None:
    """ERR-01, Q5, Q18."""
    json_of(hq.get(path), *statuses)


@pytest.mark.parametrize(
    ("method", "path", "body", "statuses"), WRITES, ids=[f"{m} {p} {str(b)[-40:]}" for m, p, b, _ in WRITES]
)
def test_a_wrong_write_is_refused(
    hq: Caller, nothing_created: None, method: str, path: str, body: object, statuses: Sequence[int]
) -> None:
    """ERR-01, AUT-08."""
    json_of(hq.send(method, path, body), *statuses)


@pytest.mark.parametrize("content", [b"{", b"not json", b"\xff\xfe"])
@pytest.mark.parametrize(
    "path",
    [
        "/api/health/checks",
        "/api/ops/scan",
        "/api/delivery-reports",
        "/api/patches/events",
        "/api/specialists/log",
        f"/api/health/tests/{CHEAP}",
    ],
)
def test_malformed_json_starts_nothing(hq: Caller, nothing_created: None, path: str, content: bytes) -> None:
    """ERR-01 opt-in probe, AUT-08, D-23, D-24 the other way round: 400."""
    json_of(hq.send("POST", path, content=content), 400)


def test_a_failed_suite_is_logged_as_an_error(hq: Caller, operator: Operator, tag: str) -> None:
    """ERR-09: a row with level error."""
    hq.write(f"/api/health/tests/{tag}", {"run_id": tag, "status": "failed", "trigger": "on_demand", "suite": "smoke"})
    select = "select level from operation_logs where details like ? or source like ?"
    assert "error" in {row["level"] for row in operator.rows("DB_OPS", select, f"%{tag}%", f"%{tag}%")}


# With something broken on purpose (mode O, fault injection)


def test_a_broken_database_is_told_without_its_inside(hq: Caller, http: httpx.Client, operator: Operator) -> None:
    """ERR-02, INF-01: 500 with error and details, no stack trace, no SQL; the rest still answers."""
    with broken(operator, "d1-health-down"):
        answer = json_of(hq.get("/api/health"), 500)
        json_of(http.get("/api/status"), 200)
        json_of(hq.get("/api/health/workers/smoke-none/latest"), 500)
    assert answer["ok"] is False
    assert answer["error"]
    assert answer["details"]
    text = repr(answer).lower()
    assert not re.search(r"traceback|\bat .+:\d+|\.py\b|\.ts:\d+|\bselect\b|\binsert\b", text)
    assert hq.read("/api/health")["ok"] is True


def test_a_session_cannot_be_looked_up_without_its_database(hq: Caller, http: httpx.Client, operator: Operator) -> None:
    """3.1 failure answers, 1.6 auth <- d1-ops: a lookup that crashes is a 500 in these words, never a 200."""
    with broken(operator, "d1-ops-down"):
        assert json_of(hq.get("/api/health"), 500)["error"] == "Authentication error"
        json_of(http.get("/api/status"), 200)
    assert hq.read("/api/health")["ok"] is True


@pytest.mark.parametrize("name", ["d1-projects-down", "d1-chats-down"])
def test_an_unrelated_database_breaks_nothing(hq: Caller, operator: Operator, name: str, tag: str) -> None:
    """1.6: neither runs nor patches need projects or chats."""
    with broken(operator, name):
        assert whole_run(hq, tag).status == "completed"
        hq.read("/api/patches/stats")


def test_a_dead_worker_fails_alone(hq: Caller, http: httpx.Client, operator: Operator, tag: str) -> None:
    """ERR-03, ERR-08, INF-09, D-29 the other way round: one row fails in these words, one completes, all ends."""
    with broken(operator, f"{CHEAP}-down"):
        run = whole_run(hq, tag, [CHEAP, "ui-factory"])
        json_of(http.get("/api/status"), 200)
    dead, live = run.row(CHEAP), run.row("ui-factory")
    assert dead.status == "failed"
    assert (dead.error_message or "").startswith("Connection failed:")
    assert dead.orchestrator_connectivity == 0
    assert live.status == "completed"
    assert live.overall_status in {"healthy", "degraded"}
    assert (run.total_workers, run.failed_workers) == (2, 1)
    assert run.overall_health_score == pytest.approx((live.health_score or 0) / 2, abs=0.001)


def test_a_run_of_the_dead_alone_ends(hq: Caller, operator: Operator, tag: str) -> None:
    """INF-09, D-29 the other way round: accepted, failed, over."""
    with broken(operator, f"{CHEAP}-down"):
        accepted = start_run(hq, tag)
        run = finished_run(hq, accepted.health_check_uuid)
    assert run.status in {"failed", "completed"}
    assert (run.failed_workers, run.overall_health_score) == (1, 0)


def test_a_result_is_stored_without_the_model(hq: Caller, operator: Operator, tag: str) -> None:
    """ERR-08: with the AI binding gone the row is completed, its analysis a text all the same."""
    with broken(operator, "ai-binding-down"):
        run = whole_run(hq, tag)
    assert (run.status, run.row(CHEAP).status) == ("completed", "completed")
    assert run.row(CHEAP).external_api_connectivity == 0
    rows = operator.rows(
        "DB_HEALTH",
        "select ai_worker_analysis as text from worker_health_checks where health_check_uuid = ?",
        run.health_check_uuid,
    )
    assert rows[0]["text"]


def test_an_execution_ends_without_the_log(
    workers_http: httpx.Client,
    platform: Platform,
    listener: Listener,
    service: dict[str, str],
    operator: Operator,
    tag: str,
) -> None:
    """ERR-07: the Logging entrypoint fails, the execution is finished and reported all the same."""
    with broken(operator, "rpc-logging-fails"):
        execute(workers_http, platform, service, execute_body(listener.target(tag), options("unit"), str(uuid4())))
        assert listener.wait(tag)[0].body["results"]["overall_status"]
