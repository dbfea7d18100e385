"""Contract API-05 and PAT-03..08: dry-run batches, events, logs, statistics and trends over HTTP."""

from datetime import timedelta
from typing import Any

import pytest

from .caller import Caller, json_of
from .events import event, post_event, post_events
from .operators import Operator
from .shapes import PatchEvent, listed

OPERATIONS: dict[str, dict[str, object]] = {
    "add": {"op": "add", "path": "/smoke", "value": 1},
    "remove": {"op": "remove", "path": "/smoke"},
    "replace": {"op": "replace", "path": "/smoke", "value": 2},
    "move": {"op": "move", "path": "/smoke", "from": "/other"},
    "copy": {"op": "copy", "path": "/smoke", "from": "/other"},
    "test": {"op": "test", "path": "/smoke", "value": 1},
}


def batch(patch: object, *operations: object) -> dict[str, Any]:
    """The body of API-05: never anything but a dry run."""
    return {
        "batch": {"patchId": patch, "operations": list(operations), "metadata": {"smoke": True}},
        "options": {"dryRun": True, "validateOnly": True, "rollbackOnFailure": False},
    }


@pytest.mark.parametrize("op", OPERATIONS)
def test_a_valid_batch_validates(hq: Caller, operator: Operator, tag: str, op: str) -> None:
    """API-05, 9.2 HTTP op: success, at least two events, and both kinds stored."""
    answer = hq.write("/api/patches/apply", batch(tag, OPERATIONS[op]))
    assert answer["success"] is True
    assert (answer["appliedOperations"], answer["failedOperations"], answer["errors"]) == (1, 0, [])
    assert len(listed(PatchEvent, answer["events"])) >= 2
    rows = operator.rows("DB_OPS", "select event_type from patch_events where patch_id = ?", tag)
    assert {"PATCH_PROCESSING_STARTED", "PATCH_VALIDATION_COMPLETED"} <= {row["event_type"] for row in rows}


def test_every_operation_is_counted(hq: Caller, tag: str) -> None:
    """API-05 appliedOperations."""
    assert hq.write("/api/patches/apply", batch(tag, *OPERATIONS.values()))["appliedOperations"] == len(OPERATIONS)


BAD_OPERATIONS: dict[str, dict[str, object]] = {
    "unknown op": {"op": "frobnicate", "path": "/smoke", "value": 1},
    "path without slash": {"op": "test", "path": "no-slash", "value": 1},
    "no path": {"op": "add", "value": 1},
    "no op": {"path": "/smoke", "value": 1},
    "move from nowhere": {"op": "move", "path": "/smoke"},
}


@pytest.mark.parametrize("case", BAD_OPERATIONS)
def test_a_batch_with_a_bad_operation_is_refused(hq: Caller, tag: str, case: str) -> None:
    """API-05, PAT-05, 9.2: 400 with errors."""
    answer = json_of(hq.post("/api/patches/apply", batch(tag, BAD_OPERATIONS[case])), 400)
    assert answer["success"] is False
    assert answer["errors"]


@pytest.mark.parametrize(
    "body",
    [{}, {"batch": {}}, batch("", OPERATIONS["test"]), batch("smoke-x"), batch(7, OPERATIONS["test"])],
    ids=["nothing", "empty batch", "empty patchId", "no operations", "patchId is a number"],
)
def test_a_batch_out_of_shape_is_refused(hq: Caller, body: object) -> None:
    """API-05, 9.2 batch."""
    answer = json_of(hq.post("/api/patches/apply", body), 400)
    assert answer["success"] is False
    assert answer["errors"]


