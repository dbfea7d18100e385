"""Contract 2.2 and 2.4 over HTTP: runs, their list and status, latest results, the summary."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from uuid import uuid1, uuid4

import httpx
import pytest

from .caller import Caller, json_of
from .operators import Operator, broken
from .runs import CHEAP, FACTORIES, finished_run, run_body, run_status, start_run, whole_run
from .shapes import LatestWorker, RunRow, RunStatus, listed
from .waiting import until

SCORES = {"healthy": 0.95, "degraded": 0.75, "unhealthy": 0.5, "critical": 0.1}


def result(verdict: str, score: float) -> dict[str, object]:
    """A WorkerResult as a worker would post it."""
    return {
        "overall_status": verdict,
        "health_score": score,
        "uptime_seconds": 12,
        "response_time_ms": 3,
        "orchestrator_connectivity": True,
        "external_api_connectivity": True,
        "database_connectivity": True,
        "unit_test_results": [],
        "warnings": [],
    }


def post_result(http: httpx.Client, service: dict[str, str], uuid: str, results: object) -> httpx.Response:
    """A result as a worker posts it."""
    return http.post("/health-check/result", json={"worker_check_uuid": uuid, "results": results}, headers=service)


def test_a_run_is_accepted_and_stored(hq: Caller, operator: Operator, tag: str) -> None:
    """HLT-01, HLT-10: exactly one row with the source that was sent, and the operation is logged."""
    accepted = start_run(hq, tag)
    assert accepted.total_workers == 1
    select = "select * from health_checks where health_check_uuid = ?"
    rows = operator.rows("DB_HEALTH", select, accepted.health_check_uuid)
    assert [row["trigger_source"] for row in rows] == [tag]
    assert (rows[0]["trigger_type"], rows[0]["total_workers"]) == ("on_demand", 1)
    logged = "select 1 from operation_logs where operation = 'initiate_health_check' and details like ?"
    until(
        lambda: operator.rows("DB_OPS", logged, f"%{accepted.health_check_uuid}%"),
        what="the row of initiate_health_check in operation_logs",
    )


def test_a_run_has_one_row_per_worker(hq: Caller, operator: Operator, tag: str) -> None:
    """HLT-11, 5.4: as many rows as workers, all of this run, by the API and by SQL."""
    accepted = start_run(hq, tag, FACTORIES)
    status = run_status(hq, accepted.health_check_uuid)
    assert len(status.worker_results) == status.total_workers == accepted.total_workers == len(FACTORIES)
    assert {row.health_check_uuid for row in status.worker_results} == {accepted.health_check_uuid}
    select = "select worker_name from worker_health_checks where health_check_uuid = ?"
    rows = operator.rows("DB_HEALTH", select, accepted.health_check_uuid)
    assert sorted(row["worker_name"] for row in rows) == sorted(FACTORIES)


def test_a_run_ends_with_counters_that_agree(hq: Caller, tag: str) -> None:
    """WRK-01, WRK-02, WRK-04, section 4: every row completed, the score the mean of the rows'."""
    status = whole_run(hq, tag, FACTORIES)
    assert status.status == "completed"
    assert status.completed_workers == status.total_workers == len(FACTORIES)
    assert status.passed_workers + status.failed_workers <= status.total_workers
    for row in status.worker_results:
        assert row.status == "completed"
        assert row.overall_status
        assert row.started_at
        assert row.completed_at
    scores = [row.health_score or 0.0 for row in status.worker_results]
    assert status.overall_health_score == pytest.approx(sum(scores) / len(scores), abs=0.001)


def test_runs_at_the_same_time_do_not_mix(hq: Caller, tag: str) -> None:
    """HLT-11, WRK-04: six runs at once, each with its own rows, all to their end."""
    with ThreadPoolExecutor(6) as pool:
        runs = list(pool.map(lambda number: whole_run(hq, f"{tag}-{number}", FACTORIES), range(6)))
    assert {run.status for run in runs} == {"completed"}
    assert {run.completed_workers for run in runs} == {len(FACTORIES)}
    rows = [row.worker_check_uuid for run in runs for row in run.worker_results]
    assert len(set(rows)) == len(rows) == 6 * len(FACTORIES)


