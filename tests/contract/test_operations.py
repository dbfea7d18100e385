"""Contract API-07, AUT-05..08, INF-01, WRK-07, 3.3 and 5.1: deliveries, scans, requests, logs, side endpoints."""

import hashlib
import hmac
import json

import httpx
import pytest

from .caller import Caller, json_of
from .operators import Operator
from .shapes import DeliveryReport, ScanResult

REPORTS = "/api/delivery-reports"


def delivered(hq: Caller, tag: str, **changes: object) -> DeliveryReport:
    """A delivery report, created."""
    body = {"patchId": tag, "destination": "smoke", "status": "pending", "metadata": {"smoke": True}, **changes}
    return DeliveryReport.model_validate(hq.write(REPORTS, body, 201)["data"])


def test_a_delivery_report_is_created_and_read_back(hq: Caller, operator: Operator, tag: str) -> None:
    """API-07: the answer, the read-back, the row."""
    made = delivered(hq, tag)
    assert (made.patchId, made.destination, made.status, made.attempts) == (tag, "smoke", "pending", 0)
    assert made.metadata == {"smoke": True}
    assert made.lastAttemptAt is None
    assert made.error is None
    assert DeliveryReport.model_validate(hq.read(f"{REPORTS}/{made.id}")["data"]) == made
    rows = operator.rows("DB_OPS", "select id, destination, status from delivery_reports where patch_id = ?", tag)
    assert rows == [{"id": made.id, "destination": "smoke", "status": "pending"}]


def test_a_delivery_is_retried(hq: Caller, tag: str) -> None:
    """API-07 retry: one attempt more, status retrying, and so it stays."""
    made = delivered(hq, tag)
    for attempts in (1, 2):
        json_of(hq.post(f"{REPORTS}/{made.id}/retry", {}), 200, 201, 202)
        shown = DeliveryReport.model_validate(hq.read(f"{REPORTS}/{made.id}")["data"])
        assert (shown.attempts, shown.status) == (attempts, "retrying")
        assert shown.lastAttemptAt


def test_delivery_reports_are_listed(hq: Caller, operator: Operator, tag: str) -> None:
    """API-07 list (a 500 as built): pages that agree with the table."""
    delivered(hq, tag)
    delivered(hq, tag)
    answer = hq.read(REPORTS, limit=1)
    assert len(answer["data"]) == 1
    pages = answer["pagination"]
    assert pages["total"] == operator.count("DB_OPS", "delivery_reports")
    assert (pages["limit"], pages["offset"], pages["hasMore"]) == (1, 0, True)


@pytest.mark.parametrize(
    "body",
    [{}, {"patchId": "smoke"}, {"destination": "smoke"}, {"patchId": 7, "destination": "smoke", "status": "pending"}],
    ids=str,
)
def test_an_incomplete_delivery_report_is_refused(hq: Caller, operator: Operator, body: object) -> None:
    """API-07: 400 with details, nothing created."""
    before = operator.count("DB_OPS", "delivery_reports")
    answer = json_of(hq.post(REPORTS, body), 400)
    assert answer["error"] == "Invalid payload"
    assert answer["details"]
    assert operator.count("DB_OPS", "delivery_reports") == before


def test_an_unknown_delivery_report_is_not_found(hq: Caller) -> None:
    """API-07 read-back and retry of nothing."""
    json_of(hq.get(f"{REPORTS}/999999999"), 404)
    json_of(hq.post(f"{REPORTS}/999999999/retry", {}), 404)


# Scans


@pytest.mark.parametrize("kind", ["incremental", "full"])
def test_a_scan_tells_what_it_stored(hq: Caller, operator: Operator, kind: str) -> None:
    """AUT-05, AUT-06: the answer, the row with equal findings, and as many new issues as it says it filed."""
    issues = operator.count("DB_OPS", "ops_issues")
    scan = ScanResult.model_validate(hq.write("/api/ops/scan", {"type": kind}))
    assert (scan.type, scan.status, scan.findings.scope) == (kind, "completed", kind)
    assert (scan.findings.processedLogs, scan.findings.issuesFiled) == (scan.processedLogs, scan.issuesFiled)
    row = operator.rows("DB_OPS", "select * from ops_scans where id = ?", int(scan.scanId.removeprefix("scan-")))[0]
    assert (row["scan_type"], row["status"]) == (kind, "completed")
    findings = json.loads(row["findings"])
    assert findings == findings | scan.findings.model_dump()
    assert operator.count("DB_OPS", "ops_issues") == issues + scan.issuesFiled


def test_an_incremental_scan_reads_only_what_is_new(hq: Caller) -> None:
    """AUT-05, D-22 the other way round: counts are computed: new log rows raise them, a second scan starts over."""
    hq.write("/api/ops/scan", {"type": "incremental"})
    quiet = hq.write("/api/ops/scan", {"type": "incremental"})["processedLogs"]
    for _ in range(7):
        hq.write("/api/specialists/log", {"specialist": "smoke", "activity": "a", "identifier": "x", "level": "info"})
    busy = hq.write("/api/ops/scan", {"type": "incremental"})["processedLogs"]
    assert busy >= quiet + 7


def test_scans_are_numbered(hq: Caller) -> None:
    """AUT-05 scanId."""
    ids = [hq.write("/api/ops/scan", {"type": "incremental"})["scanId"] for _ in range(2)]
    assert int(ids[1].removeprefix("scan-")) > int(ids[0].removeprefix("scan-"))


