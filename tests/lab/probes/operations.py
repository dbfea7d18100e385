"""Probes of cron, scans, logs, questions, side doors, quarantine and the patch API."""

import json
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType

import httpx
from websockets.sync.client import connect

from tests.lab.probes.core import BATCH, Probe
from tests.lab.running import RunningLab

DAILY, OFTEN, UNKNOWN = "0 2 * * *", "0 */4 * * *", "* * * * *"
EVENT = {"eventType": "PATCH_VALIDATED", "status": "success", "createdAt": "2025-01-02T03:04:05Z"}


def fire(lab: RunningLab, cron: str) -> httpx.Response:
    """The answer to firing an expression at the orchestrator."""
    return lab.client.get(f"{lab.base}/cdn-cgi/handler/scheduled", params={"cron": cron})


def count(lab: RunningLab, table: str, condition: str = "1") -> int:
    """How many rows of DB_OPS fulfil a condition."""
    rows = lab.sql("DB_OPS", f"select count(*) as n from {table} where {condition}")  # noqa: S608 - own constants
    number: int = rows[0]["n"]
    return number


def added(table: str, act: Callable[[RunningLab], object], condition: str = "1") -> Probe:
    """What an act says, and how many rows it adds to a table of DB_OPS."""

    def look(lab: RunningLab) -> object:
        before = count(lab, table, condition)
        said = act(lab)
        return said, count(lab, table, condition) - before

    return look


def scans_of(cron: str) -> Probe:
    """Status of firing, and the scopes of the scans that came of it."""

    def look(lab: RunningLab) -> object:
        last = lab.sql("DB_OPS", "select coalesce(max(id), 0) as n from ops_scans")[0]["n"]
        status = fire(lab, cron).status_code
        rows = lab.sql("DB_OPS", "select scan_type from ops_scans where id > ? order by id", last)
        return status, [row["scan_type"] for row in rows]

    return look


def cron_lines(lab: RunningLab) -> object:
    """How many lines a cron leaves, in the log and in the operation log."""
    before = count(lab, "operation_logs", "source = 'ops-monitor'")
    told = lab.client.post(f"{lab.operator}/cron", json={"cron": OFTEN}).json()
    return len(told["logs"]), count(lab, "operation_logs", "source = 'ops-monitor'") - before


def cron_run(lab: RunningLab) -> object:
    """How many health runs the daily cron starts; none of them waits for its workers."""
    path = "/api/health/checks?triggerType=cron&limit=1"
    before = lab.get(path).json()["history"]["total_count"]
    fire(lab, DAILY)
    return lab.get(path).json()["history"]["total_count"] - before


def scan_frames(lab: RunningLab) -> object:
    """Whether the result of a scan over HTTP is heard."""
    url = lab.base.replace("http://", "ws://") + "/api/ops/broadcast"
    with connect(url, additional_headers={"Authorization": lab.headers["Authorization"]}, proxy=None) as socket:
        socket.recv(5)
        lab.post("/api/ops/scan", {"type": "incremental"})
        kinds = set()
        try:
            while "scan-result" not in kinds:
                kinds.add(json.loads(socket.recv(0.3))["type"])
        except TimeoutError:
            pass
    return "scan-result" in kinds


def findings_agree(lab: RunningLab) -> object:
    """Whether a scan is stored with the findings of its answer."""
    result = lab.post("/api/ops/scan", {"type": "incremental"}).json()
    rows = lab.sql("DB_OPS", "select * from ops_scans where id = ?", int(result["scanId"].removeprefix("scan-")))
    return [json.loads(row["findings"]) == result["findings"] for row in rows]


def post_status(path: str, body: object) -> Probe:
    """Status of a POST, signed in."""
    return lambda lab: lab.post(path, body).status_code


def machine_status(lab: RunningLab) -> object:
    """Statuses of writes by machines: with the service credential, a webhook, an envelope."""
    body = {"specialist": "smoke-probe", "activity": "ping"}
    urls = [f"{lab.base}/api/{path}" for path in ("integrations/github/webhook", "sentry/tunnel")]
    log = lab.client.post(f"{lab.base}/api/specialists/log", json=body, headers=lab.service)
    return log.status_code, [lab.client.post(url, content=b"").status_code for url in urls]


def logged_activity(lab: RunningLab) -> object:
    """Status of an activity, and how many are read back."""
    name = f"smoke-{uuid.uuid4()}"
    status = lab.post("/api/specialists/log", {"specialist": name, "activity": "ping"}).status_code
    return status, len(lab.get(f"/api/specialists/log/{name}").json()["logs"])


def failed_suite(lab: RunningLab) -> object:
    """Status of the report of a failed suite."""
    body = {"run_id": "smoke-probe", "status": "failed", "trigger": "on_demand", "suite": "smoke"}
    return lab.post("/api/health/tests/smoke-probe", body).status_code