def test_workers_reach_the_database(hq: Caller, operator: Operator, tag: str) -> None:
    """WRK-06: connectivity of the stored row, all three kinds."""
    run = whole_run(hq, tag, FACTORIES)
    rows = operator.rows(
        "DB_HEALTH", "select * from worker_health_checks where health_check_uuid = ?", run.health_check_uuid
    )
    for row in rows:
        assert row["orchestrator_connectivity"] == 1
        assert row["external_api_connectivity"] == 1
        assert row["database_connectivity"] == 1


def test_the_stored_row_counts_its_tests(hq: Caller, operator: Operator, tag: str) -> None:
    """5.4: totals agree with the stored test results, the type and the address are the worker's."""
    run = whole_run(hq, tag, include_performance_tests=True, include_integration_tests=True)
    select = "select * from worker_health_checks where health_check_uuid = ?"
    row = operator.rows("DB_HEALTH", select, run.health_check_uuid)[0]
    for part in ("unit", "performance", "integration"):
        tests = json.loads(row[f"{part}_test_results"])
        passed = sum(test["status"] == "passed" for test in tests)
        assert row[f"{part}_tests_total"] == len(tests) > 0
        assert (row[f"{part}_tests_passed"], row[f"{part}_tests_failed"]) == (passed, len(tests) - passed)
    assert row["worker_url"]
    assert row["worker_type"] == run.row(CHEAP).worker_type
    assert row["requested_at"]


def test_a_finished_run_is_analysed(hq: Caller, operator: Operator, tag: str) -> None:
    """Section 4: analysis text for the run and for each worker, and completion is stored and logged."""
    run = whole_run(hq, tag)
    assert run.ai_analysis
    row = operator.rows("DB_HEALTH", "select * from health_checks where health_check_uuid = ?", run.health_check_uuid)[
        0
    ]
    assert row["status"] == "completed"
    assert row["completed_at"]
    assert row["timeout_at"]
    worker = operator.rows(
        "DB_HEALTH", "select * from worker_health_checks where health_check_uuid = ?", run.health_check_uuid
    )[0]
    assert worker["ai_worker_analysis"]
    until(
        lambda: operator.rows(
            "DB_OPS", "select 1 from operation_logs where details like ?", f"%{run.health_check_uuid}%"
        ),
        what="the run in operation_logs",
    )


def test_the_clock_is_right(hq: Caller, operator: Operator, tag: str) -> None:
    """2.0 timestamps: UTC, in the row as in the header, not minutes away from ours."""
    uuid = start_run(hq, tag).health_check_uuid
    select = "select started_at, created_at from health_checks where health_check_uuid = ?"
    stamps = [stamp for stamp in operator.rows("DB_HEALTH", select, uuid)[0].values() if stamp]
    moments = [datetime.fromisoformat(stamp) for stamp in stamps]
    moments.append(parsedate_to_datetime(hq.get("/api/status").headers["date"]))
    for moment in moments:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        assert abs((datetime.now(UTC) - aware).total_seconds()) < 300


def test_the_deadline_is_the_timeout_after_the_start(hq: Caller, operator: Operator, tag: str) -> None:
    """Section 4: ``timeout_at`` = now + timeout_minutes."""
    uuid = start_run(hq, tag, timeout_minutes=7).health_check_uuid
    select = (
        "select (julianday(timeout_at) - julianday(coalesce(started_at, created_at))) * 1440 as minutes "
        "from health_checks where health_check_uuid = ?"
    )
    assert operator.rows("DB_HEALTH", select, uuid)[0]["minutes"] == pytest.approx(7, abs=0.1)


def test_the_list_shows_a_new_run_first(hq: Caller, tag: str) -> None:
    """HLT-02, Q1: envelope, newest first, pages computed."""
    uuid = start_run(hq, tag).health_check_uuid
    answer = hq.read("/api/health/checks", page=1, limit=3)
    assert answer["ok"] is True
    rows = listed(RunRow, answer["history"]["health_checks"])
    assert rows[0].health_check_uuid == uuid
    assert len(rows) <= 3
    pages = answer["pagination"]
    assert (pages["page"], pages["limit"]) == (1, 3)
    assert pages["total"] == answer["history"]["total_count"]
    assert pages["total_pages"] == ceil(pages["total"] / 3)
    assert [row.created_at for row in rows] == sorted((row.created_at for row in rows), reverse=True)


