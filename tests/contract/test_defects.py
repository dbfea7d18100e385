"""Contract 12.2: the platform as built, defect by defect, over HTTP, sockets and SQL.

A healthy platform that can be broken on request must, while a defect is on, show what the contract says was seen.
"""

import secrets
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidHandshake

from .caller import Caller, json_of, registered
from .events import event
from .executions import execute, execute_body, execute_url, options
from .frames import opened
from .listener import Listener
from .operators import Operator, broken
from .running import Platform
from .runs import CHEAP, FACTORIES, finished_run, run_body, run_status, start_run, whole_run
from .waiting import until

DAILY, FOUR_HOURLY = "0 2 * * *", "0 */4 * * *"
BATCH = {
    "batch": {"patchId": "smoke-defects", "operations": [{"op": "test", "path": "/smoke", "value": 1}]},
    "options": {"dryRun": True, "validateOnly": True, "rollbackOnFailure": False},
}


@pytest.fixture
def defect(request: pytest.FixtureRequest, operator: Operator) -> Iterator[str]:
    """The defect named by the test's parameter is on while the test runs."""
    name = str(request.param)
    with broken(operator, name):
        yield name


def of(*names: str) -> pytest.MarkDecorator:
    """The defects under which a test runs."""
    return pytest.mark.parametrize("defect", names, indirect=True)


@of("D-03")
def test_migrations_stop_early(defect: str, operator: Operator) -> None:
    """Live databases list only what came before the failing file."""
    with_defect = operator.count("DB_HEALTH", "d1_migrations")
    json_of(operator.http.post("/fault", json={"id": defect, "on": False}), 200)
    assert with_defect < operator.count("DB_HEALTH", "d1_migrations")


@of("D-04")
def test_eight_tables_are_missing(defect: str, operator: Operator, hq: Caller, tag: str) -> None:
    """5.1 missing tables; WRK-06: the probe of the database finds no ``tasks``."""
    there = {row["name"] for row in operator.rows("DB_OPS", "select name from sqlite_master where type = 'table'")}
    assert not there & {"orders", "tasks", "error_events", "specialist_queues", "specialist_triggers"}
    assert not there & {"container_errors", "container_logs", "container_processes"}
    assert whole_run(hq, tag).row(CHEAP).database_connectivity in {0, None}


@of("D-05")
def test_no_entrypoint_answers(
    defect: str, operator: Operator, workers_http: httpx.Client, platform: Platform, service: dict[str, str]
) -> None:
    """INF-07, WRK-05: every RPC fails, also the workers'."""
    assert not operator.call("ORCHESTRATOR_TASKS", "getTasksForOrder", "smoke-none").is_success
    answer = workers_http.get(platform.workers[CHEAP].url + "/health-check/quick", headers=service)
    quick = json_of(answer, 200, 500)
    assert quick["status"] != "healthy"
    assert not quick.get("orchestrator_connectivity")


@of("D-07")
@pytest.mark.parametrize("factory", FACTORIES)
def test_factories_are_not_there(defect: str, workers_http: httpx.Client, platform: Platform, factory: str) -> None:
    """FAC-01..04: connection refused."""
    with pytest.raises(httpx.TransportError):
        workers_http.get(platform.workers[factory].url + "/health-check/quick")


@of("D-08")
def test_the_protocol_is_not_mounted(
    defect: str, http: httpx.Client, workers_http: httpx.Client, platform: Platform, service: dict[str, str]
) -> None:
    """HLT-06..08: nothing of it at a worker, a page at the orchestrator, which still takes results (1.1 path rule)."""
    answer = workers_http.get(platform.workers[CHEAP].url + "/health-check/status", headers=service)
    assert answer.status_code != 200 or not answer.headers["content-type"].startswith("application/json")
    assert http.get("/health-check/status").headers["content-type"].startswith("text/html")
    json_of(http.post("/health-check/result", json={}, headers=service), 400)


@of("D-09")
@pytest.mark.parametrize("path", ["/api/status", "/", "/health-check/result"])
def test_nothing_works_without_a_domain(defect: str, http: httpx.Client, path: str) -> None:
    """1.1 mandatory var: every request."""
    answer = http.get(path)
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == "Server configuration error: Application domain is not set."


@of("D-10")
def test_authentication_is_not_enforced(defect: str, nobody: Caller) -> None:
    """3.1 as built: open without a credential. With one the platform answers 500; nobody could sign in then, and
    nothing else be seen, so that half is a fault of its own (``auth-500``)."""
    for path in ("/api/health", "/api/analytics/logs", "/api/patches/logs", "/api/hil/requests"):
        json_of(nobody.get(path), 200)
    json_of(nobody.post("/api/ops/scan", {"type": "smoke-invalid"}), 400)


