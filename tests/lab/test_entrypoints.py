"""The 18 entrypoints by RPC (contract 1.5, INF-07, INF-08)."""

from typing import Any

import httpx
import pytest

from tests.lab.pairs import PAIRS
from tests.lab.probes.providers import call
from tests.lab.running import RunningLab

# binding, method that writes, its argument, key of the row; method that reads it, its argument, key of the rows
ROUND_TRIPS: list[tuple[str, str, dict[str, Any], str, str, dict[str, Any], str]] = [
    ("ORCHESTRATOR_TASKS", "createOrder", {"id": "o-1", "title": "New"}, "order", "listOrders", {}, "orders"),
    ("ORCHESTRATOR_FACTORY", "registerFactory", {"name": "tiny-factory"}, "factory", "listFactories", {"active": True},
     "factories"),
    ("ORCHESTRATOR_DELIVERY", "createReport", {"patchId": "p-1", "destination": "main", "metadata": {"a": 1}}, "report",
     "listReports", {"patchId": "p-1"}, "reports"),
    ("ORCHESTRATOR_OPS", "createOrder", {"orderType": "lint"}, "order", "getQueue", {}, ""),
    ("ORCHESTRATOR_OPS", "enqueue", {"specialistType": "linter", "triggerEvent": "push", "payload": {"n": 1}}, "item",
     "getQueue", {"specialistType": "linter"}, "items"),
    ("ORCHESTRATOR_OPS", "saveDeliveryReport", {"projectId": "x", "phase": "one", "complianceScore": 1}, "report",
     "getDeliveryReports", {"projectId": "x"}, "reports"),
    ("ORCHESTRATOR_TEMPLATE", "addTemplateFile", {"templateName": "t", "filePath": "a.ts"}, "file", "listTemplateFiles",
     {"templateName": "t"}, "files"),
    ("ORCHESTRATOR_HIL", "createHilRequest", {"question": "Tabs or gaps?", "orderId": "o-9"}, "request",
     "getHilRequests", {"orderId": "o-9"}, "requests"),
    ("ORCHESTRATOR_PROJECTS", "addRequirement",
     {"projectId": "x", "section": "ui", "title": "T", "requirements": ["a"]}, "requirement", "getRequirements",
     {"projectId": "x"}, "requirements"),
    ("ORCHESTRATOR_PROJECTS", "addOverviewCard", {"projectId": "x", "title": "T", "sections": {"a": "b"}}, "card",
     "getOverviewCards", {"projectId": "x"}, "cards"),
    ("ORCHESTRATOR_CHATS", "logMessage", {"conversationId": "c", "role": "user", "message": "Hi"}, "message",
     "getConversation", {"conversationId": "c"}, "messages"),
    ("ORCHESTRATOR_DOCS", "saveDoc", {"path": "a.md", "title": "A", "content": "text"}, "doc", "listDocs", {}, "docs"),
    ("ORCHESTRATOR_CONTAINER_MONITORING", "recordLog", {"containerId": "k", "text": "line"}, "log", "getLogs",
     {"containerId": "k"}, "logs"),
    ("ORCHESTRATOR_CONTAINER_MONITORING", "recordError", {"containerId": "k", "text": "no"}, "error_event", "getErrors",
     {"containerId": "k"}, "errors"),
    ("ORCHESTRATOR_CONTAINER_MONITORING", "recordProcess", {"containerId": "k", "pid": 1, "command": "x"}, "process",
     "getProcesses", {"containerId": "k"}, "processes"),
]  # fmt: skip


def rpc(lab: RunningLab, binding: str, method: str, *args: object) -> httpx.Response:
    """The bare answer to a call."""
    return lab.client.post(f"{lab.operator}/rpc", json={"binding": binding, "method": method, "args": list(args)})


def test_there_are_the_18_pairs_of_the_contract(lab: RunningLab) -> None:
    offered = lab.client.get(f"{lab.operator}/rpc").json()
    assert {binding: entry["entrypoint"] for binding, entry in offered.items()} == PAIRS
    assert all(entry["methods"] for entry in offered.values())