def test_the_list_turns_pages(hq: Caller, tag: str) -> None:
    """HLT-02: pages neither repeat nor leave out."""
    made = [start_run(hq, tag).health_check_uuid for _ in range(3)]
    seen = [
        row["health_check_uuid"]
        for page in (1, 2, 3)
        for row in hq.read("/api/health/checks", page=page, limit=1)["history"]["health_checks"]
    ]
    assert seen == made[::-1]


@pytest.mark.parametrize("kind", ["on_demand", "cron"])
def test_the_list_is_filtered_by_trigger(hq: Caller, tag: str, kind: str) -> None:
    """HLT-02 triggerType."""
    uuid = start_run(hq, tag, trigger_type=kind).health_check_uuid
    rows = hq.read("/api/health/checks", triggerType=kind)["history"]["health_checks"]
    assert rows[0]["health_check_uuid"] == uuid
    assert {row["trigger_type"] for row in rows} == {kind}


def test_a_run_is_read_by_its_uuid(hq: Caller, tag: str) -> None:
    """HLT-03: the run asked for; 404 for one that does not exist, 400 for no uuid."""
    uuid = start_run(hq, tag).health_check_uuid
    assert run_status(hq, uuid).health_check_uuid == uuid
    json_of(hq.get(f"/api/health/checks/{uuid4()}"), 404)
    json_of(hq.get("/api/health/checks/invalid-uuid"), 400)


def test_any_rfc_uuid_may_be_asked_for(hq: Caller, tag: str) -> None:
    """Section 4: not only version 4, and in either case."""
    json_of(hq.get(f"/api/health/checks/{uuid1()}"), 404)
    uuid = start_run(hq, tag).health_check_uuid
    json_of(hq.get(f"/api/health/checks/{uuid.upper()}"), 200, 404)


def test_the_latest_result_of_a_worker_is_shown(hq: Caller, tag: str) -> None:
    """HLT-05: of the newest run; 404 for a worker that never reported."""
    run = whole_run(hq, tag, ["ui-factory"])
    answer = hq.read("/api/health/workers/ui-factory/latest")
    assert answer["ok"] is True
    latest = LatestWorker.model_validate(answer["result"])
    assert latest.worker_name == "ui-factory"
    assert latest.worker_check_uuid == run.row("ui-factory").worker_check_uuid
    assert latest.status == "completed"
    assert latest.health_score == pytest.approx(run.row("ui-factory").health_score)
    missing = json_of(hq.get("/api/health/workers/smoke-none/latest"), 404)
    assert missing["ok"] is False
    assert missing["worker"] == "smoke-none"


def test_the_summary_follows_the_runs(hq: Caller, tag: str) -> None:
    """API-01, Q3: the total grows by the run, and the newest is shown."""
    before = hq.read("/api/health")["summary"]["totalChecks"]
    run = whole_run(hq, tag)
    answer = hq.read("/api/health")
    assert answer["ok"] is True
    summary = answer["summary"]
    assert summary["totalChecks"] == before + 1
    assert summary["lastCompletedAt"]
    assert summary["lastStatus"]
    assert summary["lastHealthScore"] == pytest.approx(run.overall_health_score)
    assert RunStatus.model_validate(answer["latest"]).health_check_uuid == run.health_check_uuid


def test_the_total_is_the_number_of_stored_runs(hq: Caller, operator: Operator) -> None:
    """API-01, HLT-02: three ways to count."""
    stored = operator.count("DB_HEALTH", "health_checks")
    assert hq.read("/api/health")["summary"]["totalChecks"] == stored
    assert hq.read("/api/health/checks")["pagination"]["total"] == stored