@of("D-11")
def test_runs_are_written_and_read_in_two_places(defect: str, hq: Caller, operator: Operator, tag: str) -> None:
    """HLT-02, WRK-04: the list never shows the run, and it stays running in DB_HEALTH."""
    uuid = start_run(hq, tag).health_check_uuid
    select = "select status from worker_health_checks where health_check_uuid = ? and status = 'completed'"
    until(lambda: operator.rows("DB_HEALTH", select, uuid), what="the worker's row")
    listed = hq.read("/api/health/checks", limit=100)["history"]["health_checks"]
    assert uuid not in {run["health_check_uuid"] for run in listed}
    state = operator.rows("DB_HEALTH", "select status from health_checks where health_check_uuid = ?", uuid)
    assert state == [{"status": "running"}]


@of("D-12")
def test_no_real_uuid_is_a_uuid(defect: str, hq: Caller, tag: str) -> None:
    """HLT-03."""
    json_of(hq.get(f"/api/health/checks/{start_run(hq, tag).health_check_uuid}"), 400)


@of("D-13")
@pytest.mark.parametrize("path", ["/api/analytics/logs", "/api/analytics/stats", "/api/patches/logs"])
def test_analytics_cannot_query(defect: str, hq: Caller, path: str) -> None:
    """API-02..04, PAT-06..08."""
    json_of(hq.get(path), 500)


@of("D-14")
def test_events_cannot_be_logged(defect: str, hq: Caller, operator: Operator, tag: str) -> None:
    """API-05, PAT-03: no event is stored."""
    assert not hq.post("/api/patches/events", event(tag)).is_success
    assert operator.rows("DB_OPS", "select 1 from patch_events where patch_id = ?", tag) == []


@of("D-15")
def test_a_valid_batch_is_refused(defect: str, hq: Caller) -> None:
    """API-05."""
    json_of(hq.post("/api/patches/apply", BATCH), 400)


@of("D-16")
@pytest.mark.parametrize("path", ["/api/delivery-reports", "/api/patches/logs", "/api/factories"])
def test_lists_fail_on_a_removed_method(defect: str, hq: Caller, path: str) -> None:
    """API-07 list, PAT-06, factories."""
    json_of(hq.get(path), 500)


@of("D-17")
def test_nothing_is_limited(defect: str, http: httpx.Client) -> None:
    """API-11: 150 identical writes, no 429."""
    busy = registered(http)
    seen = {busy.post("/api/health/checks", {"trigger_type": "smoke-invalid"}).status_code for _ in range(150)}
    assert seen == {400}


@of("D-18")
@pytest.mark.parametrize("path", ["/api/patches/events", "/api/specialists/log", "/api/integrations/github/webhook"])
def test_machines_need_the_pair_as_well(
    defect: str, http: httpx.Client, service: dict[str, str], tag: str, path: str
) -> None:
    """3.2 consequences."""
    answer = json_of(http.post(path, json=event(tag), headers=service), 403)
    assert answer["error"]["message"] == "CSRF validation failed"


@of("D-19")
def test_the_patch_hub_is_no_socket(defect: str, platform: Platform, hq: Caller) -> None:
    """PAT-04, WRK-11: the path is served by the pages."""
    with pytest.raises(InvalidHandshake), opened(platform.socket_url + "/ws", hq.credential):
        pass


@of("D-20")
def test_there_is_no_scheduled_handler(defect: str, http: httpx.Client, operator: Operator) -> None:
    """Section 7: 500 "exception" by the one trigger, a cheerful 200 at most by the other; no effect of either."""
    before = operator.count("DB_OPS", "ops_scans")
    answer = http.get("/cdn-cgi/handler/scheduled", params={"cron": FOUR_HOURLY})
    assert (answer.status_code, answer.text) == (500, "exception")
    assert http.get("/__scheduled", params={"cron": FOUR_HOURLY}).status_code == 200
    assert operator.count("DB_OPS", "ops_scans") == before


@of("D-21")
def test_the_daily_cron_starts_no_run(defect: str, http: httpx.Client, operator: Operator) -> None:
    """AUT-03: a scan, and nothing else."""
    scans, runs = operator.count("DB_OPS", "ops_scans"), operator.count("DB_HEALTH", "health_checks")
    assert http.get("/cdn-cgi/handler/scheduled", params={"cron": DAILY}).status_code == 200
    assert operator.count("DB_OPS", "ops_scans") == scans + 1
    assert operator.count("DB_HEALTH", "health_checks") == runs


@of("D-22")
@pytest.mark.parametrize(("kind", "logs", "issues"), [("incremental", 180, 2), ("full", 1200, 8)])
def test_scans_are_made_up(
    defect: str, platform: Platform, hq: Caller, operator: Operator, kind: str, logs: int, issues: int
) -> None:
    """AUT-05, AUT-07: constants, fake issues, and no broadcast."""
    before = operator.count("DB_OPS", "ops_issues")
    with opened(platform.socket_url + "/api/ops/broadcast", hq.credential) as socket:
        socket.frame()
        socket.send({"type": "subscribe"})
        socket.until("subscribed")
        answer = hq.write("/api/ops/scan", {"type": kind})
        assert socket.silent(seconds=0.3)
    assert (answer["processedLogs"], answer["issuesFiled"]) == (logs, issues)
    assert operator.count("DB_OPS", "ops_issues") == before + issues


