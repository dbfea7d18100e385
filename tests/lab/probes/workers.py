"""Probes of the switches of workers, their health checks and the life of a run."""

import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from websockets.sync.client import connect

from tests.lab.probes.core import RESULT, UNIT_ONLY, Probe, post_result
from tests.lab.running import RunningLab, listener, wait_for


def execute(lab: RunningLab, url: str, options: object = None) -> str:
    """Order a check from the factory; its uuid."""
    check = str(uuid.uuid4())
    body = {"worker_check_uuid": check, "callback_url": url} | ({} if options is None else {"options": options})
    assert lab.client.post(f"{lab.worker}/health-check/execute", json=body, headers=lab.service).is_success
    return check


def last_result(lab: RunningLab, options: object = None) -> dict[str, Any]:
    """The first result that a check with `options` reports."""
    with listener() as heard:
        execute(lab, heard.url, options)
        wait_for(lambda: heard.posts)
        result: dict[str, Any] = heard.posts[0]["results"]
        return result


def posts_after_a_refusal(lab: RunningLab) -> int:
    """How often a result comes whose first delivery is refused, until it is taken or given up."""
    with listener(500, 200) as heard:
        fate_of_a_check(lab, heard.url)
        return len(heard.posts)


def fate_of_a_check(lab: RunningLab, url: str) -> str:
    """What the worker's log says last of a check to be reported to `url`: delivered or not, and why not."""
    ends = ("result delivered", "result given up", "result held back", "health check died")
    seen = max((line["seq"] for line in log_after(lab, 0)), default=0)
    check = execute(lab, url, UNIT_ONLY)

    def fate() -> str:
        lines = [line["message"] for line in log_after(lab, seen) if line.get("worker_check_uuid") == check]
        return next((message for message in lines if message in ends), "")

    found: str = wait_for(fate)
    return found


def log_after(lab: RunningLab, number: int) -> list[dict[str, Any]]:
    """All lines of the lab's log after the one with this number."""
    lines: list[dict[str, Any]] = []
    while page := lab.client.get(f"{lab.operator}/logs", params={"since": number}).json():
        lines += page
        number = page[-1]["seq"]
    return lines


def gap_after_a_refusal(lab: RunningLab) -> bool:
    """Whether there is a gap before a refused result is sent again."""
    with listener(500, 200) as heard:
        execute(lab, heard.url, UNIT_ONLY)
        wait_for(lambda: len(heard.posts) > 1)
        return heard.times[1] - heard.times[0] > 0.9


def row_of(worker: str, *columns: str) -> Probe:
    """Columns of the worker's row once its run has ended."""

    def look(lab: RunningLab) -> object:
        row = lab.finished(lab.start_run(worker, **UNIT_ONLY))["worker_results"][0]
        return [row[name] for name in columns]

    return look


def was_running(lab: RunningLab) -> bool:
    """Whether the row was ever running."""
    row = lab.finished(lab.start_run("agent-factory", **UNIT_ONLY))["worker_results"][0]
    return row["started_at"] is not None


def score_is_the_mean(lab: RunningLab) -> bool:
    """Whether a run's score is that of its only worker."""
    done = lab.finished(lab.start_run("agent-factory", **UNIT_ONLY))
    return bool(abs(done["overall_health_score"] - done["worker_results"][0]["health_score"]) < 0.001)


def second_result(lab: RunningLab) -> object:
    """Status of a second result, and which score is stored."""
    run = lab.start_run("agent-factory")
    check = lab.run_status(run)["worker_results"][0]["worker_check_uuid"]
    post_result(lab, check, RESULT)
    lab.finished(run)
    status = post_result(lab, check, RESULT | {"health_score": 0.71})
    return status, lab.run_status(run)["worker_results"][0]["health_score"] == 0.71


def run_over(*workers: str) -> Probe:
    """State of a run over `workers` once each of them has reported or failed."""

    def look(lab: RunningLab) -> object:
        run = lab.start_run(*workers, **UNIT_ONLY)
        wait_for(lambda: all(row["completed_at"] for row in lab.run_status(run)["worker_results"]))
        return lab.run_status(run)["status"]

    return look


def run_over_the_dead(lab: RunningLab) -> object:
    """State of a run over a dead worker and a living one."""
    with lab.at_fault("ui-factory-down"):
        return run_over("ui-factory", "data-factory")(lab)


def is_reported(lab: RunningLab) -> tuple[str, int]:
    """What becomes of a check, and how often its result has come by then."""
    with listener() as heard:
        return fate_of_a_check(lab, heard.url), len(heard.posts)