def test_the_cheap_calls_of_the_contract_answer(lab: RunningLab) -> None:
    calls: list[tuple[str, str, Any]] = [
        ("ORCHESTRATOR_LOGGING", "log", {"source": "smoke", "operation": "ping"}),
        ("ORCHESTRATOR_TASKS", "getTasksForOrder", "order-1"),
        ("ORCHESTRATOR_HEALTH", "handleRequest", {"getTestProfiles": {}}),
        ("ORCHESTRATOR_AI_PROVIDER", "listAvailableProviders", {}),
        ("ORCHESTRATOR_OPS_MONITOR", "getRecentScans", {"limit": 1}),
        ("ORCHESTRATOR_HIL", "getHilRequests", {"limit": 1}),
    ]
    for binding, method, argument in calls:
        assert call(lab, binding, method, argument)["success"] is True, binding
    workers = call(lab, "ORCHESTRATOR_HEALTH_CHECK", "getConfiguredWorkers")
    assert {worker["name"] for worker in workers} == set(lab.workers)


@pytest.mark.parametrize(("binding", "write", "new", "key", "read", "query", "rows"), ROUND_TRIPS)
def test_what_is_written_can_be_read(
    lab: RunningLab,
    binding: str,
    write: str,
    new: dict[str, Any],
    key: str,
    read: str,
    query: dict[str, Any],
    rows: str,
) -> None:
    made = call(lab, binding, write, new)
    assert made["success"] is True
    stored = {name.replace("_", ""): value for name, value in made[key].items()}
    for name, value in new.items():
        column = {"text": "line" if rows == "logs" else "message"}.get(name, name.lower())
        assert stored[column] == value, name
    if rows:
        assert made[key] in call(lab, binding, read, query)[rows]


def test_methods_that_are_not_offered_are_not_there(lab: RunningLab) -> None:
    for method in ("__init__", "lab", "call", "_ops", "get_tasks_for_order", "handle", "", "log"):
        assert rpc(lab, "ORCHESTRATOR_TASKS", method).status_code == 404, method
    unknown = rpc(lab, "ORCHESTRATOR_NOTHING", "log")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "Unknown RPC binding")


@pytest.mark.parametrize(
    ("binding", "method", "args"),
    [
        ("ORCHESTRATOR_LOGGING", "log", []),
        ("ORCHESTRATOR_LOGGING", "log", ["text"]),
        ("ORCHESTRATOR_LOGGING", "log", [{"source": "s", "operation": "o", "level": "loud"}]),
        ("ORCHESTRATOR_LOGGING", "log", [{"source": "s", "operation": "o"}, 1]),
        ("ORCHESTRATOR_TASKS", "getTasksForOrder", [7]),
        ("ORCHESTRATOR_HIL", "getHilRequests", [{"limit": "many"}]),
        ("ORCHESTRATOR_HIL", "getHilRequests", [{"limit": 0}]),
        ("ORCHESTRATOR_HEALTH", "handleRequest", [{"dropAll": {}}]),
        ("ORCHESTRATOR_HEALTH", "handleRequest", [{"getTestResults": {"limit": "x"}}]),
        ("ORCHESTRATOR_HEALTH", "handleRequest", [{"getTestProfiles": 3}]),
        ("ORCHESTRATOR_DATA", "countRows", [{"db": "DB_NONE", "table": "users"}]),
        ("ORCHESTRATOR_FACTORY", "registerFactory", [{"name": "Bad Name"}]),
    ],
)
def test_arguments_that_do_not_fit_are_refused(lab: RunningLab, binding: str, method: str, args: list[object]) -> None:
    reply = rpc(lab, binding, method, *args)
    assert (reply.status_code, reply.json()["error"]) == (400, "Invalid RPC arguments")


def test_what_is_not_there_is_said_to_be_missing(lab: RunningLab) -> None:
    assert call(lab, "ORCHESTRATOR_TASKS", "getTask", "nobody") == {"success": False, "error": "task not found"}
    new = {"orderId": "no-order", "title": "x"}
    assert call(lab, "ORCHESTRATOR_TASKS", "createTask", new)["error"] == "order not found"
    assert call(lab, "ORCHESTRATOR_DATA", "countRows", {"db": "DB_OPS", "table": "x; drop"})["success"] is False