@of("D-23")
def test_malformed_json_starts_work(defect: str, hq: Caller) -> None:
    """ERR-01, AUT-08: read as ``{}``, so a full run and a scan start."""
    run = json_of(hq.send("POST", "/api/health/checks", content=b"{not json"), 200)["result"]
    assert run["total_workers"] == hq.read("/api/health/workers")["count"]
    assert json_of(hq.send("POST", "/api/ops/scan", content=b"{not json"), 200)["scanId"]
    finished_run(hq, run["health_check_uuid"])


@of("D-24")
@pytest.mark.parametrize("path", ["/api/delivery-reports", "/api/patches/events"])
def test_malformed_json_is_a_server_error(defect: str, hq: Caller, path: str) -> None:
    """ERR-01."""
    json_of(hq.send("POST", path, content=b"{not json"), 500)


@of("D-25")
def test_mission_control_polls_what_does_not_exist(defect: str, hq: Caller) -> None:
    """UI-04: four telemetry endpoints that give no JSON of theirs."""
    for name in ("ops", "agents", "pipeline", "hil"):
        answer = hq.get(f"/api/{name}/status")
        assert answer.status_code == 404 or answer.headers["content-type"].startswith("text/html")


@of("D-26")
def test_execution_is_pretended(defect: str, operator: Operator, tag: str) -> None:
    """AIP-05, AIP-06: canned text, no row, and success all the same."""
    before = operator.count("DB_OPS", "ai_provider_executions")
    request = {"taskId": tag, "prompt": f"echo {tag}", "providerId": "workers-ai"}
    answer = operator.rpc("ORCHESTRATOR_AI_PROVIDER", "executeTask", request)
    assert answer["success"] is True
    assert str(answer["result"]).startswith("Executed: ")
    assert operator.count("DB_OPS", "ai_provider_executions") == before


@of("D-27")
@pytest.mark.parametrize("path", ["status", "results", "dashboard", "trends", "metrics"])
def test_the_health_specialist_falls_over(
    defect: str, workers_http: httpx.Client, platform: Platform, service: dict[str, str], path: str
) -> None:
    """HLT-12, HLT-13: 500 on every route of its API but POST run."""
    url = f"{platform.workers['health-specialist'].url}/api/health"
    assert workers_http.get(f"{url}/{path}", headers=service).status_code == 500
    assert workers_http.post(f"{url}/run", json={}, headers=service).is_success


@of("D-29")
def test_a_run_with_a_dead_worker_never_ends(defect: str, hq: Caller, operator: Operator, tag: str) -> None:
    """INF-09, section 4 dispatch failure: the row is failed, the run goes on."""
    with broken(operator, f"{CHEAP}-down"):
        uuid = start_run(hq, tag).health_check_uuid
        until(lambda: run_status(hq, uuid).row(CHEAP).status == "failed", what="the failed row")
        assert run_status(hq, uuid).status == "running"


@of("D-33")
def test_timed_out_attempts_post_all_the_same(
    defect: str,
    workers_http: httpx.Client,
    platform: Platform,
    listener: Listener,
    service: dict[str, str],
    tag: str,
) -> None:
    """ERR-04, section 4 late result: more than one callback, the timeout's and attempts' own."""
    parts = ("unit", "performance", "integration")
    body = execute_body(listener.target(tag), options(*parts, timeout_ms=1, max_retries=1))
    execute(workers_http, platform, service, body)
    listener.wait(tag, 2)
    verdicts = {callback.body["results"]["overall_status"] for callback in listener.silence(tag, seconds=1.5)}
    assert "timeout" in verdicts
    assert verdicts - {"timeout"}


@of("D-33")
def test_missing_options_crash_after_the_acknowledgement(
    defect: str,
    workers_http: httpx.Client,
    platform: Platform,
    listener: Listener,
    service: dict[str, str],
    tag: str,
) -> None:
    """Section 4 options missing: 200, then one critical result that names what could not be read."""
    body = execute_body(listener.target(tag), {})
    del body["options"]
    json_of(workers_http.post(execute_url(platform), json=body, headers=service), 200)
    results = listener.wait(tag)[0].body["results"]
    assert (results["overall_status"], results["health_score"]) == ("critical", 0)
    assert "include_unit_tests" in results["error_message"]


def test_after_all_defects_the_platform_is_well(hq: Caller) -> None:
    """Whatever was switched on and off again leaves no trace."""
    assert whole_run(hq, f"smoke-{secrets.token_hex(5)}", FACTORIES).status == "completed"
    json_of(hq.post("/api/health/checks", {**run_body("smoke"), "trigger_type": "x"}), 400)
    json_of(hq.post("/api/patches/apply", BATCH), 200)