def test_record(lab: RunningLab) -> bool:
    """Whether the report of a suite is there once it was accepted."""
    body = {"run_id": "probe", "status": "passed", "trigger": "on_demand", "suite": "smoke"}
    made = lab.post("/api/health/tests/probe-suite", body).json()["worker_check_uuid"]
    return made in lab.get("/api/health/tests/probe-suite/latest").text


def status_of(worker: str, method: str, path: str, body: object = None) -> Probe:
    """Status of a request to a worker."""
    return lambda lab: lab.client.request(method, lab.workers[worker] + path, json=body).status_code


def health_specialist_says(lab: RunningLab) -> object:
    """What health-specialist says of itself."""
    return lab.client.get(f"{lab.workers['health-specialist']}/health").json()["status"]


def cron_leaves_results(lab: RunningLab) -> bool:
    """Whether the nightly cron of health-specialist runs profiles."""
    count = "select count(*) as n from test_results where triggered_by = 'cron'"
    before = lab.sql("DB_HEALTH", count)[0]["n"]
    url = f"{lab.workers['health-specialist']}/cdn-cgi/handler/scheduled"
    assert lab.client.get(url, params={"cron": "0 2 * * *"}).text == "ok"
    return bool(lab.sql("DB_HEALTH", count)[0]["n"] > before)


def health_socket_greets(lab: RunningLab) -> bool:
    """Whether a word comes on /ws/health."""
    url = lab.workers["health-specialist"].replace("http", "ws", 1) + "/ws/health"
    with connect(url, additional_headers=lab.service, proxy=None) as socket:
        try:
            return bool(socket.recv(0.5))
        except TimeoutError:
            return False


def quick_connectivity(lab: RunningLab) -> object:
    """What a quick check says of the orchestrator."""
    return lab.client.get(f"{lab.worker}/health-check/quick").json()["orchestrator_connectivity"]


def acknowledged_as_asked(lab: RunningLab) -> bool:
    """Whether an acknowledgement names the check that was asked for."""
    check = str(uuid.uuid4())
    body = {"worker_check_uuid": check, "callback_url": f"{lab.base}/health-check/result", "options": UNIT_ONLY}
    reply = lab.client.post(f"{lab.worker}/health-check/execute", json=body, headers=lab.service)
    return bool(reply.json()["worker_check_uuid"] == check)


def start_over_the_dead(lab: RunningLab) -> int:
    """Status of starting a run over a dead worker."""
    with lab.at_fault("ui-factory-down"):
        return lab.post("/api/health/checks", {"worker_filters": ["ui-factory"]} | UNIT_ONLY).status_code


def is_reported_without_logging(lab: RunningLab) -> object:
    """Whether a check is reported although the Logging entrypoint fails."""
    with lab.at_fault("rpc-logging-fails"):
        return is_reported(lab)


PROBES: Mapping[str, Probe] = MappingProxyType(
    {
        "callback-late": is_reported,
        "delivery-no-retry": posts_after_a_refusal,
        "delivery-retry-gaps-wrong": gap_after_a_refusal,
        "timeout-ignored": lambda lab: last_result(lab, {"timeout_ms": 1, "max_retries": 0})["overall_status"],
        "attempts-wrong": lambda lab: last_result(lab, {"timeout_ms": 1, "max_retries": 1})["error_message"],
        "worker-stays-pending": was_running,
        "run-never-completes": run_over("agent-factory"),
        "run-score-wrong": score_is_the_mean,
        "result-overwrites": second_result,
        "database-probe-fails": row_of("agent-factory", "database_connectivity"),
        "factories-degraded": row_of("data-factory", "overall_status"),
        "specialists-critical": row_of("cloud-worker-retrofit", "overall_status"),
        "test-record-lost": test_record,
        "conflict-accepts-empty": status_of("ops-conflict-specialist", "POST", "/resolve", {}),
        "report-not-found-500": status_of("ops-delivery-report-specialist", "GET", "/report/smoke-none"),
        "health-specialist-unhealthy": health_specialist_says,
        "health-specialist-no-profiles-run": cron_leaves_results,
        "ws-health-silent": health_socket_greets,
        "worker-cut-off": quick_connectivity,
        "execute-wrong-uuid": acknowledged_as_asked,
        "dispatch-unbound": row_of("agent-factory", "status", "error_message"),
        "dead-target-500": start_over_the_dead,
        "logging-failure-fatal": is_reported_without_logging,
        "D-27": status_of("health-specialist", "GET", "/api/health/status"),
        "D-29": run_over_the_dead,
        "D-33": lambda lab: last_result(lab)["overall_status"],
    }
)
