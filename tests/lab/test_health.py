"""Health API and health-check protocol (contract part 4, HLT-01..13, WRK-01..09, ERR-04..08)."""

import json
import uuid
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.lab.running import PATIENCE, RunningLab, listener, wait_for

pytestmark = pytest.mark.usefixtures("switches_off")

UNIT_ONLY = {"include_performance_tests": False, "include_integration_tests": False}
RESULT = {
    "overall_status": "degraded", "health_score": 0.75, "orchestrator_connectivity": True,
    "external_api_connectivity": False, "database_connectivity": True,
}  # fmt: skip


def execute(lab: RunningLab, url: str, **options: object) -> str:
    """Order a check from the factory, to be reported to `url`; its uuid."""
    check = str(uuid.uuid4())
    body = {"worker_check_uuid": check, "callback_url": url, "options": UNIT_ONLY | options}
    reply = lab.client.post(f"{lab.worker}/health-check/execute", json=body, headers=lab.service)
    assert reply.status_code == 200
    assert reply.json()["success"] is True
    assert reply.json()["worker_check_uuid"] == check
    return check


def report(lab: RunningLab, check: str, result: object = RESULT) -> int:
    """Post a result as a worker would; the status."""
    body = {"worker_check_uuid": check, "results": result}
    return lab.client.post(f"{lab.base}/health-check/result", json=body, headers=lab.service).status_code


def test_a_run_completes_with_real_results(lab: RunningLab) -> None:
    run = lab.start_run("agent-factory", timeout_minutes=2)
    first = lab.run_status(run)
    assert first["status"] == "running"
    assert [row["status"] for row in first["worker_results"]] == ["running"]
    assert first["worker_results"][0]["started_at"]
    done = lab.finished(run)
    assert done["status"] == "completed"
    assert (done["total_workers"], done["completed_workers"], done["passed_workers"], done["failed_workers"]) == (
        1,
        1,
        1,
        0,
    )
    row = done["worker_results"][0]
    assert row["overall_status"] == "healthy"
    assert row["health_score"] == done["overall_health_score"] == 1
    assert row["database_connectivity"] == 1
    assert {test["name"] for test in row["unit_test_results"]} >= {"JSON Serialization", "Crypto Functions"}
    assert done["trigger_source"] == "smoke-test"
    stored = lab.sql("DB_HEALTH", "select * from health_checks where health_check_uuid = ?", run)
    assert [entry["trigger_source"] for entry in stored] == ["smoke-test"]
    assert lab.sql("DB_OPS", "select * from health_checks where health_check_uuid = ?", run) == []
    logged = lab.sql("DB_OPS", "select details from operation_logs where operation = 'initiate_health_check'")
    assert run in [json.loads(entry["details"])["health_check_uuid"] for entry in logged]


def test_a_run_without_filters_asks_all_workers(lab: RunningLab) -> None:
    reply = lab.post("/api/health/checks", UNIT_ONLY)
    assert reply.json()["result"]["total_workers"] == len(lab.workers) == 11
    done = lab.finished(reply.json()["result"]["health_check_uuid"])
    assert {row["worker_name"] for row in done["worker_results"]} == set(lab.workers)


def test_a_run_over_nobody_completes(lab: RunningLab) -> None:
    done = lab.finished(lab.start_run("nobody"))
    assert (done["status"], done["total_workers"], done["overall_health_score"]) == ("completed", 0, 0)


@pytest.mark.parametrize(
    "body",
    [
        {"trigger_type": "x"},
        {"timeout_minutes": 0},
        {"timeout_minutes": 1441},
        {"worker_filters": "bad@name"},
        {"worker_filters": ["ok", "bad@name"]},
        {"worker_filters": 7},
        {"include_unit_tests": "yes"},
    ],
)
def test_a_wrong_order_is_400(lab: RunningLab, body: dict[str, Any]) -> None:
    reply = lab.post("/api/health/checks", body)
    assert reply.status_code == 400
    assert reply.json()["ok"] is False


def test_the_list_is_paged_newest_first(lab: RunningLab) -> None:
    runs = [lab.start_run("nobody"), lab.start_run("nobody", trigger_type="cron")]
    body = lab.get("/api/health/checks?page=1&limit=1").json()
    assert body["ok"] is True
    assert [row["health_check_uuid"] for row in body["history"]["health_checks"]] == runs[1:]
    assert body["history"]["total_count"] == body["pagination"]["total"] == body["pagination"]["total_pages"]
    on_demand = lab.get("/api/health/checks?limit=1&triggerType=on_demand").json()
    assert on_demand["history"]["health_checks"][0]["health_check_uuid"] == runs[0]


@pytest.mark.parametrize("query", ["limit=101", "limit=0", "page=0", "triggerType=x", "limit=x", "page=-1"])
def test_a_list_out_of_range_is_400(lab: RunningLab, query: str) -> None:
    assert lab.get(f"/api/health/checks?{query}").status_code == 400


