"""Scheduled handlers, fired by hand (contract 7, AUT-01..04)."""

import json
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.lab.running import PATIENCE, RunningLab, wait_for

pytestmark = pytest.mark.usefixtures("switches_off")
DAILY, OFTEN = "0 2 * * *", "0 */4 * * *"
PATHS = ("/cdn-cgi/handler/scheduled", "/cdn-cgi/mf/scheduled")


def fire(lab: RunningLab, cron: str, path: str = PATHS[0]) -> tuple[int, str]:
    """Status and text of firing an expression at the orchestrator."""
    reply = lab.client.get(lab.base + path, params={"cron": cron})
    return reply.status_code, reply.text


def newest_scan(lab: RunningLab) -> dict[str, Any]:
    """The last row of ops_scans."""
    return lab.sql("DB_OPS", "select * from ops_scans order by id desc limit 1")[0]


def log_seq(lab: RunningLab) -> int:
    """The number of the last log line."""
    seq, lines = 0, lab.client.get(f"{lab.operator}/logs?since=0").json()
    while lines:
        seq = lines[-1]["seq"]
        lines = lab.client.get(f"{lab.operator}/logs?since={seq}").json()
    return seq


@pytest.mark.parametrize("path", PATHS)
def test_the_four_hourly_cron_scans_incrementally_and_says_so(lab: RunningLab, path: str) -> None:
    since = log_seq(lab)
    url = lab.base.replace("http://", "ws://") + "/api/ops/broadcast"
    with connect(url, additional_headers={"Authorization": lab.headers["Authorization"]}, proxy=None) as socket:
        assert json.loads(socket.recv(PATIENCE))["type"] == "connected"
        assert fire(lab, OFTEN, path) == (200, "ok")
        frames: list[dict[str, Any]] = []
        while not frames or frames[-1]["type"] != "scan-result":
            frames.append(json.loads(socket.recv(PATIENCE)))
    assert frames[0]["type"] == "scan-start"
    scan = newest_scan(lab)
    name = f"scan-{scan['id']}"
    assert {frame["data"]["scanId"] for frame in frames} == {name}
    assert (frames[-1]["data"]["scope"], scan["scan_type"], scan["status"]) == (
        "incremental", "incremental", "completed",
    )  # fmt: skip
    last = [frame["data"]["progress"] for frame in frames if frame["type"] == "scan-progress"][-1]
    assert last["processed"] == last["total"] == frames[-1]["data"]["processedLogs"]
    lines = lab.client.get(f"{lab.operator}/logs?since={since}").json()
    [line] = [line for line in lines if line["message"] == "Scheduled task completed successfully"]
    assert (line["cron"], line["scanId"]) == (OFTEN, name)
    assert line["totalDuration"] > 0
    assert (line["processedLogs"], line["issuesFiled"]) == (
        frames[-1]["data"]["processedLogs"], frames[-1]["data"]["issuesFiled"],
    )  # fmt: skip
    rows = lab.sql("DB_OPS", "select * from operation_logs where operation = 'ops.ingestLogs.incremental'")
    assert rows[-1]["source"] == "ops-monitor"


def test_the_daily_cron_scans_fully_and_starts_a_health_run(lab: RunningLab) -> None:
    path = "/api/health/checks?triggerType=cron"
    before = lab.get(path).json()["history"]["total_count"]
    assert fire(lab, DAILY) == (200, "ok")
    assert newest_scan(lab)["scan_type"] == "full"
    history = lab.get(path).json()["history"]
    assert history["total_count"] == before + 1
    run = history["health_checks"][0]
    assert (run["trigger_source"], run["total_workers"]) == ("daily_health_check", len(lab.workers))


@pytest.mark.parametrize("cron", ["", "* * * * *", "nonsense"])
def test_an_unknown_expression_is_a_warning_and_no_scan(lab: RunningLab, cron: str) -> None:
    since, before = log_seq(lab), newest_scan(lab) if lab.sql("DB_OPS", "select id from ops_scans") else None
    assert fire(lab, cron) == (200, "ok")
    lines = lab.client.get(f"{lab.operator}/logs?since={since}").json()
    levels = [line["level"] for line in lines if line["component"] == "cron"]
    assert levels == ["warn", "info"]
    assert (newest_scan(lab) if before else None) == before


def test_a_handler_that_throws_is_an_exception_on_the_honest_paths_only(lab: RunningLab) -> None:
    lab.fault("d1-ops-down", True)
    assert [fire(lab, OFTEN, path) for path in PATHS] == [(500, "exception")] * 2
    assert fire(lab, OFTEN, "/__scheduled") == (200, "Ran scheduled event")
    lab.fault("d1-ops-down", False)
    wait_for(lambda: not lab.sql("DB_OPS", "select 1 from ops_scans where status = 'running'"))


def test_the_operator_fires_and_tells(lab: RunningLab) -> None:
    told = lab.client.post(f"{lab.operator}/cron", json={"cron": OFTEN}).json()
    assert (told["ok"], told["outcome"], told["worker"], told["scheduled"]) == (True, "ok", "orchestrator", True)
    assert "Scheduled task completed successfully" in [line["message"] for line in told["logs"]]
    lab.fault("D-20", True)
    told = lab.client.post(f"{lab.operator}/cron", json={"cron": OFTEN}).json()
    assert (told["ok"], told["outcome"]) == (False, "exception")
    assert "does not export a scheduled() function" in told["logs"][-1]["error"]
    assert lab.client.post(f"{lab.operator}/cron", json={"cron": OFTEN, "worker": "nobody"}).status_code == 404


@pytest.mark.parametrize(
    ("worker", "crons"), [("health-specialist", [DAILY]), ("ops-unit-test-specialist", ["0 3 * * *", "0 */6 * * *"])]
)
def test_workers_have_crons_of_their_own(lab: RunningLab, worker: str, crons: list[str]) -> None:
    body = {"cron": "nonsense", "worker": worker}
    told = lab.client.post(f"{lab.operator}/cron", json=body).json()
    assert (told["worker"], told["scheduled"]) == (worker, False)
    lab.fault("cron-not-firing", True)
    for cron in crons:
        told = lab.client.post(f"{lab.operator}/cron", json={"cron": cron, "worker": worker}).json()
        assert (told["ok"], told["scheduled"]) == (True, True)
        reply = lab.client.get(f"{lab.workers[worker]}/cdn-cgi/handler/scheduled", params={"cron": cron})
        assert (reply.status_code, reply.text) == (200, "ok")