@pytest.mark.parametrize("verdict", SCORES)
def test_a_posted_result_is_recorded(
    hq: Caller, http: httpx.Client, operator: Operator, service: dict[str, str], tag: str, verdict: str
) -> None:
    """HLT-09, section 4: the row is completed with the score that was sent; counters follow the verdict.

    The worker hangs meanwhile, so that the row is still waiting for its result.
    """
    with broken(operator, f"{CHEAP}-hang"):
        uuid = start_run(hq, tag).health_check_uuid
        row = run_status(hq, uuid).row(CHEAP)
        assert row.status in {"pending", "running"}
        answer = json_of(post_result(http, service, row.worker_check_uuid, result(verdict, SCORES[verdict])), 200)
        status = finished_run(hq, uuid)
    assert answer["ok"] is True
    assert answer["message"]
    assert status.row(CHEAP).status == "completed"
    assert status.row(CHEAP).health_score == pytest.approx(SCORES[verdict])
    assert status.row(CHEAP).overall_status == verdict
    assert status.overall_health_score == pytest.approx(SCORES[verdict], abs=0.001)
    passed = int(verdict in {"healthy", "degraded"})
    assert (status.completed_workers, status.passed_workers, status.failed_workers) == (1, passed, 1 - passed)


def test_the_run_score_is_the_mean_of_what_was_posted(
    hq: Caller, http: httpx.Client, operator: Operator, service: dict[str, str], tag: str
) -> None:
    """Section 4: arithmetic mean over the workers of the run, a missing score being 0 until it comes."""
    workers = ("agent-factory", "data-factory", "services-factory")
    scores = {"healthy": 0.95, "degraded": 0.75, "unhealthy": 0.4}
    with broken(operator, *(f"{worker}-hang" for worker in workers)):
        uuid = start_run(hq, tag, workers).health_check_uuid
        for number, ((verdict, score), row) in enumerate(
            zip(scores.items(), run_status(hq, uuid).worker_results, strict=True), 1
        ):
            json_of(post_result(http, service, row.worker_check_uuid, result(verdict, score)), 200)
            status = run_status(hq, uuid)
            assert (status.total_workers, status.completed_workers) == (3, number)
            assert status.overall_health_score == pytest.approx(sum(list(scores.values())[:number]) / 3, abs=0.001)
        status = finished_run(hq, uuid)
    assert (status.passed_workers, status.failed_workers) == (2, 1)


def test_a_second_result_does_not_upset_the_run(
    hq: Caller, http: httpx.Client, service: dict[str, str], tag: str
) -> None:
    """Section 4 late or duplicate result: overwritten or refused, the run's figures agree with its rows."""
    row = whole_run(hq, tag).row(CHEAP)
    answer = post_result(http, service, row.worker_check_uuid, result("unhealthy", 0.5))
    json_of(answer, 200, 400, 404, 409)
    status = run_status(hq, row.health_check_uuid)
    score = 0.5 if answer.is_success else row.health_score
    assert status.row(CHEAP).health_score == pytest.approx(score)
    assert status.overall_health_score == pytest.approx(score, abs=0.001)
    assert (status.total_workers, status.completed_workers) == (1, 1)
    assert status.passed_workers + status.failed_workers == 1


def test_a_lost_worker_does_not_keep_a_run_for_ever(hq: Caller, operator: Operator, tag: str) -> None:
    """Section 4 run-level timeout, D-29 the other way round: past ``timeout_at`` + 30 s the run is over."""
    with broken(operator, f"{CHEAP}-hang"):
        answer = hq.post("/api/health/checks", run_body(tag, timeout_minutes=0.02))
        json_of(answer, 200, 201, 202, 400)
        if answer.status_code == 400:
            return
        status = finished_run(hq, answer.json()["result"]["health_check_uuid"], seconds=35)
    assert status.status in {"timeout", "failed", "completed"}
    assert status.row(CHEAP).status in {"timeout", "failed"}


def test_a_result_for_an_unknown_uuid_is_refused(
    http: httpx.Client, service: dict[str, str], operator: Operator
) -> None:
    """HLT-09, Q8: anything else would be a forgery hole; nothing is stored."""
    before = operator.count("DB_HEALTH", "worker_health_checks")
    json_of(post_result(http, service, str(uuid4()), result("healthy", 1)), 400, 404)
    assert operator.count("DB_HEALTH", "worker_health_checks") == before


