"""Contract section 7 and AUT-01..04: what a fired cron does, by its effects."""

import httpx
import pytest

from .caller import Caller, json_of
from .frames import opened
from .operators import Operator
from .running import Platform
from .runs import finished_run
from .waiting import until

DAILY, FOUR_HOURLY = "0 2 * * *", "0 */4 * * *"
SCOPES = {DAILY: "full", FOUR_HOURLY: "incremental"}


def newest_scan(operator: Operator) -> dict[str, object]:
    """The newest row of ops_scans, empty when there is none."""
    rows = operator.rows("DB_OPS", "select * from ops_scans order by id desc limit 1")
    return rows[0] if rows else {"id": 0}


@pytest.mark.parametrize("cron", SCOPES)
def test_a_cron_scans_and_tells(platform: Platform, hq: Caller, operator: Operator, cron: str) -> None:
    """AUT-01, AUT-02, AUT-04: a new completed scan of the right scope, broadcast, and logged."""
    before = newest_scan(operator)["id"]
    since = max((line["seq"] for line in operator.logs()), default=0)
    with opened(platform.socket_url + "/api/ops/broadcast", hq.credential) as socket:
        socket.frame()
        socket.send({"type": "subscribe"})
        socket.until("subscribed")
        json_of(operator.cron(cron), 200)
        frame = socket.until("scan-result")
    scan = newest_scan(operator)
    assert scan["id"] != before
    assert (scan["scan_type"], scan["status"]) == (SCOPES[cron], "completed")
    assert frame["data"]["scanId"] == f"scan-{scan['id']}"
    assert (frame["data"].get("findings") or frame["data"])["scope"] == SCOPES[cron]
    line = next(line for line in operator.logs(since) if line["message"] == "Scheduled task completed successfully")
    assert (line["cron"], line["scanId"]) == (cron, f"scan-{scan['id']}")
    assert {"totalDuration", "processedLogs", "issuesFiled"} <= set(line)
    ingested = operator.rows(
        "DB_OPS",
        "select 1 from operation_logs where source = 'ops-monitor' and operation = ?",
        f"ops.ingestLogs.{SCOPES[cron]}",
    )
    assert ingested


def test_the_daily_cron_checks_the_workers(hq: Caller, operator: Operator) -> None:
    """AUT-03, Q22 strict form, D-21 the other way round: a run with trigger cron, which ends."""
    before = hq.read("/api/health/checks", triggerType="cron")["pagination"]["total"]
    json_of(operator.cron(DAILY), 200)

    def newest() -> str | None:
        listed = hq.read("/api/health/checks", triggerType="cron", limit=1)
        if listed["pagination"]["total"] == before:
            return None
        return str(listed["history"]["health_checks"][0]["health_check_uuid"])

    status = finished_run(hq, until(newest, what="a run with trigger cron"), seconds=60)
    assert status.status == "completed"
    assert status.total_workers == hq.read("/api/health/workers")["count"]


@pytest.mark.parametrize("cron", ["5 5 * * 5", "smoke"])
def test_an_unknown_expression_scans_nothing(operator: Operator, cron: str) -> None:
    """AUT-01, section 7: a warning, no scan."""
    before = newest_scan(operator)["id"]
    since = max((line["seq"] for line in operator.logs()), default=0)
    operator.cron(cron)
    assert newest_scan(operator)["id"] == before
    assert any(line["level"] in {"warn", "warning"} for line in operator.logs(since))


@pytest.mark.parametrize("path", ["/cdn-cgi/handler/scheduled", "/cdn-cgi/mf/scheduled"])
def test_a_local_server_fires_crons_over_http(http: httpx.Client, operator: Operator, path: str) -> None:
    """Section 7: 200 "ok", and the effect is there."""
    before = newest_scan(operator)["id"]
    answer = http.get(path, params={"cron": FOUR_HOURLY})
    assert (answer.status_code, answer.text) == (200, "ok")
    assert newest_scan(operator)["id"] != before


def test_the_test_trigger_fires_or_is_not_there(http: httpx.Client, operator: Operator) -> None:
    """Section 7 ``/__scheduled``: judged by its effects alone, because its status means nothing."""
    before = newest_scan(operator)["id"]
    answer = http.get("/__scheduled", params={"cron": FOUR_HOURLY})
    ran = answer.text == "Ran scheduled event"
    assert (newest_scan(operator)["id"] != before) == ran


def test_the_health_specialist_runs_its_profiles(
    platform: Platform, operator: Operator, service: dict[str, str]
) -> None:
    """Section 7, HLT-12, HLT-13: results of a cron, one summary for the day, events on /ws/health."""
    before = operator.rows("DB_HEALTH", "select count(*) as n from test_results where triggered_by = 'cron'")[0]["n"]
    url = "ws" + platform.workers["health-specialist"].url.removeprefix("http") + "/ws/health"
    with opened(url, service) as socket:
        assert socket.frame()["type"] == "connected"
        socket.send({"type": "subscribe", "channels": ["health", "tests", "cron", "runs"]})
        json_of(operator.cron(DAILY, "health-specialist"), 200)
        socket.until("cron_started", seconds=30)
        socket.until("cron_completed", seconds=60)
    enabled = operator.rows("DB_HEALTH", "select count(*) as n from test_profiles where enabled = 1")[0]["n"]
    after = operator.rows("DB_HEALTH", "select count(*) as n from test_results where triggered_by = 'cron'")[0]["n"]
    assert after == before + enabled
    summaries = operator.rows("DB_HEALTH", "select * from health_summaries")
    assert len({row["date"] for row in summaries}) == len(summaries) >= 1
    newest = max(summaries, key=lambda row: str(row["date"]))
    assert newest["overall_status"] in {"healthy", "degraded", "critical"}
    assert newest["passed_tests"] + newest["failed_tests"] + newest["skipped_tests"] <= newest["total_tests"]


def test_the_summary_by_rpc_agrees_with_the_row(operator: Operator) -> None:
    """HLT-13: the newest summary."""
    json_of(operator.cron(DAILY, "health-specialist"), 200)
    newest = until(
        lambda: operator.rows("DB_HEALTH", "select * from health_summaries order by date desc limit 1"),
        what="a summary",
    )[0]
    told = operator.rpc("ORCHESTRATOR_HEALTH", "handleRequest", {"getLatestHealthSummary": {}})
    shown = next(value for value in told.values() if isinstance(value, dict) and "overall_status" in value)
    for key in ("overall_status", "total_tests", "passed_tests", "failed_tests", "skipped_tests"):
        assert shown[key] == newest[key]


def test_the_unit_test_specialist_reports_its_suite(hq: Caller, operator: Operator) -> None:
    """Section 7: the six-hourly smoke suite leaves a record at the orchestrator."""
    path = "/api/health/tests/ops-unit-test-specialist/latest"

    def newest() -> str | None:
        answer = hq.get(path)
        return str(answer.json()["result"]["worker_check_uuid"]) if answer.status_code == 200 else None

    before = newest()
    json_of(operator.cron("0 */6 * * *", "ops-unit-test-specialist"), 200)
    until(lambda: (now := newest()) and now != before, seconds=60, what="a record of the smoke suite")