def test_a_task_goes_its_way(lab: RunningLab) -> None:
    made = call(lab, "ORCHESTRATOR_TASKS", "createTask", {"orderId": "order-1", "title": "Paint"})["task"]
    changed = {"taskUuid": made["task_uuid"], "status": "completed"}
    assert call(lab, "ORCHESTRATOR_TASKS", "updateTaskStatus", changed)["task"]["status"] == "completed"
    tasks = call(lab, "ORCHESTRATOR_TASKS", "getTasksForOrder", {"orderId": "order-1"})["tasks"]
    assert tasks[-1]["title"] == "Paint"


def test_a_name_is_taken_only_once(lab: RunningLab) -> None:
    for success in (True, False):
        assert call(lab, "ORCHESTRATOR_FACTORY", "registerFactory", {"name": "once"})["success"] is success


def test_documents_have_versions(lab: RunningLab) -> None:
    for content in ("first", "second"):
        call(lab, "ORCHESTRATOR_DOCS", "saveDoc", {"path": "v.md", "title": "V", "content": content})
    doc = call(lab, "ORCHESTRATOR_DOCS", "getDoc", {"path": "v.md"})["doc"]
    assert (doc["content"], doc["version"]) == ("second", 2)


def test_a_conflict_has_one_row_whatever_is_said_of_it(lab: RunningLab) -> None:
    conflict = {"repo": "a/b", "prNumber": 7, "headBranch": "x"}
    for status in ("pending", "resolved"):
        call(lab, "ORCHESTRATOR_OPS", "recordConflictResolution", conflict | {"status": status})
    rows = call(lab, "ORCHESTRATOR_OPS", "getConflictResolutions", {"repo": "a/b"})["resolutions"]
    assert [row["status"] for row in rows] == ["resolved"]


def test_placeholders_are_filled_for_an_order(lab: RunningLab) -> None:
    file = call(lab, "ORCHESTRATOR_TEMPLATE", "addTemplateFile", {"templateName": "web", "filePath": "x"})["file"]
    asked = {"templateFileId": file["id"], "placeholder": "{{NAME}}"}
    place = call(lab, "ORCHESTRATOR_TEMPLATE", "addPlaceholder", asked)["placeholder"]
    mapping = {"orderId": "order-1", "placeholderId": place["id"], "value": "Menu"}
    assert call(lab, "ORCHESTRATOR_TEMPLATE", "mapPlaceholder", mapping)["success"] is True
    found = call(lab, "ORCHESTRATOR_TEMPLATE", "getMappings", {"orderId": "order-1"})["mappings"]
    assert [row["value"] for row in found] == ["Menu"]


def test_a_log_line_names_its_order_and_task(lab: RunningLab) -> None:
    entry = {"source": "smoke-rpc", "operation": "ping", "orderId": "order-1", "taskUuid": "t", "details": {"a": [1]}}
    call(lab, "ORCHESTRATOR_LOGGING", "log", entry)
    line = call(lab, "ORCHESTRATOR_LOGGING", "getLogs", {"source": "smoke-rpc"})["logs"][0]
    assert (line["order_id"], line["task_uuid"], line["details"]) == ("order-1", "t", {"a": [1]})


def test_patch_events_are_counted(lab: RunningLab) -> None:
    event = {"patchId": "smoke-rpc", "eventType": "PATCH_APPLIED", "status": "success", "id": "once"}
    for _ in range(2):
        assert call(lab, "ORCHESTRATOR_PATCH", "recordEvent", event)["event"]["id"] == "once"
    assert call(lab, "ORCHESTRATOR_PATCH", "getEvents", {"patchId": "smoke-rpc"})["total"] == 1
    assert call(lab, "ORCHESTRATOR_PATCH", "getStats", {"patchId": "smoke-rpc"})["byStatus"] == {"success": 1}


