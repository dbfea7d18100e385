"""For each fault switch, a look at the lab that comes out differently while the switch is on."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import httpx

from tests.lab.running import RunningLab, listener, wait_for

Probe = Callable[[RunningLab], object]
UNIT_ONLY = {"include_performance_tests": False, "include_integration_tests": False}
RESULT = {
    "overall_status": "degraded", "health_score": 0.75, "orchestrator_connectivity": True,
    "external_api_connectivity": True, "database_connectivity": True,
}  # fmt: skip
BATCH = {"patchId": "smoke-probe", "operations": [{"op": "test", "path": "/smoke", "value": 1}]}


def query(db: str) -> Probe:
    """Status of a query."""
    return lambda lab: lab.client.post(f"{lab.operator}/sql", json={"db": db, "select": "select 1"}).status_code


def alive(worker: str) -> Probe:
    """Whether a worker's port takes connections."""

    def look(lab: RunningLab) -> bool:
        try:
            return lab.client.get(f"{lab.workers[worker]}/health-check/status").is_success
        except httpx.ConnectError:
            return False

    return look


def preflight(lab: RunningLab) -> object:
    """Status and type of the public status, or that it does not come."""
    try:
        reply = lab.client.get(f"{lab.base}/api/status", timeout=1)
    except httpx.ReadTimeout:
        return "silence"
    return reply.status_code, reply.headers["content-type"]


def is_slow(lab: RunningLab) -> bool:
    """Whether the public status takes more than a second."""
    return took(lambda: lab.client.get(f"{lab.base}/api/status")) > 1.4