def test_reading_a_run_tells_wrong_from_unknown(lab: RunningLab) -> None:
    assert lab.get("/api/health/checks/invalid-uuid").status_code == 400
    for unknown in (uuid.uuid4(), uuid.uuid1()):
        reply = lab.get(f"/api/health/checks/{unknown}")
        assert (reply.status_code, reply.json()["ok"]) == (404, False)


def test_the_workers_are_listed(lab: RunningLab) -> None:
    body = lab.get("/api/health/workers").json()
    assert body["count"] == len(body["workers"]) == 11
    assert {worker["name"]: worker["url"] for worker in body["workers"]} == lab.workers


def test_latest_is_404_until_a_worker_reported(lab: RunningLab) -> None:
    never = lab.get("/api/health/workers/smoke-none/latest")
    assert (never.status_code, never.json()["worker"]) == (404, "smoke-none")
    assert lab.get("/api/health/workers/bad@name/latest").status_code == 400
    done = lab.finished(lab.start_run("ops-conflict-specialist", **UNIT_ONLY))
    latest = lab.get("/api/health/workers/ops-conflict-specialist/latest").json()["result"]
    assert latest["worker_check_uuid"] == done["worker_results"][0]["worker_check_uuid"]
    assert latest["status"] == "completed"
    assert latest["metrics"]["response_time_ms"] > 0


def test_the_summary_counts_runs(lab: RunningLab) -> None:
    before = lab.get("/api/health").json()["summary"]["totalChecks"]
    run = lab.start_run("nobody")
    body = lab.get("/api/health").json()
    assert body["summary"]["totalChecks"] == before + 1
    assert body["latest"]["health_check_uuid"] == run
    assert body["summary"]["lastStatus"] == "completed"


def test_the_first_result_wins_and_later_ones_are_409(lab: RunningLab) -> None:
    run = lab.start_run("agent-factory")
    check = lab.run_status(run)["worker_results"][0]["worker_check_uuid"]
    assert report(lab, check) == 200
    done = lab.finished(run)
    assert (done["worker_results"][0]["overall_status"], done["overall_health_score"]) == ("degraded", 0.75)
    assert report(lab, check, RESULT | {"health_score": 1.0}) == 409
    assert lab.run_status(run)["overall_health_score"] == 0.75


def test_a_result_for_nobody_or_of_no_shape_is_refused(lab: RunningLab) -> None:
    assert report(lab, str(uuid.uuid4())) == 404
    for wrong in ({}, RESULT | {"health_score": 2}, RESULT | {"overall_status": "fine"}, None):
        assert report(lab, str(uuid.uuid4()), wrong) == 400
    assert report(lab, "no-uuid") == 400
    url = f"{lab.base}/health-check/result"
    refused = lab.client.get(url)
    assert (refused.status_code, refused.json()["ok"]) == (405, False)
    assert lab.client.options(url).status_code == 204


def test_a_worker_reports_exactly_once(lab: RunningLab) -> None:
    with listener() as heard:
        check = execute(lab, heard.url)
        wait_for(lambda: heard.posts)
        another = execute(lab, heard.url)  # by the time its report is there, a second one of the first would be too
        wait_for(lambda: len(heard.posts) > 1)
    assert [post["worker_check_uuid"] for post in heard.posts] == [check, another]
    assert heard.posts[0]["results"]["overall_status"] == "healthy"
    assert "performance_test_results" not in heard.posts[0]["results"]


def test_the_service_token_stays_in_the_platform(lab: RunningLab) -> None:
    with listener() as heard:
        execute(lab, heard.url)
        wait_for(lambda: heard.posts)
    assert "authorization" not in heard.headers[0]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"worker_check_uuid": str(uuid.uuid1()), "callback_url": "http://localhost:9/x"},
        {"worker_check_uuid": str(uuid.uuid4()), "callback_url": "ftp://x"},
        {"worker_check_uuid": str(uuid.uuid4())},
        {"worker_check_uuid": str(uuid.uuid4()), "callback_url": "http://localhost:9/x", "options": {"timeout_ms": 0}},
    ],
)
def test_a_wrong_execute_is_400(lab: RunningLab, body: dict[str, Any]) -> None:
    reply = lab.client.post(f"{lab.worker}/health-check/execute", json=body, headers=lab.service)
    assert reply.status_code == 400


def test_missing_options_mean_the_defaults(lab: RunningLab) -> None:
    with listener() as heard:
        body = {"worker_check_uuid": str(uuid.uuid4()), "callback_url": heard.url}
        assert lab.client.post(f"{lab.worker}/health-check/execute", json=body, headers=lab.service).status_code == 200
        wait_for(lambda: heard.posts)
    assert len(heard.posts[0]["results"]["integration_test_results"]) == 2


def test_get_on_execute_is_405(lab: RunningLab) -> None:
    assert lab.client.get(f"{lab.worker}/health-check/execute").status_code == 405