def test_an_event_is_recorded_and_read_back(hq: Caller, operator: Operator, tag: str) -> None:
    """PAT-03: acknowledged, listed, stored."""
    sent = event(tag)
    answer = hq.write("/api/patches/events", sent)
    assert (answer["status"], answer["eventType"]) == ("ok", "PATCH_VALIDATED")
    assert answer["message"]
    assert answer["eventId"]
    recent = hq.read("/api/patches/events/recent", patchId=tag)
    assert recent["count"] == 1
    shown = listed(PatchEvent, recent["events"])[0]
    assert (shown.patchId, shown.eventType, shown.status) == (tag, "PATCH_VALIDATED", "success")
    rows = operator.rows("DB_OPS", "select event_type, status from patch_events where patch_id = ?", tag)
    assert rows == [{"event_type": "PATCH_VALIDATED", "status": "success"}]


@pytest.mark.parametrize("field", ["patchId", "eventType", "status"])
def test_an_incomplete_event_is_refused(hq: Caller, operator: Operator, tag: str, field: str) -> None:
    """PAT-03: 400 in the endpoint's own words, nothing stored."""
    body = {key: value for key, value in event(tag).items() if key != field}
    answer = json_of(hq.post("/api/patches/events", body), 400)
    assert (answer["status"], answer["message"]) == ("error", "Invalid patch event format")
    assert answer["errors"]
    assert operator.rows("DB_OPS", "select 1 from patch_events where patch_id = ?", tag) == []


@pytest.mark.parametrize("path", ["/api/patches/events", "/api/patches/apply", "/api/delivery-reports"])
def test_malformed_json_is_refused(hq: Caller, path: str) -> None:
    """D-24 the other way round: 400, no server error."""
    json_of(hq.send("POST", path, content=b"{not json"), 400)


def test_a_machine_needs_no_csrf_pair(hq: Caller, service: dict[str, str], tag: str) -> None:
    """3.2 consequences, D-18 the other way round: with the service credential an event is taken without the pair."""
    answer = hq.http.post("/api/patches/events", json=event(tag), headers=service)
    assert json_of(answer, 200)["status"] == "ok"


@pytest.mark.parametrize("odd", ["it's", "50%", "a_b", 'say "x"', "naïve", "x;--", "{}", "a b"])
def test_an_odd_name_is_a_name(hq: Caller, tag: str, odd: str) -> None:
    """PAT-03, API-02: a patchId is any text of at least one character, and a filter means it literally."""
    name = f"{tag}-{odd}"
    post_event(hq, name)
    assert [e["patchId"] for e in hq.read("/api/patches/events/recent", patchId=name)["events"]] == [name]
    assert [e["patchId"] for e in hq.read("/api/analytics/logs", patchId=name)["events"]] == [name]


# PAT-06 logs


def test_logs_contain_the_event(hq: Caller, tag: str) -> None:
    """PAT-06: with time and verdict, pages and filters."""
    post_events(hq, tag, "success", "failure")
    answer = hq.read("/api/patches/logs", search=tag)
    events = listed(PatchEvent, answer["events"])
    assert {event.patchId for event in events} == {tag}
    assert sorted((e["isSuccess"], e["isError"]) for e in answer["events"]) == [(False, True), (True, False)]
    assert all(isinstance(e["timestamp"], int) for e in answer["events"])
    pages = answer["pagination"]
    assert (pages["total"], pages["limit"], pages["offset"]) == (2, 20, 0)
    assert (pages["hasMore"], pages["currentPage"], pages["totalPages"]) == (False, 1, 1)
    assert "applied" in answer["filters"]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"status": "success"}, 2),
        ({"status": "error"}, 1),
        ({"eventType": "PATCH_APPLIED"}, 2),
        ({"eventType": "PATCH_DELIVERED"}, 0),
    ],
    ids=str,
)
def test_logs_are_filtered(hq: Caller, tag: str, query: dict[str, str], number: int) -> None:
    """PAT-06, Q15: the status called error here finds what was posted as failure."""
    post_events(hq, tag, "success", "failure", "success")
    assert hq.read("/api/patches/logs", search=tag, **query)["pagination"]["total"] == number


