"""What the specialists serve on their own ports (contract 1.2, FAC-06..09, HLT-12, HLT-13, part 7)."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.lab.running import PATIENCE, RunningLab, wait_for

pytestmark = pytest.mark.usefixtures("switches_off")

CONFLICT = {
    "repo": "example/app", "pr_number": 7, "head_branch": "feature",
    "files": [
        {"path": "a.txt", "base": "1\n2\n3\n", "ours": "one\n2\n3\n", "theirs": "1\n2\nthree\n"},
        {"path": "package.lock", "content": "x\n<<<<<<< ours\n1\n=======\n2\n>>>>>>> theirs\n"},
    ],
    "rules": [{"pattern": "*.lock", "keep": "theirs"}],
}  # fmt: skip
PATHS = {
    "ops-conflict-specialist": ["/resolve"],
    "ops-delivery-report-specialist": ["/generate"],
    "cloud-worker-retrofit": ["/analyze", "/retrofit"],
    "cloudflare-expert-specialist": ["/consult", "/review/order", "/review/code"],
    "health-specialist": ["/api/health/run", "/api/health/cleanup"],
    "ops-unit-test-specialist": ["/run"],
    "ops-frontend-testing-specialist": [
        "/config/generate", "/setup/quick", "/tests/execute", "/cloudflare/test", "/local/test",
    ],
}  # fmt: skip
POSTS = [(worker, path) for worker, paths in PATHS.items() for path in paths]


def ask(lab: RunningLab, worker: str, path: str, body: object = None, **params: str) -> httpx.Response:
    """A request to a worker: POST with a body, GET without."""
    method = "GET" if body is None else "POST"
    return lab.client.request(method, lab.workers[worker] + path, json=body, params=params)


def test_every_worker_says_who_it_is(lab: RunningLab) -> None:
    for name in lab.workers:
        about = ask(lab, name, "/").json()
        assert (about["name"], about["worker_name"]) == (name, name)
        assert about["description"]
        health = ask(lab, name, "/diagnostics/health").json()
        assert (health["status"], health["worker_name"]) == ("healthy", name)


@pytest.mark.parametrize(("worker", "path"), POSTS)
def test_bad_bodies_are_400_and_wrong_methods_405(lab: RunningLab, worker: str, path: str) -> None:
    url = lab.workers[worker] + path
    for raw in (b"", b"{", b"[]", b'"x"', b"\xff"):
        reply = lab.client.post(url, content=raw)
        assert (reply.status_code, "error" in reply.json()) == (400, True), (path, raw)
    wrong = lab.client.delete(url)
    assert (wrong.status_code, "error" in wrong.json()) == (405, True)
    unknown = lab.client.get(f"{url}/no/such")
    assert (unknown.status_code, "error" in unknown.json()) == (404, True)


def test_a_conflict_is_resolved_and_recorded(lab: RunningLab) -> None:
    refused = ask(lab, "ops-conflict-specialist", "/resolve", {})
    assert (refused.status_code, refused.json()["error"]) == (400, "Invalid order: missing required fields")
    outcome = ask(lab, "ops-conflict-specialist", "/resolve", CONFLICT).json()
    assert (outcome["success"], outcome["status"], outcome["unresolved"]) == (True, "resolved", 0)
    assert [file["content"] for file in outcome["files"]] == ["one\n2\nthree\n", "x\n2\n"]
    rows = lab.sql("DB_OPS", "select * from ops_conflict_resolutions where repo = ?", "example/app")
    assert [(row["id"], row["status"]) for row in rows] == [(outcome["id"], "resolved")]
    undecided = ask(lab, "ops-conflict-specialist", "/resolve", CONFLICT | {"rules": []}).json()
    assert (undecided["success"], undecided["status"], undecided["id"]) == (False, "needs-review", outcome["id"])
    assert "<<<<<<<" in undecided["files"][1]["content"]
    assert ask(lab, "ops-conflict-specialist", f"/status/{outcome['id']}").json() == undecided
    assert ask(lab, "ops-conflict-specialist", "/status/999999").status_code == 404
    assert ask(lab, "ops-conflict-specialist", "/status/x").status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"pr_number": "7"},
        {"files": [{"path": "a"}]},
        {"files": [{"path": "a", "content": "<<<<<<< x"}]},
        {"strategy": "guess"},
        {"files": [{"path": "a", "content": "\n" * 2001}]},
    ],
)
def test_a_wrong_conflict_order_is_400(lab: RunningLab, change: dict[str, Any]) -> None:
    assert ask(lab, "ops-conflict-specialist", "/resolve", CONFLICT | change).status_code == 400


def test_delivery_reports_have_versions_and_a_score(lab: RunningLab) -> None:
    worker = "ops-delivery-report-specialist"
    refused = ask(lab, worker, "/generate", {})
    assert refused.status_code == 400
    assert all(name in refused.json()["error"] for name in ("project_id", "original_order_spec"))
    project = f"p-{uuid.uuid4()}"
    order: dict[str, Any] = {"project_id": project, "original_order_spec": {"requirements": ["menu", "search"]}}
    first = ask(lab, worker, "/generate", order | {"delivered": {"items": ["the menu"]}}).json()
    second = ask(lab, worker, "/generate", order | {"delivered": {"items": ["menu", "search"]}}).json()
    assert [(one["version"], one["compliance_score"]) for one in (first, second)] == [(1, 0.5), (2, 1.0)]
    assert ask(lab, worker, f"/report/{project}").json()["report_id"] == second["report_id"]
    listed = ask(lab, worker, f"/reports/{project}").json()
    assert [report["version"] for report in listed["reports"]] == [2, 1]
    rows = lab.sql("DB_OPS", "select compliance_score from ops_delivery_reports where project_id = ?", project)
    assert [row["compliance_score"] for row in rows] == [0.5, 1.0]
    missing = ask(lab, worker, "/report/smoke-none")
    assert (missing.status_code, missing.json()) == (404, {"error": "Report not found"})


def test_without_delivery_the_completed_tasks_count(lab: RunningLab) -> None:
    order = {"project_id": "order-1", "original_order_spec": "- Build the menu\n- Write its tests"}
    made = ask(lab, "ops-delivery-report-specialist", "/generate", order).json()
    assert [entry["met"] for entry in made["report"]["requirements"]] == [True, False]


def test_a_retrofit_can_be_looked_up(lab: RunningLab) -> None:
    source = {"source": "export default { fetch() {} };", "name": "old-worker"}
    worker = "cloud-worker-retrofit"
    assert ask(lab, worker, "/analyze", source).json()["analysis"]["handlers"] == ["fetch"]
    made = ask(lab, worker, "/retrofit", source).json()
    assert "/health-check/" in made["files"]["worker/index.ts"]
    assert ask(lab, worker, f"/status/{made['retrofitId']}").json()["changes"] == made["changes"]
    assert ask(lab, worker, "/status/none").status_code == 404
    assert ask(lab, worker, "/retrofit", {"source": "const x = 1;"}).status_code == 400


def test_the_expert_remembers_who_asked(lab: RunningLab) -> None:
    worker, who = "cloudflare-expert-specialist", f"s-{uuid.uuid4()}"
    asked = {"question": "D1 or KV?", "specialist": who, "identifier": "i1"}
    assert ask(lab, worker, "/consult", asked).json()["topics"] == ["d1", "kv"]
    code = {"code": "eval(x)", "specialist": who, "identifier": "i2"}
    review = ask(lab, worker, "/review/code", code).json()
    assert (review["approved"], review["findings"][0]["line"]) == (False, 1)
    assert ask(lab, worker, "/review/order", {"order": {"a": "b"}, "specialist": who}).json()["ready"] is False
    everything = ask(lab, worker, f"/history/{who}").json()["history"]
    assert [entry["kind"] for entry in everything] == ["review-order", "review-code", "consult"]
    assert [entry["kind"] for entry in ask(lab, worker, f"/history/{who}/i1").json()["history"]] == ["consult"]


def test_the_nightly_cron_leaves_results_and_a_summary(lab: RunningLab) -> None:
    before = lab.sql("DB_HEALTH", "select coalesce(max(id), 0) as n from test_results")[0]["n"]
    fired = ask(lab, "health-specialist", "/cdn-cgi/handler/scheduled", cron="0 2 * * *")
    assert (fired.status_code, fired.text) == (200, "ok")
    fresh = lab.sql("DB_HEALTH", "select * from test_results where id > ?", before)
    assert len(fresh) == lab.sql("DB_HEALTH", "select count(*) as n from test_profiles where enabled")[0]["n"]
    assert {row["status"] for row in fresh} == {"passed"}, [row["error_message"] for row in fresh]
    assert {row["triggered_by"] for row in fresh} == {"cron"}
    assert len({row["run_id"] for row in fresh}) == 1
    newest = lab.sql("DB_HEALTH", "select * from health_summaries order by date desc limit 1")[0]
    assert newest["date"] == fresh[-1]["completed_at"][:10]
    counted = lab.sql(
        "DB_HEALTH",
        "select count(*) as total_tests, sum(status = 'passed') as passed_tests,"
        " sum(status = 'failed') as failed_tests, sum(status = 'skipped') as skipped_tests"
        " from test_results where date(started_at) = ?",
        newest["date"],
    )[0]
    assert {name: newest[name] for name in counted} == counted
    status = ask(lab, "health-specialist", "/api/health/status").json()
    assert status["status"] == newest["overall_status"]
    assert status["tests"]["total"] == newest["total_tests"]
    asked = lab.sql("DB_HEALTH", "select * from ai_logs where date(created_at) = ?", newest["date"])
    assert newest["ai_usage_count"] == len(asked) > 0
    assert newest["total_cost"] == pytest.approx(sum(row["cost"] for row in asked))
    assert asked[-1]["prompt"] in asked[-1]["response"]
    again = ask(lab, "health-specialist", "/cdn-cgi/handler/scheduled", cron="0 2 * * *")
    assert again.text == "ok"
    one_per_date = lab.sql("DB_HEALTH", "select count(*) as n from health_summaries where date = ?", newest["date"])
    assert one_per_date[0]["n"] == 1


def test_an_unknown_cron_runs_nothing(lab: RunningLab) -> None:
    count = "select count(*) as n from test_results"
    before = lab.sql("DB_HEALTH", count)
    for worker in ("health-specialist", "ops-unit-test-specialist"):
        assert ask(lab, worker, "/cdn-cgi/handler/scheduled", cron="1 1 1 1 1").text == "ok"
    assert lab.sql("DB_HEALTH", count) == before


def test_health_data_is_read_within_limits(lab: RunningLab) -> None:
    worker = "health-specialist"
    results = ask(lab, worker, "/api/health/results", limit="1").json()
    assert results["count"] == len(results["results"]) == 1
    assert ask(lab, worker, "/api/health/results", limit="1000").json()["limit"] == 100
    assert {row["status"] for row in ask(lab, worker, "/api/health/results", status="failed").json()["results"]} == {
        "failed"
    }
    for path in ("dashboard", "trends", "ai-insights", "metrics", "status"):
        assert ask(lab, worker, f"/api/health/{path}").status_code == 200
    for wrong in ("results?limit=x", "results?status=x", "trends?days=31", "metrics?days=0"):
        assert lab.client.get(f"{lab.workers[worker]}/api/health/{wrong}").status_code == 400
    assert ask(lab, worker, "/api/health/cleanup", {"days": 29}).status_code == 400
    assert ask(lab, worker, "/api/health/cleanup", {"days": 30}).json()["deleted"] == {"testResults": 0, "aiLogs": 0}
    page = ask(lab, worker, "/dashboard")
    assert page.headers["content-type"].startswith("text/html")
    assert "status-latency" in page.text


def test_without_its_database_health_data_is_500(lab: RunningLab) -> None:
    lab.fault("d1-health-down", True)
    reply = ask(lab, "health-specialist", "/api/health/status")
    assert (reply.status_code, reply.json()["error"]) == (500, "Health data is unavailable")
    assert ask(lab, "health-specialist", "/dashboard").status_code == 503
    assert ask(lab, "health-specialist", "/health").json()["status"] == "healthy"


def test_a_manual_run_is_told_on_the_socket(lab: RunningLab) -> None:
    url = lab.workers["health-specialist"].replace("http", "ws", 1) + "/ws/health"
    with pytest.raises(InvalidStatus) as refused, connect(url, proxy=None):
        pass
    assert refused.value.response.status_code == 401
    with connect(url, additional_headers={"Authorization": "anything"}, proxy=None) as socket:

        def frame() -> dict[str, Any]:
            found: dict[str, Any] = json.loads(socket.recv(PATIENCE))
            return found

        assert set(frame()) == {"type", "connectionId", "timestamp", "message"}
        for asked, kind in (({"type": "ping"}, "pong"), ({"type": "get_status"}, "status_response"), ([], "error")):
            socket.send(json.dumps(asked))
            assert frame()["type"] == kind
        socket.send(json.dumps({"type": "subscribe", "channels": ["runs"]}))
        assert frame()["data"] == {"channels": ["runs"]}
        order = {"profiles": ["json-roundtrip", "status-latency"]}
        run = ask(lab, "health-specialist", "/api/health/run", order).json()
        assert run["total"] == 2
        told = [frame(), frame()]
    assert [(one["type"], one["data"]["status"]) for one in told] == [
        ("run_status", "running"), ("run_status", "completed"),
    ]  # fmt: skip
    stored = ask(lab, "health-specialist", "/api/health/results", runId=run["runId"]).json()["results"]
    assert {row["profile_name"]: row["triggered_by"] for row in stored} == dict.fromkeys(order["profiles"], "manual")
    assert ask(lab, "health-specialist", "/api/health/run", {"profiles": ["none"]}).status_code == 400


def test_a_profile_fails_when_what_it_watches_is_wrong(lab: RunningLab) -> None:
    lab.fault("csrf-off", True)
    run = ask(lab, "health-specialist", "/api/health/run", {"category": "security"}).json()["runId"]
    path = f"{lab.workers['health-specialist']}/api/health/results"
    found = wait_for(lambda: len(rows := lab.client.get(path, params={"runId": run}).json()["results"]) == 3 and rows)
    assert {row["profile_name"]: row["status"] for row in found} == {
        "csrf-enforced": "failed", "session-required": "passed", "secret-scan": "passed",
    }  # fmt: skip


def test_suites_run_and_are_reported(lab: RunningLab) -> None:
    worker = "ops-unit-test-specialist"
    report = ask(lab, worker, "/run", {"suite": "full", "report": True}).json()
    failed = [test for test in report["tests"] if test["status"] != "passed"]
    assert (report["status"], failed, report["reported"]) == ("passed", [], True)
    assert ask(lab, worker, f"/report/{report['runId']}").json()["total"] == report["total"] == 17
    assert ask(lab, worker, "/report/none").status_code == 404
    with lab.at_fault("spa-fallback"):
        fresh = ask(lab, worker, "/health", fresh="true", suite="smoke").json()
        assert fresh["status"] == "degraded"
        assert [t["name"] for t in fresh["lastRun"]["tests"] if t["status"] == "failed"] == ["unknown-path-is-404"]
    assert ask(lab, worker, "/health").json()["lastRun"] == fresh["lastRun"]
    assert ask(lab, worker, "/health", suite="x").status_code == 400
    assert ask(lab, worker, "/cdn-cgi/handler/scheduled", cron="0 */6 * * *").text == "ok"
    latest = lab.get(f"/api/health/tests/{worker}/latest").json()["result"]
    assert (latest["status"], latest["raw_results"]["suite"]) == ("passed", "smoke")
    assert latest["raw_results"]["trigger"] == "cron"


def test_pages_of_this_platform_are_tested(lab: RunningLab) -> None:
    worker = "ops-frontend-testing-specialist"
    assert ask(lab, worker, "/health").json()["status"] == "healthy"
    assert ask(lab, worker, "/templates").json()["count"] == 3
    page = {"url": f"{lab.workers['health-specialist']}/dashboard"}
    made = ask(lab, worker, "/tests/execute", page).json()
    assert made["status"] == "passed", made["results"]
    assert {found["name"] for found in made["results"]} >= {"title", "language", "heading"}
    assert ask(lab, worker, f"/tests/results/{made['testId']}").json()["results"] == made["results"]
    assert ask(lab, worker, "/tests/results/none").status_code == 404
    foreign = ask(lab, worker, "/tests/execute", {"url": "http://example.com/"})
    assert (foreign.status_code, foreign.json()["error"]) == (400, "Invalid url")
    assert ask(lab, worker, "/local/test", {"path": "/api/status"}).json()["status"] == "failed"  # JSON, not a page
    assert ask(lab, worker, "/cloudflare/test", {"worker": "ui-factory"}).json()["status"] == "passed"
    assert ask(lab, worker, "/cloudflare/test", {"worker": "nobody"}).status_code == 404
    assert "playwright.config.ts" in ask(lab, worker, "/config/generate", page).json()["files"]
    assert ask(lab, worker, "/setup/quick", page).json()["test"]["status"] == "passed"


def test_health_ops_writes_only_what_fits(lab: RunningLab) -> None:
    def call(request: dict[str, Any]) -> httpx.Response:
        body = {"binding": "ORCHESTRATOR_HEALTH", "method": "handleRequest", "args": [request]}
        return lab.client.post(f"{lab.operator}/rpc", json=body)

    now = datetime.now(UTC).isoformat()
    result = {
        "testProfileId": 1, "runId": "x", "status": "passed", "triggeredBy": "webhook", "startedAt": now,
    }  # fmt: skip
    assert call({"createTestResult": result}).status_code == 200
    for wrong in ({"testProfileId": 999}, {"status": "fine"}, {"triggeredBy": "me"}, {"durationMs": -1}):
        assert call({"createTestResult": result | wrong}).status_code == 400
    assert call({"deleteOldTestResults": {"days": 1}}).status_code == 400
    assert call({"getTestResults": {"status": 7}}).status_code == 400
    assert call({"logAiUsage": {"model": "m", "provider": "p", "testResultId": 10**6}}).status_code == 400
    assert call({"saveHealthSummary": {"date": "yesterday"}}).status_code == 400