@pytest.mark.parametrize("body", [{"type": "smoke-invalid"}, {"type": 7}], ids=str)
def test_an_unknown_scan_is_refused(hq: Caller, operator: Operator, body: object) -> None:
    """AUT-08: 400 in these words, and no scan."""
    before = operator.count("DB_OPS", "ops_scans")
    assert json_of(hq.post("/api/ops/scan", body), 400)["error"] == "Invalid scan type"
    assert operator.count("DB_OPS", "ops_scans") == before


def test_recent_scans_are_told_by_rpc(hq: Caller, operator: Operator) -> None:
    """INF-07 OpsMonitorOps: the newest scan is among them."""
    number = hq.write("/api/ops/scan", {"type": "incremental"})["scanId"].removeprefix("scan-")
    assert number in repr(operator.rpc("ORCHESTRATOR_OPS_MONITOR", "getRecentScans", {"limit": 1}))


# Human in the loop


def test_requests_to_humans_are_listed(hq: Caller) -> None:
    """INF-01, 1.4 hil."""
    answer = hq.read("/api/hil/requests", limit=1)
    assert answer["success"] is True
    assert isinstance(answer["data"], list)
    assert answer["total"] >= len(answer["data"])


def test_an_unknown_request_is_not_found(hq: Caller) -> None:
    """ERR-01."""
    json_of(hq.get("/api/hil/requests/999999999"), 404)
    json_of(hq.send("PATCH", "/api/hil/requests/1/status", {"status": "x"}), 400)


# Specialist log


def test_an_activity_is_logged_and_read_back(hq: Caller, operator: Operator, tag: str) -> None:
    """WRK-07: one entry; the row's source is specialist.<name>."""
    body = {"specialist": tag, "activity": "ping", "identifier": "x", "level": "info"}
    assert hq.write("/api/specialists/log", body)["ok"] is True
    answer = hq.read(f"/api/specialists/log/{tag}", identifier="x")
    assert answer["ok"] is True
    assert [(entry["activity"], entry["level"]) for entry in answer["logs"]] == [("ping", "info")]
    assert {"timestamp", "details"} <= set(answer["logs"][0])
    assert hq.read(f"/api/specialists/log/{tag}", identifier="other")["logs"] == []
    rows = operator.rows("DB_OPS", "select level from operation_logs where source = ?", f"specialist.{tag}")
    assert rows == [{"level": "info"}]


@pytest.mark.parametrize("field", ["specialist", "activity"])
def test_an_incomplete_activity_is_refused(hq: Caller, tag: str, field: str) -> None:
    """ERR-01."""
    body = {"specialist": tag, "activity": "ping", "identifier": "x", "level": "info"}
    json_of(hq.post("/api/specialists/log", {k: v for k, v in body.items() if k != field}), 400)
    json_of(hq.post("/api/specialists/log", {}), 400)


MACHINE_WRITES: list[tuple[str, dict[str, str]]] = [
    ("/api/specialists/log", {"specialist": "smoke", "activity": "ping", "identifier": "x", "level": "info"}),
    ("/api/health/tests/smoke", {"run_id": "x", "status": "passed", "trigger": "on_demand", "suite": "smoke"}),
]


@pytest.mark.parametrize(("path", "body"), MACHINE_WRITES, ids=[path for path, _ in MACHINE_WRITES])
def test_a_machine_needs_no_csrf_pair(
    http: httpx.Client, service: dict[str, str], path: str, body: dict[str, str]
) -> None:
    """3.2 consequences, D-18 the other way round."""
    assert json_of(http.post(path, json=body, headers=service), 200)["ok"] is True


def test_the_log_keeps_secrets_to_itself(hq: Caller, operator: Operator) -> None:
    """8.4, 3.1: neither the service token nor a password nor a session id is in a log line."""
    session = hq.credential["Authorization"].removeprefix("Bearer ")
    text = json.dumps(operator.logs()) + json.dumps(operator.rows("DB_OPS", "select * from operation_logs"))
    account = operator.credentials()
    assert not [secret for secret in (session, account["service_token"], account["password"]) if secret in text]


# Side endpoints


def webhook(http: httpx.Client, content: bytes, signature: str | None) -> httpx.Response:
    """A delivery from the forge: no session, no CSRF pair (D-18 the other way round)."""
    headers = {"Content-Type": "application/json", "X-GitHub-Event": "ping"}
    if signature is not None:
        headers["x-hub-signature-256"] = signature
    return http.post("/api/integrations/github/webhook", content=content, headers=headers)


def test_a_webhook_without_signature_is_refused(http: httpx.Client) -> None:
    """3.3: a missing header is a 400."""
    json_of(webhook(http, b"{}", None), 400)


def test_a_webhook_with_a_wrong_signature_is_refused(http: httpx.Client) -> None:
    """3.3: 401, also for a signature of the right form."""
    wrong = hmac.new(b"smoke", b"{}", hashlib.sha256).hexdigest()
    json_of(webhook(http, b"{}", f"sha256={wrong}"), 401)
    json_of(webhook(http, b"{}", "sha256=smoke"), 401)


FOREIGN = b'{"dsn":"https://smoke@foreign.example/1"}\n{"type":"event","length":2}\n{}\n'


@pytest.mark.parametrize(("content", "refusal"), [(b"", 400), (FOREIGN, 403)], ids=["nothing", "a foreign one"])
def test_the_error_tunnel_takes_only_its_own(http: httpx.Client, content: bytes, refusal: int) -> None:
    """3.3: 400 for nothing, 403 for a foreign DSN, 503 for either when no DSN is set; public by design."""
    json_of(http.post("/api/sentry/tunnel", content=content), refusal, 503)
