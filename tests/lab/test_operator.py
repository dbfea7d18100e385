"""The operator channel (contract 2.0) and HealthOps by RPC (HLT-12, HLT-13)."""

from typing import Any

import httpx
import pytest

from tests.lab.running import RunningLab
from vibehq_smoke.lab.workers.roster import ROSTER

pytestmark = pytest.mark.usefixtures("switches_off")


def query(lab: RunningLab, db: str, select: str, *params: object) -> httpx.Response:
    """The bare answer to a query."""
    return lab.client.post(f"{lab.operator}/sql", json={"db": db, "select": select, "params": list(params)})


def rpc(lab: RunningLab, binding: str, method: str, *args: object) -> httpx.Response:
    """The bare answer to a call."""
    return lab.client.post(f"{lab.operator}/rpc", json={"binding": binding, "method": method, "args": list(args)})


@pytest.mark.parametrize("db", ["DB_OPS", "DB_PROJECTS", "DB_CHATS", "DB_HEALTH"])
def test_every_database_answers_and_can_be_taken_down(lab: RunningLab, db: str) -> None:
    assert query(lab, db, "select 1 as one").json() == {"results": [{"one": 1}]}
    lab.fault(f"d1-{db.removeprefix('DB_').lower()}-down", True)
    down = query(lab, db, "select 1 as one")
    assert down.status_code == 503
    assert "unavailable" in down.json()["error"]
    assert lab.client.get(f"{lab.base}/api/status").status_code == 200


@pytest.mark.parametrize(
    "statement",
    [
        "delete from users",
        "insert into users (id) values ('x')",
        "drop table users",
        "attach database '/tmp/x' as x",
        "with x as (select 1) delete from users",
        "select 1; delete from users",
        "select nothing",
        "",
        "vacuum",
    ],
)
def test_only_reading_statements_work(lab: RunningLab, statement: str) -> None:
    before = query(lab, "DB_OPS", "select count(*) as n from users").json()
    reply = query(lab, "DB_OPS", statement)
    assert reply.status_code == 400
    assert reply.json()["error"]
    assert query(lab, "DB_OPS", "select count(*) as n from users").json() == before


def test_an_endless_query_is_ended(lab: RunningLab) -> None:
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"
    assert query(lab, "DB_OPS", endless).status_code == 400
    assert query(lab, "DB_NONE", "select 1").status_code == 404


def test_the_contract_tables_exist(lab: RunningLab) -> None:
    expected = {
        "DB_OPS": {
            "patch_events", "delivery_reports", "ops_scans", "ops_issues", "operation_logs", "hil_requests", "users",
            "sessions", "orders", "tasks", "error_events", "specialist_queues", "specialist_triggers",
            "container_errors", "container_logs", "container_processes", "ai_provider_assignments",
            "ai_provider_executions", "ai_provider_configs", "ai_provider_conversations", "factories",
        },
        "DB_PROJECTS": {"project_requirements", "project_overview_cards"},
        "DB_CHATS": {"conversation_logs"},
        "DB_HEALTH": {
            "health_checks", "worker_health_checks", "health_check_schedules", "test_profiles", "test_results",
            "ai_logs", "health_summaries",
        },
    }  # fmt: skip
    for db, tables in expected.items():
        found = {row["name"] for row in lab.sql(db, "select name from sqlite_master where type = 'table'")}
        assert found >= tables | {"d1_migrations"}, db


def test_health_ops_knows_its_profiles_and_results(lab: RunningLab) -> None:
    request: dict[str, Any] = {
        "getTestProfiles": {"enabledOnly": True}, "getTestResults": {"limit": 1}, "getAiUsageStats": {"days": 7},
    }  # fmt: skip
    result = rpc(lab, "ORCHESTRATOR_HEALTH", "handleRequest", request).json()["result"]
    assert len(result["testProfiles"]) == 15
    assert len({profile["name"] for profile in result["testProfiles"]}) == 15
    assert len(result["testResults"]) == 1
    assert result["aiUsageStats"][0]["usage_count"] > 0