BAD_RESULTS: dict[str, dict[str, object]] = {
    "no uuid": {"results": result("healthy", 1)},
    "no results": {"worker_check_uuid": str(uuid4())},
    "uuid is none": {"worker_check_uuid": "smoke", "results": result("healthy", 1)},
}


@pytest.mark.parametrize("bad", BAD_RESULTS)
def test_an_incomplete_result_is_refused(http: httpx.Client, service: dict[str, str], bad: str) -> None:
    """HLT-09: 400 (an unknown uuid may also be a 404)."""
    json_of(http.post("/health-check/result", json=BAD_RESULTS[bad], headers=service), 400, 404)


@pytest.mark.parametrize("content", [b"{", b"", b"[]", b"null", b"\xff"])
def test_a_malformed_result_is_refused(http: httpx.Client, service: dict[str, str], content: bytes) -> None:
    """HLT-09: malformed JSON is a 400."""
    headers = {**service, "Content-Type": "application/json"}
    json_of(http.post("/health-check/result", content=content, headers=headers), 400)


def test_a_filter_that_matches_nothing_leaves_no_run_behind(hq: Caller, tag: str) -> None:
    """HLT-01: such a run as built never completes; refused, or at its end at once, are both sound."""
    answer = hq.post("/api/health/checks", run_body(tag, ["smoke-nobody"]))
    body = json_of(answer, 200, 201, 202, 400, 404)
    if answer.is_success:
        assert body["result"]["total_workers"] == 0
        assert finished_run(hq, body["result"]["health_check_uuid"]).status in {"completed", "failed"}


def test_a_worker_outside_the_filter_is_left_alone(hq: Caller, tag: str) -> None:
    """HLT-01: ``total_workers`` is the number of filters matched."""
    accepted = start_run(hq, tag, [CHEAP, "smoke-nobody"])
    assert accepted.total_workers == 1
    assert [row.worker_name for row in run_status(hq, accepted.health_check_uuid).worker_results] == [CHEAP]


def test_without_a_filter_every_worker_is_checked(hq: Caller, tag: str) -> None:
    """HLT-01: a run without filter goes over all configured workers, and ends."""
    body = run_body(tag)
    del body["worker_filters"]
    accepted = hq.write("/api/health/checks", body, 200, 201, 202)["result"]
    status = finished_run(hq, accepted["health_check_uuid"])
    assert status.total_workers == hq.read("/api/health/workers")["count"] == len(status.worker_results)
    assert status.status == "completed"


@pytest.mark.parametrize(("state", "verdict"), [("passed", "info"), ("failed", "error")])
def test_a_suite_report_is_recorded(hq: Caller, operator: Operator, tag: str, state: str, verdict: str) -> None:
    """WRK-09, section 4 ``package``, ERR-09: readable by anyone signed in; a failed one is logged as error."""
    body = {"run_id": tag, "status": state, "trigger": "on_demand", "suite": "smoke"}
    answer = hq.write(f"/api/health/tests/{tag}", body)
    assert answer["ok"] is True
    latest = hq.read(f"/api/health/tests/{tag}/latest")
    assert latest["ok"] is True
    shown = LatestWorker.model_validate(latest["result"])
    assert (shown.worker_check_uuid, shown.worker_name) == (answer["worker_check_uuid"], tag)
    assert shown.status in {state, "completed"}
    select = "select trigger_type from health_checks where health_check_uuid = ?"
    kinds = operator.rows("DB_HEALTH", select, answer["health_check_uuid"])
    assert kinds == [{"trigger_type": "package"}]
    levels = operator.rows(
        "DB_OPS", "select level from operation_logs where details like ? or source like ?", f"%{tag}%", f"%{tag}%"
    )
    assert ("error" in {row["level"] for row in levels}) == (verdict == "error")


@pytest.mark.parametrize("field", ["run_id", "status"])
def test_an_incomplete_suite_report_is_refused(hq: Caller, tag: str, field: str) -> None:
    """WRK-09: a missing field is a 400."""
    body = {"run_id": tag, "status": "passed", "trigger": "on_demand", "suite": "smoke"}
    json_of(hq.post(f"/api/health/tests/{tag}", {k: v for k, v in body.items() if k != field}), 400)
    json_of(hq.get(f"/api/health/tests/{tag}/latest"), 404)
