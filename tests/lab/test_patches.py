"""Patch batches that are applied and rolled back, and numbers drawn from events (contract 9.2, PAT-06..08)."""

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.running import RunningLab
from tests.lab.test_apis import post_event
from vibehq_smoke.lab.patches.anomalies import anomalies, describe
from vibehq_smoke.lab.patches.json_patch import PatchError, Step, apply_step

DOCUMENT: dict[str, Any] = {"a": 1, "list": [1, 2], "deep": {"x/y": "z"}}


def apply(
    lab: RunningLab, document: str, *operations: dict[str, object], **options: bool
) -> tuple[int, dict[str, Any]]:
    """Status and answer of a real batch on a document; its patch id is the document's name."""
    batch = {"patchId": document, "operations": list(operations), "metadata": {"document": document}}
    reply = lab.post("/api/patches/apply", {"batch": batch, "options": options})
    return reply.status_code, reply.json()


def content(lab: RunningLab, document: str) -> str:
    """The stored document as text."""
    rows = lab.sql("DB_OPS", "select content from patch_documents where name = ?", document)
    return rows[0]["content"] if rows else ""


@pytest.mark.parametrize(
    ("step", "after"),
    [
        (Step("add", "/b", 2), DOCUMENT | {"b": 2}),
        (Step("add", "/list/0", 0), DOCUMENT | {"list": [0, 1, 2]}),
        (Step("add", "/list/-", 3), DOCUMENT | {"list": [1, 2, 3]}),
        (Step("remove", "/list/1"), DOCUMENT | {"list": [1]}),
        (Step("replace", "/a", None), DOCUMENT | {"a": None}),
        (Step("replace", "/list/0", 9), DOCUMENT | {"list": [9, 2]}),
        (Step("move", "/b", source="/a"), {"list": [1, 2], "deep": {"x/y": "z"}, "b": 1}),
        (Step("copy", "/deep/c", source="/list"), DOCUMENT | {"deep": {"x/y": "z", "c": [1, 2]}}),
        (Step("test", "/deep/x~1y", "z"), DOCUMENT),
    ],
)
def test_an_operation_changes_what_it_says(step: Step, after: dict[str, Any]) -> None:
    before = str(DOCUMENT)
    assert apply_step(DOCUMENT, step) == after
    assert str(DOCUMENT) == before


@pytest.mark.parametrize(
    "step",
    [
        Step("remove", "/none"), Step("replace", "/none", 1), Step("add", "/none/x", 1), Step("add", "/a/x", 1),
        Step("add", "/list/3", 1), Step("add", "/list/01", 1), Step("remove", "/list/-"), Step("test", "/a", True),
        Step("test", "/a", 2), Step("move", "/deep/x", source="/deep"), Step("copy", "/b", source="/none"),
        Step("add", "/b", "x" * 70_000), Step("frobnicate", "/a"), Step("move", "/b", source="a"),
    ],
)  # fmt: skip
def test_an_operation_that_does_not_fit_fails(step: Step) -> None:
    with pytest.raises(PatchError):
        apply_step(DOCUMENT, step)


def test_a_batch_is_applied_listed_and_rolled_back(lab: RunningLab) -> None:
    name = f"smoke-{uuid.uuid4()}"
    status, first = apply(lab, name, {"op": "add", "path": "/a", "value": 1}, {"op": "test", "path": "/a", "value": 1})
    assert (status, first["success"], first["appliedOperations"], first["errors"]) == (200, True, 2, [])
    assert content(lab, name) == '{"a": 1}'
    assert [event["eventType"] for event in first["events"]] == [
        "PATCH_PROCESSING_STARTED", "PATCH_VALIDATION_COMPLETED", "PATCH_PROCESSING_COMPLETED",
    ]  # fmt: skip
    _, second = apply(lab, name, {"op": "replace", "path": "/a", "value": 2})
    history = lab.get(f"/api/patches/history?patchId={name}").json()
    assert [entry["rollbackId"] for entry in history["history"]] == [second["rollbackId"], first["rollbackId"]]
    assert (history["total"], history["limit"]) == (2, 50)
    too_early = lab.post("/api/patches/rollback", {"rollbackId": first["rollbackId"], "reason": "test"})
    assert (too_early.status_code, too_early.json()["success"]) == (409, False)
    undone = lab.post("/api/patches/rollback", {"rollbackId": second["rollbackId"], "reason": "test"}).json()
    assert undone == {"success": True, "rolledBackOperations": 1, "errors": []}
    assert content(lab, name) == '{"a": 1}'
    again = lab.post("/api/patches/rollback", {"rollbackId": second["rollbackId"], "reason": "test"})
    assert again.status_code == 409
    kinds = [event["eventType"] for event in lab.get(f"/api/patches/logs/{name}").json()["timeline"]]
    assert kinds.count("PATCH_ROLLBACK_INITIATED") == 3
    assert (kinds.count("PATCH_ROLLBACK_COMPLETED"), kinds.count("PATCH_ROLLBACK_FAILED")) == (1, 2)
    assert lab.post("/api/patches/rollback", {"rollbackId": "none", "reason": "x"}).status_code == 404
    assert lab.post("/api/patches/rollback", {}).status_code == 400