def test_the_latest_summary_adds_up(lab: RunningLab) -> None:
    request: dict[str, object] = {"getLatestHealthSummary": {}}
    summary = rpc(lab, "ORCHESTRATOR_HEALTH", "handleRequest", request).json()["result"]["healthSummary"]
    assert summary["overall_status"] in ("healthy", "degraded", "critical")
    assert summary["passed_tests"] + summary["failed_tests"] + summary["skipped_tests"] == summary["total_tests"] == 15
    assert isinstance(summary["issues"], list)


def test_the_other_entrypoints_answer(lab: RunningLab) -> None:
    entry = {"source": "smoke", "operation": "ping", "level": "info"}
    assert rpc(lab, "ORCHESTRATOR_LOGGING", "log", entry).json()["result"]["success"] is True
    assert len(rpc(lab, "ORCHESTRATOR_TASKS", "getTasksForOrder", "order-1").json()["result"]["tasks"]) == 2
    assert len(rpc(lab, "ORCHESTRATOR_HEALTH_CHECK", "getConfiguredWorkers").json()["result"]) == len(ROSTER)
    assert rpc(lab, "ORCHESTRATOR_OPS_MONITOR", "getRecentScans", {"limit": 1}).json()["result"]["scans"] == []
    assert rpc(lab, "ORCHESTRATOR_HIL", "getHilRequests", {"limit": 1}).json()["result"]["requests"] == []


def test_a_call_that_cannot_be_made_says_so(lab: RunningLab) -> None:
    assert rpc(lab, "ORCHESTRATOR_NOTHING", "log").status_code == 404
    assert rpc(lab, "ORCHESTRATOR_LOGGING", "log").status_code == 400
    assert rpc(lab, "ORCHESTRATOR_LOGGING", "log", "no object").status_code == 400
    assert rpc(lab, "ORCHESTRATOR_HEALTH", "handleRequest", {"dropAll": {}}).status_code == 400
    lab.fault("d1-ops-down", True)
    assert rpc(lab, "ORCHESTRATOR_TASKS", "getTasksForOrder", "order-1").status_code == 500


def test_workers_way_in_needs_the_service_credential(lab: RunningLab) -> None:
    body = {"binding": "ORCHESTRATOR_TASKS", "method": "getTasksForOrder", "args": ["order-1"]}
    assert lab.client.post(f"{lab.base}/__rpc", json=body).status_code == 401
    assert lab.client.post(f"{lab.base}/__rpc", json=body, headers=lab.service).status_code == 200


def test_faults_are_switched_and_logged(lab: RunningLab) -> None:
    seen = lab.client.get(f"{lab.operator}/logs?since=0").json()[-1]["seq"]
    reply = lab.client.post(f"{lab.operator}/fault", json={"id": "rate-limit-off", "on": True})
    assert reply.json() == {"id": "D-17", "on": True}
    assert [e["id"] for e in lab.client.get(f"{lab.operator}/faults").json() if e["on"]] == ["D-17"]
    lines = lab.client.get(f"{lab.operator}/logs?since={seen}").json()
    assert [(line["message"], line["fault"]) for line in lines] == [("fault switched", "D-17")]
    unknown = lab.client.post(f"{lab.operator}/fault", json={"id": "rate-limit-of"})
    assert unknown.status_code == 404
    assert "rate-limit-off" in unknown.json()["error"]


def test_a_web_page_cannot_use_the_channel(lab: RunningLab) -> None:
    for headers in ({"Origin": "http://example.org"}, {"Host": "example.org:1"}):
        assert lab.client.get(f"{lab.operator}/credentials", headers=headers).status_code == 403
    assert lab.client.get(f"{lab.operator}/ping").json()["base_url"] == lab.base