def test_logs_turn_pages(hq: Caller, tag: str) -> None:
    """PAT-06 pagination: hasMore, totalPages."""
    post_events(hq, tag, "success", "success", "success")
    answer = hq.read("/api/patches/logs", search=tag, limit=2)
    assert len(answer["events"]) == 2
    assert (answer["pagination"]["hasMore"], answer["pagination"]["totalPages"]) == (True, 2)


def test_logs_of_one_patch_are_summed_up(hq: Caller, tag: str) -> None:
    """PAT-06 logs/<patchId>: own arithmetic over three events."""
    post_events(hq, tag, "success", "failure", "success")
    answer = hq.read(f"/api/patches/logs/{tag}")
    assert (answer["patchId"], answer["totalEvents"], len(answer["timeline"])) == (tag, 3, 3)
    assert answer["successRate"] == pytest.approx(200 / 3, abs=0.01)
    assert answer["finalStatus"] == "success"
    assert {k: v if isinstance(v, int) else len(v) for k, v in answer["eventsByType"].items()} == {
        "PATCH_APPLIED": 2,
        "PATCH_REJECTED": 1,
    }
    json_of(hq.get(f"/api/patches/logs/{tag}-none"), 404)


def test_the_summary_counts_every_event(hq: Caller, tag: str) -> None:
    """PAT-06 logs/summary: k more events are k more."""
    before = hq.read("/api/patches/logs/summary", hours=24)["total"]
    post_events(hq, tag, "success", "failure")
    answer = hq.read("/api/patches/logs/summary", hours=24)
    assert answer["total"] == before + 2
    assert 0 <= answer["successRate"] <= 100
    assert {"timeframe", "eventTypes", "statuses", "generatedAt"} <= set(answer)


# PAT-07 statistics


def test_statistics_add_up(hq: Caller, tag: str) -> None:
    """PAT-07 invariants: both breakdowns add up, k successes raise total and successes by k."""
    before = hq.read("/api/patches/stats")["summary"]
    post_events(hq, tag, "success", "success", "failure")
    answer = hq.read("/api/patches/stats")
    after, breakdown = answer["summary"], answer["breakdown"]
    assert after["totalEvents"] == before["totalEvents"] + 3
    assert after["successfulEvents"] == before["successfulEvents"] + 2
    assert after["failedEvents"] == before["failedEvents"] + 1
    assert after["uniquePatches"] == before["uniquePatches"] + 1
    assert after["successfulEvents"] <= after["totalEvents"]
    assert after["successRate"] == pytest.approx(100 * after["successfulEvents"] / after["totalEvents"], abs=0.01)
    average = after["totalEvents"] / after["uniquePatches"]
    assert after["avgEventsPerPatch"] == pytest.approx(average, abs=0.01)
    for key in ("byStatus", "byEventType"):
        assert total_of(breakdown[key]) == after["totalEvents"]
    assert {"topPatches", "dailyStats"} <= set(breakdown)
    assert {"errors", "metadata"} <= set(answer)


def total_of(breakdown: object) -> int:
    """The sum of a breakdown, be it a mapping or a list of rows with a count."""
    if isinstance(breakdown, dict):
        return sum(breakdown.values())
    assert isinstance(breakdown, list)
    return sum(row["count"] for row in breakdown)


@pytest.mark.parametrize(
    "path",
    [
        "/api/patches/stats?groupBy=day",
        "/api/patches/stats?groupBy=week",
        "/api/patches/stats?groupBy=month",
        "/api/patches/stats?includeErrors=true",
        "/api/patches/stats/performance?days=7",
        "/api/patches/stats/errors?limit=50",
        "/api/patches/events/stats?timeframe=24h",
        "/api/patches/trends/compare?metric=events&period1=24h&period2=7d",
        "/api/patches/trends/anomalies?metric=events&threshold=2",
    ],
)
def test_a_further_figure_is_served(hq: Caller, tag: str, path: str) -> None:
    """PAT-07, PAT-08: there, and an object."""
    post_events(hq, tag, "success", "failure")
    assert isinstance(hq.read(path), dict)