def hil_status(lab: RunningLab) -> object:
    """Status of a status that is none, and what is stored."""
    number = lab.post("/api/hil/requests", {"question": "What colour?"}).json()["data"]["id"]
    url = f"{lab.base}/api/hil/requests/{number}"
    status = lab.client.patch(f"{url}/status", json={"status": "x"}, headers=lab.headers).status_code
    return status, lab.get(f"/api/hil/requests/{number}").json()["data"]["status"]


def factory_name(lab: RunningLab) -> object:
    """Status of a factory with a name that none may have."""
    return lab.post("/api/factories", {"name": f"Bad Name {uuid.uuid4()}"}).status_code


def webhook(lab: RunningLab) -> object:
    """Statuses of an unsigned and a wrongly signed event."""
    url = f"{lab.base}/api/integrations/github/webhook"
    headers: tuple[dict[str, str], ...] = ({}, {"x-hub-signature-256": "sha256=00"})
    return [lab.client.post(url, content=b"{}", headers=each).status_code for each in headers]


def foreign_dsn(lab: RunningLab) -> object:
    """Status of an envelope for somebody else."""
    header = json.dumps({"dsn": "https://0@elsewhere.example/1"})
    return lab.client.post(f"{lab.base}/api/sentry/tunnel", content=header.encode()).status_code


def listed_workers(lab: RunningLab) -> object:
    """Names of the workers listed."""
    return sorted(worker["name"] for worker in lab.get("/api/health/workers").json()["workers"])


def quarantine(lab: RunningLab) -> object:
    """Whether three secrets in a change shut an agent out."""
    body = {"agentId": f"smoke-{uuid.uuid4()}", "filePath": "a.ts", "content": "// @ts-ignore\n" * 3}
    return lab.post("/api/monitoring/code-change", body).json()["data"]["quarantined"]


def event_stored(lab: RunningLab) -> object:
    """Status of an event, and whether it is read back."""
    patch = f"smoke-{uuid.uuid4()}"
    status = lab.post("/api/patches/events", EVENT | {"id": patch, "patchId": patch}).status_code
    return status, lab.get(f"/api/patches/events/recent?patchId={patch}").json()["count"]


def logger_status(lab: RunningLab) -> object:
    """Statuses of applying a batch and of posting an event."""
    event = EVENT | {"id": f"smoke-{uuid.uuid4()}", "patchId": "smoke-probe"}
    applied = lab.post("/api/patches/apply", {"batch": BATCH, "options": {"dryRun": True}})
    return applied.status_code, lab.post("/api/patches/events", event).status_code


def patch_sums(lab: RunningLab) -> object:
    """Whether the breakdowns of the patch statistics add up."""
    stats = lab.get("/api/patches/stats").json()
    total = stats["summary"]["totalEvents"]
    return [sum(stats["breakdown"][name].values()) == total for name in ("byStatus", "byEventType")]


def patch_rates(lab: RunningLab) -> object:
    """Whether error rate and success rate of a trend add up to 100."""
    good, bad = (
        lab.get(f"/api/patches/trends?metric={name}").json()["dataPoints"] for name in ("success_rate", "error_rate")
    )
    return all(round(a["value"] + b["value"], 3) == 100 for a, b in zip(good, bad, strict=True))


def get_status(path: str) -> Probe:
    """Status of a GET, signed in."""
    return lambda lab: lab.get(path).status_code


PROBES: Mapping[str, Probe] = MappingProxyType(
    {
        "D-14": logger_status,
        "D-18": machine_status,
        "D-20": scans_of(OFTEN),
        "D-21": cron_run,
        "scan-no-broadcast": scan_frames,
        "scan-findings-differ": findings_agree,
        "scan-accepts-invalid-type": post_status("/api/ops/scan", {"type": "smoke-invalid"}),
        "cron-not-firing": scans_of(OFTEN),
        "cron-wrong-scope": scans_of(OFTEN),
        "cron-runs-unknown": scans_of(UNKNOWN),
        "cron-no-log": cron_lines,
        "specialist-log-lost": logged_activity,
        "error-not-logged": added("operation_logs", failed_suite, "operation = 'test_suite_report'"),
        "hil-status-unchecked": hil_status,
        "factory-name-unchecked": factory_name,
        "webhook-unsigned": webhook,
        "sentry-any-dsn": foreign_dsn,
        "health-targets-wrong": listed_workers,
        "quarantine-ignored": quarantine,
        "patch-event-not-stored": event_stored,
        "patch-event-accepts-invalid": post_status("/api/patches/events", {"patchId": "smoke-probe"}),
        "patch-logs-limit-unchecked": get_status("/api/patches/logs?limit=0"),
        "patch-stats-inconsistent": patch_sums,
        "patch-trends-wrong": patch_rates,
        "patch-trends-any-metric": get_status("/api/patches/trends?metric=smoke"),
    }
)