def test_github_is_not_reached_and_that_is_said_and_logged(lab: RunningLab) -> None:
    asked = {"repository": "https://github.com/example/core-vibe-hq.git"}
    assert call(lab, "ORCHESTRATOR_GITHUB", "parseRepository", asked)["repo"] == "core-vibe-hq"
    answer = call(lab, "ORCHESTRATOR_GITHUB", "createPullRequest", asked | {"title": "T", "head": "x"})
    assert (answer["success"], answer["error"]) == (False, "no GitHub token is configured")
    sql = "select details from operation_logs where operation = 'github.create_pull_request'"
    assert "example/core-vibe-hq" in lab.sql("DB_OPS", sql)[0]["details"]


def test_a_run_by_rpc_is_a_run(lab: RunningLab) -> None:
    order = {"workerFilters": ["agent-factory"], "triggerSource": "smoke-rpc"}
    run = call(lab, "ORCHESTRATOR_HEALTH_CHECK", "initiateHealthCheck", order)
    assert run["total_workers"] == 1
    known = {"healthCheckUuid": run["health_check_uuid"]}
    found = call(lab, "ORCHESTRATOR_HEALTH_CHECK", "getHealthCheckStatus", known)
    assert found["result"]["worker_results"][0]["worker_name"] == "agent-factory"
    missing = call(lab, "ORCHESTRATOR_HEALTH_CHECK", "getHealthCheckStatus", {"healthCheckUuid": "none"})
    assert missing["success"] is False


def test_a_scan_by_rpc_is_stored(lab: RunningLab) -> None:
    scan = call(lab, "ORCHESTRATOR_OPS_MONITOR", "runScan", {"type": "incremental"})["scan"]
    stored = call(lab, "ORCHESTRATOR_OPS_MONITOR", "getScan", {"id": int(scan["scanId"].removeprefix("scan-"))})["scan"]
    assert stored["findings"] == scan["findings"]


def test_a_question_is_answered_by_a_person(lab: RunningLab) -> None:
    made = call(lab, "ORCHESTRATOR_HIL", "createHilRequest", {"question": "Xyzzy?"})["request"]
    answered = call(lab, "ORCHESTRATOR_HIL", "respond", {"id": made["id"], "userResponse": "Plugh"})["request"]
    assert (answered["status"], answered["user_response"]) == ("resolved", "Plugh")
    reply = lab.get(f"/api/hil/requests/{made['id']}")
    assert reply.json()["data"]["user_response"] == "Plugh"


@pytest.mark.parametrize(
    ("fault", "binding", "method", "args"),
    [
        ("d1-ops-down", "ORCHESTRATOR_TASKS", "getTasksForOrder", ["order-1"]),
        ("d1-projects-down", "ORCHESTRATOR_PROJECTS", "listProjects", []),
        ("d1-chats-down", "ORCHESTRATOR_CHATS", "listConversations", []),
        ("d1-health-down", "ORCHESTRATOR_HEALTH", "handleRequest", [{"getTestProfiles": {}}]),
        ("D-05", "ORCHESTRATOR_DATA", "listDatabases", []),
    ],
)
def test_an_entrypoint_falls_with_what_it_needs(
    lab: RunningLab, fault: str, binding: str, method: str, args: list[object]
) -> None:
    assert call(lab, binding, method, *args)["success"] is True
    with lab.at_fault(fault):
        reply = rpc(lab, binding, method, *args)
        assert reply.status_code == 500
        assert "SELECT" not in reply.text
    assert call(lab, binding, method, *args)["success"] is True


def test_data_ops_knows_which_database_is_down(lab: RunningLab) -> None:
    with lab.at_fault("d1-chats-down"):
        found = call(lab, "ORCHESTRATOR_DATA", "listDatabases")["databases"]
    assert [base["binding"] for base in found if not base["available"]] == ["DB_CHATS"]
    assert call(lab, "ORCHESTRATOR_DATA", "countRows", {"db": "DB_OPS", "table": "users"})["count"] == 1


def test_workers_reach_all_of_them_with_the_service_credential(lab: RunningLab) -> None:
    body = {"binding": "ORCHESTRATOR_CHATS", "method": "listConversations", "args": []}
    assert lab.client.post(f"{lab.base}/__rpc", json=body).status_code == 401
    reply = lab.client.post(f"{lab.base}/__rpc", json=body, headers=lab.service)
    assert reply.json()["result"]["success"] is True