def test_a_batch_that_fails_changes_nothing_unless_asked_to(lab: RunningLab) -> None:
    name = f"smoke-{uuid.uuid4()}"
    steps: list[dict[str, object]] = [{"op": "add", "path": "/a", "value": 1}, {"op": "remove", "path": "/none"}]
    status, failed = apply(lab, name, *steps)
    assert (status, failed["success"], failed["appliedOperations"], failed["failedOperations"]) == (409, False, 0, 1)
    assert "operation 1 (remove /none)" in failed["errors"][0]
    assert content(lab, name) == ""
    view = lab.get(f"/api/patches/{name}/status").json()
    assert (view["status"], view["progress"]) == ("failed", {"total": 2, "applied": 0, "failed": 1})
    _, partly = apply(lab, name, *steps, rollbackOnFailure=False)
    assert (partly["appliedOperations"], content(lab, name)) == (1, '{"a": 1}')
    _, dry = apply(lab, name, {"op": "remove", "path": "/a"}, dryRun=True)
    assert (dry["success"], content(lab, name)) == (True, '{"a": 1}')


def test_an_event_about_a_task_moves_it_on(lab: RunningLab) -> None:
    post_event(lab, "task-2", eventType="PATCH_PROCESSING_COMPLETED")
    assert lab.sql("DB_OPS", "select status from tasks where id = 2") == [{"status": "completed"}]


def test_the_log_finds_by_task_and_file(lab: RunningLab) -> None:
    patch = f"smoke-{uuid.uuid4()}"
    key = post_event(lab, patch, metadata={"taskId": 77, "file": "src/Menu.tsx"})
    post_event(lab, patch)
    for query in ("taskId=77", "file=menu.TSX", "taskId=77&file=src"):
        found = lab.get(f"/api/patches/logs?{query}&patchId={patch}").json()
        assert [event["id"] for event in found["events"]] == [key], query
    assert found["filters"]["applied"] == {"taskId": "77", "file": "src", "patchId": patch}


def test_performance_and_errors_are_those_of_the_stored_events(lab: RunningLab) -> None:
    patch = f"smoke-{uuid.uuid4()}"
    post_event(lab, patch, "error", metadata={"reason": "no such file"}, createdAt="2999-01-01T00:00:00Z")
    rows = lab.sql("DB_OPS", "select count(*) as n from patch_events where status in ('error', 'failure')")
    errors = lab.get("/api/patches/stats/errors?limit=1").json()
    assert (errors["total"], errors["limit"], errors["errors"][0]["reason"]) == (rows[0]["n"], 1, "no such file")
    assert sum(errors["byEventType"].values()) == errors["total"] == sum(errors["byPatch"].values())
    shown = lab.get("/api/patches/stats?includeErrors=true&groupBy=month").json()
    assert shown["errors"][0]["patchId"] == patch
    assert sum(day["count"] for day in shown["breakdown"]["dailyStats"]) == shown["summary"]["totalEvents"]
    speed = lab.get("/api/patches/stats/performance?days=7").json()
    assert speed["overall"]["samples"] == sum(one["samples"] for one in speed["byEventType"].values()) >= 12
    assert speed["overall"]["min"] <= speed["overall"]["p50"] <= speed["overall"]["p95"] <= speed["overall"]["max"]
    window = lab.get("/api/patches/events/stats?timeframe=7d").json()
    assert sum(window["byStatus"].values()) == window["totalEvents"] == sum(window["byEventType"].values())


def test_windows_compare_and_anomalies_stand_out(lab: RunningLab) -> None:
    both = lab.get("/api/patches/trends/compare?period1=24h&period2=7d&metric=events").json()
    assert (both["period1"]["timeframe"], both["period2"]["timeframe"]) == ("24h", "7d")
    assert both["period1"]["events"] <= both["period2"]["events"]
    patch = f"smoke-{uuid.uuid4()}"
    for _ in range(3):
        lab.post("/api/patches/events", {
            "id": str(uuid.uuid4()), "patchId": patch, "eventType": "PATCH_VALIDATED", "status": "success",
            "createdAt": lab.get("/api/patches/logs/summary").json()["generatedAt"],
        })  # fmt: skip
    found = lab.get(f"/api/patches/trends/anomalies?threshold=2&patchId={patch}").json()
    assert (found["count"], found["filters"]) == (1, {"patchId": patch})
    assert found["anomalies"][0]["zScore"] > 2
    assert lab.get(f"/api/patches/trends/anomalies?threshold=9&patchId={patch}").json()["anomalies"] == []
    compared = lab.get("/api/patches/trends?metric=events&compare=true").json()
    assert compared["comparison"]["current"] == both["period1"]["events"] + 3
    for wrong in ("anomalies?threshold=x", "anomalies?threshold=nan", "compare?period1=3h", "compare?metric=x"):
        assert lab.get(f"/api/patches/trends/{wrong}").status_code == 400, wrong


SERIES = st.lists(st.integers(0, 10**6), min_size=1, max_size=60)


@given(SERIES, st.floats(0.1, 5))
def test_anomalies_lie_beyond_the_threshold(values: list[int], threshold: float) -> None:
    points = [{"timestamp": str(number), "value": value} for number, value in enumerate(values)]
    found = anomalies(points, threshold)
    assert found["count"] == len(found["anomalies"])
    assert all(abs(point["zScore"]) >= threshold - 0.001 for point in found["anomalies"])
    assert anomalies(points, 100)["count"] == 0


@given(SERIES)
def test_a_trend_lies_between_its_extremes(values: list[int]) -> None:
    told = describe(values)
    assert told["min"] - 0.001 <= told["average"] <= told["max"] + 0.001
    assert told["latest"] == values[-1]