# PAT-08 trends


@pytest.mark.parametrize("metric", ["events", "success_rate", "error_rate", "performance", "throughput"])
def test_trends_describe_their_points(hq: Caller, tag: str, metric: str) -> None:
    """PAT-08: average, extremes and latest against own arithmetic over the points."""
    post_events(hq, tag, "success", "failure")
    answer = hq.read("/api/patches/trends", metric=metric, timeframe="24h", interval="1h")
    assert (answer["metric"], answer["timeframe"], answer["interval"]) == (metric, "24h", "1h")
    values = [point["value"] for point in answer["dataPoints"]]
    trend = answer["trend"]
    assert trend["direction"] in {"increasing", "decreasing", "stable", "volatile"}
    assert trend["average"] == pytest.approx(sum(values) / len(values), abs=0.01)
    assert (trend["min"], trend["max"]) == pytest.approx((min(values), max(values)), abs=0.01)
    assert trend["latest"] == pytest.approx(values[-1], abs=0.01)
    assert {"slope", "volatility", "changePercent"} <= set(trend)
    assert {"comparison", "filters"} <= set(answer)
    assert answer["metadata"]["totalDataPoints"] == len(values)
    assert {"generatedAt", "timeRange"} <= set(answer["metadata"])


def test_the_two_rates_of_a_point_add_up(hq: Caller, tag: str) -> None:
    """PAT-08 invariant: error_rate = 100 - success_rate, point by point."""
    post_events(hq, tag, "success", "failure", "failure")
    success, error = (
        hq.read("/api/patches/trends", metric=metric, timeframe="24h", interval="1h")["dataPoints"]
        for metric in ("success_rate", "error_rate")
    )
    sums = [a["value"] + b["value"] for a, b in zip(success, error, strict=True)]
    assert sums == pytest.approx([100] * len(sums), abs=0.01)


def test_an_unknown_metric_is_refused(hq: Caller) -> None:
    """PAT-08: metric names differ from those of API-04."""
    json_of(hq.get("/api/patches/trends", metric="smoke"), 400)
    json_of(hq.get("/api/patches/trends", metric="avg_duration"), 400)


def test_a_batch_that_does_not_exist_has_no_status(hq: Caller, tag: str) -> None:
    """9.2 batch status."""
    json_of(hq.get(f"/api/patches/{tag}/status"), 404)


def test_a_batch_has_a_status(hq: Caller, tag: str) -> None:
    """9.2 batch status: of a batch that was just validated."""
    hq.write("/api/patches/apply", batch(tag, OPERATIONS["test"]))
    answer = hq.read(f"/api/patches/{tag}/status")
    assert answer["batchId"] == tag
    assert answer["status"] in {"pending", "processing", "completed", "failed"}
    assert {"total", "applied", "failed"} <= set(answer["progress"])
    assert answer["events"]


@pytest.mark.parametrize(
    "kind",
    [
        "PATCH_RECEIVED",
        "PATCH_APPLIED",
        "PATCH_REJECTED",
        "PATCH_DELIVERED",
        "PATCH_FAILED_DELIVERY",
        "PATCH_PROCESSING_COMPLETED",
        "PATCH_PROCESSING_FAILED",
        "PATCH_VALIDATION_STARTED",
        "PATCH_VALIDATION_PASSED",
        "PATCH_VALIDATION_FAILED",
        "PATCH_ROLLBACK_INITIATED",
        "PATCH_ROLLBACK_COMPLETED",
        "PATCH_ROLLBACK_FAILED",
    ],
)
def test_every_event_type_is_taken(hq: Caller, tag: str, kind: str) -> None:
    """9.2 event types: the fifteen constants (two more are used above)."""
    post_event(hq, tag, eventType=kind, ago=timedelta(seconds=1))
    assert hq.read("/api/patches/events/recent", patchId=tag)["events"][0]["eventType"] == kind