def took(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    began = time.monotonic()
    call()
    return time.monotonic() - began


def get(path: str, *keys: str) -> Probe:
    """Status of a GET and, below `keys`, what it says."""

    def look(lab: RunningLab) -> object:
        reply = lab.get(path)
        content: Any = reply.json() if "json" in reply.headers["content-type"] else "page"
        for key in keys if reply.is_success and isinstance(content, dict) else ():
            content = content[key]
        return reply.status_code, content if keys else type(content).__name__

    return look


def total_workers(lab: RunningLab) -> object:
    """How many workers a run over one has."""
    return lab.post("/api/health/checks", {"worker_filters": ["agent-factory"]}).json()["result"]["total_workers"]


def run_is_listed(lab: RunningLab) -> object:
    """Whether a new run is in the list."""
    run = lab.start_run("nobody")
    return run in lab.get("/api/health/checks").text


def read_back(lab: RunningLab) -> object:
    """Status, and whether the run read is the one asked for."""
    run = lab.start_run("nobody")
    reply = lab.get(f"/api/health/checks/{run}")
    return reply.status_code, reply.json().get("result", {}).get("health_check_uuid") == run


def workers(lab: RunningLab) -> object:
    """Count and number of workers listed."""
    body = lab.get("/api/health/workers").json()
    return body["count"], len(body["workers"])


def latest(lab: RunningLab) -> object:
    """Whether the latest report is the one of the run just finished."""
    done = lab.finished(lab.start_run("agent-factory", **UNIT_ONLY))
    reply = lab.get("/api/health/workers/agent-factory/latest")
    ours: str = done["worker_results"][0]["worker_check_uuid"]
    return reply.status_code, ours in reply.text


def run_ends(lab: RunningLab) -> object:
    """Whether a run has ended after a while."""
    run = lab.start_run("agent-factory", **UNIT_ONLY)
    deadline = time.monotonic() + 1.5
    while lab.run_status(run)["status"] == "running" and time.monotonic() < deadline:
        time.sleep(0.05)
    return lab.run_status(run)["status"]


def execute(lab: RunningLab, url: str) -> str:
    """Order a check; its uuid."""
    check = str(uuid.uuid4())
    body = {"worker_check_uuid": check, "callback_url": url, "options": UNIT_ONLY}
    assert lab.client.post(f"{lab.worker}/health-check/execute", json=body, headers=lab.service).is_success
    return check


def reports_of_one_check(lab: RunningLab) -> object:
    """How often a check is reported, seen once a later one is reported too."""
    with listener() as heard:
        first = execute(lab, heard.url)
        wait_for(lambda: heard.posts)
        second = execute(lab, heard.url)
        wait_for(lambda: any(post["worker_check_uuid"] == second for post in list(heard.posts)))
        return [post["worker_check_uuid"] for post in heard.posts].count(first)


def acknowledgement_is_slow(lab: RunningLab) -> object:
    """Whether an order is acknowledged after more than two seconds."""
    return took(lambda: execute(lab, f"{lab.base}/health-check/result")) > 2


def worker_says(path: str, key: str, rule: Callable[[object], object] = lambda value: value) -> Probe:
    """What a worker answers under `key`."""
    return lambda lab: rule(lab.client.get(f"{lab.worker}/health-check/{path}").json()[key])


def post_result(lab: RunningLab, check: str, result: object) -> int:
    """Status of a result."""
    body = {"worker_check_uuid": check, "results": result}
    return lab.client.post(f"{lab.base}/health-check/result", json=body, headers=lab.service).status_code


def stored_result(lab: RunningLab) -> object:
    """State of a row after a result for it."""
    run = lab.start_run("agent-factory")
    check = lab.run_status(run)["worker_results"][0]["worker_check_uuid"]
    return post_result(lab, check, RESULT), lab.run_status(run)["worker_results"][0]["status"]


def create_status(lab: RunningLab) -> object:
    """Status of starting a run, and whether it is there."""
    reply = lab.post("/api/health/checks", {"worker_filters": ["nobody"]})
    run = reply.json()["result"]["health_check_uuid"]
    return reply.status_code, lab.get(f"/api/health/checks/{run}").status_code


def rows_of_a_run(lab: RunningLab) -> object:
    """Rows in DB_HEALTH, in DB_OPS, and worker rows."""
    run = lab.start_run("agent-factory")
    sql = "select * from health_checks where health_check_uuid = ?"
    return (
        len(lab.sql("DB_HEALTH", sql, run)),
        len(lab.sql("DB_OPS", sql, run)),
        len(lab.run_status(run)["worker_results"]),
    )


def health_ops(operation: str) -> Probe:
    """Status and result of HealthOps."""

    def look(lab: RunningLab) -> object:
        body = {"binding": "ORCHESTRATOR_HEALTH", "method": "handleRequest", "args": [{operation: {}}]}
        reply = lab.client.post(f"{lab.operator}/rpc", json=body)
        return reply.status_code, reply.json().get("result")

    return look


def source(lab: RunningLab) -> object:
    """The text of HealthOps.ts."""
    return (lab.source / "orchestrator/worker/entrypoints/HealthOps.ts").read_text(encoding="utf-8")


def summary_counts(lab: RunningLab) -> object:
    """Whether the summary counts the stored runs."""
    stored = lab.sql("DB_HEALTH", "select count(*) as n from health_checks")[0]["n"]
    return lab.get("/api/health").json()["summary"].get("totalChecks") == stored


def apply_status(**changes: object) -> Probe:
    """Status of a dry run and how many events it left."""

    def look(lab: RunningLab) -> object:
        reply = lab.post("/api/patches/apply", {"batch": BATCH | changes, "options": {"dryRun": True}})
        return reply.status_code, len(reply.json()["events"])

    return look


def stats_sums(lab: RunningLab) -> object:
    """Whether rates and breakdown add up."""
    stats = lab.get("/api/analytics/stats?timeframe=7d").json()
    total = sum(stats["breakdown"]["eventType"].values())
    return round(stats["successRate"] + stats["errorRate"], 6) == 100, total == stats["totalEvents"]


def trend(lab: RunningLab) -> object:
    """Number of points, and whether the average is theirs."""
    body = lab.get("/api/analytics/trends?metric=events").json()
    values = [point["value"] for point in body["dataPoints"]] or [0]
    return len(values), abs(body["summary"]["average"] - sum(values) / len(values)) < 0.001


def scan(lab: RunningLab) -> object:
    """Whether a scan makes up its numbers, and whether it is stored."""
    result = lab.post("/api/ops/scan", {"type": "incremental"}).json()
    rows = lab.sql("DB_OPS", "select * from ops_scans where id = ?", int(result["scanId"].removeprefix("scan-")))
    return result["processedLogs"] == 180, [json.loads(row["findings"]) == result["findings"] for row in rows]


def delivery(lab: RunningLab) -> object:
    """Statuses under both paths, of reading back and the attempts after a retry."""
    body = {"patchId": "smoke-probe", "destination": "smoke", "status": "pending"}
    built, planned = (lab.post(path, body) for path in ("/api/delivery-reports", "/api/ops/delivery-reports"))
    made = (built if built.is_success else planned).json()["data"]
    path = f"/api/delivery-reports/{made['id']}"
    retried = lab.post(f"{path}/retry").json().get("data", {})
    return built.status_code, planned.status_code, lab.get(path).status_code, retried.get("attempts")


def bare(path: str) -> Probe:
    """Status of a GET without any credential."""
    return lambda lab: lab.client.get(lab.base + path).status_code


def without_csrf(lab: RunningLab) -> object:
    """Status of a write without the pair."""
    headers = {"Authorization": lab.headers["Authorization"]}
    return lab.client.post(f"{lab.base}/api/ops/scan", json={"type": "x"}, headers=headers).status_code


def services(lab: RunningLab) -> object:
    """Statuses of empty calls with the right, a wrong and no service credential."""
    chosen: tuple[dict[str, str], ...] = (lab.service, {"Authorization": "Bearer wrong"}, {})
    urls = (f"{lab.base}/health-check/result", f"{lab.worker}/health-check/execute")
    return [lab.client.post(url, json={}, headers=headers).status_code for url in urls for headers in chosen]


def at_the_limit(lab: RunningLab) -> object:
    """Status of the 125th identical write of somebody new."""
    headers = lab.headers | {"Authorization": f"Bearer {uuid.uuid4()}"}
    statuses = [
        lab.client.post(f"{lab.base}/api/ops/scan", json={"type": "x"}, headers=headers).status_code for _ in range(125)
    ]
    return statuses[-1]


def error_keys(lab: RunningLab) -> object:
    """Fields of an error, and whether an answer shows the session."""
    reply = lab.get("/api/health/checks/invalid-uuid")
    return sorted(reply.json()), lab.headers["Authorization"] in str(reply.headers)


PROBES: Mapping[str, Probe] = MappingProxyType(
    {
        "d1-ops-down": query("DB_OPS"),
        "d1-projects-down": query("DB_PROJECTS"),
        "d1-chats-down": query("DB_CHATS"),
        "d1-health-down": query("DB_HEALTH"),
        "agent-factory-down": alive("agent-factory"),
        "ops-conflict-specialist-down": alive("ops-conflict-specialist"),
        "orchestrator-500": preflight,
        "orchestrator-html": preflight,
        "orchestrator-hang": preflight,
        "D-09": preflight,
        "api-slow": is_slow,
        "create-starts-all-workers": total_workers,
        "D-11": run_is_listed,
        "list-bare-array": get("/api/health/checks"),
        "D-12": read_back,
        "status-wrong-run": read_back,
        "workers-count-wrong": workers,
        "workers-empty": workers,
        "latest-never-updated": latest,
        "latest-404": latest,
        "execute-no-callback": run_ends,
        "execute-double-callback": reports_of_one_check,
        "execute-slow-ack": acknowledgement_is_slow,
        "status-wrong-name": worker_says("status", "worker_name"),
        "uptime-epoch": worker_says("status", "uptime_seconds", lambda value: isinstance(value, float) and value > 1e9),
        "quick-inconsistent": worker_says("quick", "orchestrator_connectivity"),
        "result-not-stored": stored_result,
        "result-accepts-unknown": lambda lab: post_result(lab, str(uuid.uuid4()), RESULT),
        "result-accepts-malformed": lambda lab: post_result(lab, str(uuid.uuid4()), {}),
        "runs-not-stored": create_status,
        "run-in-wrong-database": rows_of_a_run,
        "worker-rows-missing": rows_of_a_run,
        "health-ops-no-profiles": health_ops("getTestProfiles"),
        "health-ops-throws": health_ops("getTestProfiles"),
        "summary-inconsistent": health_ops("getLatestHealthSummary"),
        "summary-missing": health_ops("getLatestHealthSummary"),
        "source-any": source,
        "source-type-error": source,
        "health-summary-frozen": summary_counts,
        "health-summary-wrong-shape": summary_counts,
        "D-13": get("/api/analytics/stats"),
        "analytics-ignores-filter": get("/api/analytics/logs?patchId=smoke-none", "total"),
        "analytics-limit-ignored": lambda lab: len(lab.get("/api/analytics/logs?limit=1").json()["events"]),
        "stats-inconsistent": stats_sums,
        "stats-sum-wrong": stats_sums,
        "trends-metric-optional": get("/api/analytics/trends"),
        "trends-empty": trend,
        "trends-average-wrong": trend,
        "D-15": apply_status(),
        "patch-apply-accepts-invalid": apply_status(operations=[]),
        "patch-apply-no-events": apply_status(),
        "scan-get-html": get("/api/ops/scan"),
        "D-22": scan,
        "scan-not-stored": scan,
        "D-16": get("/api/delivery-reports"),
        "delivery-not-stored": delivery,
        "delivery-plan-path": delivery,
        "delivery-retry-stuck": delivery,
        "D-10": bare("/api/health"),
        "auth-500": bare("/api/health"),
        "csrf-off": without_csrf,
        "csrf-on-health-check": services,
        "service-auth-off": services,
        "service-auth-any-token": services,
        "D-17": at_the_limit,
        "rate-limit-500": at_the_limit,
        "spa-fallback": get("/api/smoke-nope"),
        "stack-trace-leak": error_keys,
        "secret-leak": error_keys,
    }
)