def test_what_times_out_and_what_is_not_taken_is_tried_again(lab: RunningLab) -> None:
    with listener() as heard, listener(500, 500, 200) as unwilling:
        for retries in (2, 0):
            execute(lab, heard.url, timeout_ms=1, max_retries=retries)
        check = execute(lab, unwilling.url)
        wait_for(lambda: len(heard.posts) == 2 and len(unwilling.posts) == 3)
    once, thrice = (post["results"] for post in heard.posts)
    assert once["overall_status"] == thrice["overall_status"] == "timeout"
    assert "timed out" in once["error_message"]
    assert "3 attempts" in thrice["error_message"]
    assert thrice["health_score"] == 0
    assert heard.times[1] - heard.times[0] > 2.5  # the backoff of 1 s and 2 s
    assert {post["worker_check_uuid"] for post in unwilling.posts} == {check}
    assert unwilling.times[1] - unwilling.times[0] > 0.9
    assert unwilling.times[2] - unwilling.times[1] > 1.9


def test_status_and_quick_need_no_credential(lab: RunningLab) -> None:
    status = lab.client.get(f"{lab.worker}/health-check/status").json()
    assert (status["worker_name"], status["worker_type"], status["status"]) == ("agent-factory", "factory", "healthy")
    assert status["orchestrator_available"] is True
    assert 0 < status["uptime_seconds"] < 3600
    count = (
        "select count(*) as n from operation_logs where source = 'agent-factory' and operation = 'quick_health_check'"
    )
    before = lab.sql("DB_OPS", count)[0]["n"]
    quick = lab.client.get(f"{lab.worker}/health-check/quick").json()
    assert (quick["status"], quick["orchestrator_connectivity"]) == ("healthy", True)
    assert lab.sql("DB_OPS", count)[0]["n"] == before + 1


def test_a_dead_worker_fails_its_row_and_the_run_goes_on(lab: RunningLab) -> None:
    lab.fault("ops-conflict-specialist-down", True)
    done = lab.finished(lab.start_run("agent-factory", "ops-conflict-specialist"))
    rows = {row["worker_name"]: row for row in done["worker_results"]}
    assert rows["agent-factory"]["status"] == "completed"
    dead = rows["ops-conflict-specialist"]
    assert dead["status"] == "failed"
    assert dead["error_message"].startswith("Connection failed:")
    assert dead["orchestrator_connectivity"] == 0
    assert (done["status"], done["passed_workers"], done["failed_workers"]) == ("completed", 1, 1)
    assert done["overall_health_score"] == pytest.approx(0.5)
    logged = lab.sql("DB_OPS", "select level, details from operation_logs where operation = 'dispatch_health_check'")
    assert logged[-1]["level"] == "error"
    assert json.loads(logged[-1]["details"])["worker_check_uuid"] == dead["worker_check_uuid"]


def test_a_lost_worker_ends_as_timeout(lab: RunningLab) -> None:
    lab.fault("execute-no-callback", True)
    done = lab.finished(lab.start_run("agent-factory", timeout_minutes=0.01))
    assert done["status"] == "timeout"
    assert done["worker_results"][0]["status"] == "timeout"
    assert done["failed_workers"] == 1


def test_suites_report_through_the_orchestrator(lab: RunningLab) -> None:
    body = {"run_id": "smoke-1", "status": "passed", "trigger": "on_demand", "suite": "smoke"}
    reply = lab.post("/api/health/tests/some-suite", body)
    assert reply.json()["ok"] is True
    latest = lab.get("/api/health/tests/some-suite/latest").json()["result"]
    assert latest["worker_check_uuid"] == reply.json()["worker_check_uuid"]
    assert lab.post("/api/health/tests/some-suite", {"run_id": "x"}).status_code == 400
    assert lab.get("/api/health/tests/other-suite/latest").status_code == 404


def test_the_health_hub_tells_the_story_of_a_run(lab: RunningLab) -> None:
    url = lab.base.replace("http://", "ws://") + "/api/health/broadcast"
    with pytest.raises(InvalidStatus) as refused, connect(url):
        pass
    assert refused.value.response.status_code == 401
    headers = {"Authorization": lab.headers["Authorization"]}
    with connect(url, additional_headers=headers, proxy=None) as socket:
        greeting = json.loads(socket.recv(PATIENCE))
        assert (greeting["type"], set(greeting)) == ("connected", {"type", "message", "timestamp"})
        socket.send(json.dumps({"type": "subscribe"}))
        assert json.loads(socket.recv(PATIENCE))["type"] == "subscribed"
        run = lab.start_run("agent-factory", **UNIT_ONLY)
        frames = [json.loads(socket.recv(PATIENCE))]
        while frames[-1]["type"] != "health-check-complete":
            frames.append(json.loads(socket.recv(PATIENCE)))
    assert [frame["type"] for frame in frames] == [
        "health-check-start", "worker-result", "health-check-status", "health-check-complete",
    ]  # fmt: skip
    assert frames[0]["data"]["health_check_uuid"] == frames[-1]["data"]["health_check_uuid"] == run
    assert frames[1]["data"]["overall_status"] == "healthy"
