"""Workers under fault: attempts, deliveries, connectivity, and the diagnostics socket (contract parts 4 and 6)."""

import json
import uuid
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.lab.running import PATIENCE, RunningLab, listener, wait_for

pytestmark = pytest.mark.usefixtures("switches_off")

UNIT_ONLY = {"include_performance_tests": False, "include_integration_tests": False}


def execute(lab: RunningLab, url: str, options: dict[str, Any] | None) -> str:
    """Order a check from the factory; its uuid."""
    check = str(uuid.uuid4())
    body = {"worker_check_uuid": check, "callback_url": url} | ({} if options is None else {"options": options})
    reply = lab.client.post(f"{lab.worker}/health-check/execute", json=body, headers=lab.service)
    assert reply.status_code == 200, reply.text
    return check


def row_of_run(lab: RunningLab, worker: str, **more: object) -> dict[str, Any]:
    """The worker's row once its run has ended."""
    row: dict[str, Any] = lab.finished(lab.start_run(worker, **more))["worker_results"][0]
    return row


def test_a_timed_out_check_reports_its_verdict_and_nothing_after_it(lab: RunningLab) -> None:
    with listener() as heard:
        check = execute(lab, heard.url, UNIT_ONLY | {"timeout_ms": 1, "max_retries": 0})
        wait_for(lambda: heard.posts)
        later = execute(lab, heard.url, UNIT_ONLY)  # a cancelled attempt would have reported before this one does
        wait_for(lambda: len(heard.posts) > 1)
    assert [post["worker_check_uuid"] for post in heard.posts] == [check, later]
    verdict = heard.posts[0]["results"]
    assert (verdict["overall_status"], verdict["health_score"]) == ("timeout", 0)
    assert "1 attempt " in verdict["error_message"]


def test_as_built_attempts_that_timed_out_report_after_the_verdict(lab: RunningLab) -> None:
    lab.fault("D-33", True)
    with listener() as heard:
        execute(lab, heard.url, UNIT_ONLY | {"timeout_ms": 20, "max_retries": 1})
        wait_for(lambda: len(heard.posts) == 3)
    assert [post["results"]["overall_status"] for post in heard.posts] == ["healthy", "timeout", "healthy"]


def test_as_built_a_late_result_replaces_the_verdict(lab: RunningLab) -> None:
    lab.fault("D-33", True)
    run = lab.start_run("agent-factory", timeout_minutes=0.0002, **UNIT_ONLY)
    row = wait_for(lambda: (found := lab.run_status(run)["worker_results"][0])["overall_status"] == "healthy" and found)
    assert row["status"] == "completed"


def test_as_built_missing_options_crash_after_the_acknowledgement(lab: RunningLab) -> None:
    lab.fault("D-33", True)
    with listener() as heard:
        execute(lab, heard.url, None)
        wait_for(lambda: heard.posts)
    result = heard.posts[0]["results"]
    assert (result["overall_status"], result["health_score"]) == ("critical", 0)
    assert "include_unit_tests" in result["error_message"]


def test_a_check_ends_although_logging_fails(lab: RunningLab) -> None:
    lab.fault("rpc-logging-fails", True)
    row = row_of_run(lab, "agent-factory", **UNIT_ONLY)
    assert (row["status"], row["overall_status"]) == ("completed", "critical")
    assert (row["orchestrator_connectivity"], row["database_connectivity"]) == (0, 1)
    quick = lab.client.get(f"{lab.worker}/health-check/quick").json()
    assert (quick["status"], quick["orchestrator_connectivity"]) == ("degraded", False)
    assert lab.client.get(f"{lab.worker}/health-check/status").json()["orchestrator_available"] is True


def test_without_a_model_two_of_three_connections_are_left(lab: RunningLab) -> None:
    lab.fault("ai-binding-down", True)
    row = row_of_run(lab, "ui-factory", **UNIT_ONLY)
    assert (row["external_api_connectivity"], row["overall_status"]) == (0, "degraded")
    assert row["health_score"] == pytest.approx((0.4 * 2 / 3 + 0.3) / 0.7, abs=0.001)
    whole = row_of_run(lab, "ui-factory")
    assert whole["health_score"] == pytest.approx(0.4 * 2 / 3 + 0.3 + 0.2 + 0.1 / 2, abs=0.001)
    assert [test["status"] for test in whole["integration_test_results"]] == ["passed", "failed"]


def test_all_workers_are_healthy_in_one_run(lab: RunningLab) -> None:
    done = lab.finished(lab.start_run(*lab.workers))
    assert (done["status"], done["completed_workers"], done["passed_workers"]) == ("completed", 11, 11)
    assert {row["overall_status"] for row in done["worker_results"]} == {"healthy"}
    assert done["overall_health_score"] == 1


def test_a_quick_check_is_a_line_in_the_operation_log(lab: RunningLab) -> None:
    for worker, url in lab.workers.items():
        quick = lab.client.get(f"{url}/health-check/quick").json()
        assert (quick["worker_name"], quick["orchestrator_connectivity"]) == (worker, True)
        lines = lab.sql(
            "DB_OPS", "select level from operation_logs where source = ? and operation = 'quick_health_check'", worker
        )
        assert lines[-1] == {"level": "debug"}


def talk(socket: ClientConnection, frame: object) -> dict[str, Any]:
    """The answer to one frame."""
    socket.send(json.dumps(frame))
    answer: dict[str, Any] = json.loads(socket.recv(PATIENCE))
    return answer


@pytest.mark.parametrize("worker", ["agent-factory", "ops-conflict-specialist"])
def test_a_worker_answers_on_its_diagnostics_socket(lab: RunningLab, worker: str) -> None:
    with connect(lab.workers[worker].replace("http", "ws", 1) + "/ws", proxy=None) as socket:
        assert talk(socket, {"type": "ping", "id": 1})["type"] == "pong"
        asked = talk(socket, {"type": "request", "id": "a", "payload": {"path": "health"}})
        assert (asked["type"], asked["id"], asked["data"]["worker_name"]) == ("response", "a", worker)
        done = talk(socket, {"type": "command", "payload": {"command": "whoami"}})
        assert (done["type"], done["output"]) == ("command_result", worker)
        for harm in ("rm -rf /", "env", 7, None):
            refused = talk(socket, {"type": "command", "command": harm})
            assert (refused["type"], refused["success"]) == ("command_result", False)
        nonsense: tuple[object, ...] = ({"type": "x"}, [], "text", {"type": ["ping"]})
        assert {talk(socket, frame)["type"] for frame in nonsense} == {"error"}


def test_logs_and_metrics_come_to_who_subscribes(lab: RunningLab) -> None:
    with connect(lab.worker.replace("http", "ws", 1) + "/ws", proxy=None) as socket:
        assert talk(socket, {"type": "subscribe", "payload": {"channels": ["logs", "metrics", "x"]}})["channels"] == [
            "logs", "metrics",
        ]  # fmt: skip
        with listener() as heard:
            check = execute(lab, heard.url, UNIT_ONLY)
            wait_for(lambda: heard.posts)
            frames: list[dict[str, Any]] = []
            wanted = {"health check accepted", "result delivered"}
            while wanted or not any(frame["type"] == "metrics" for frame in frames):
                frames.append(json.loads(socket.recv(PATIENCE)))
                if frames[-1]["type"] == "log" and frames[-1]["data"].get("worker_check_uuid") == check:
                    wanted.discard(frames[-1]["data"]["message"])
    metrics = next(frame["data"] for frame in frames if frame["type"] == "metrics")
    assert metrics["uptime_seconds"] > 0
