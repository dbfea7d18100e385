"""The shapes that checks demand: what they insist on, what they accept as a dialect (rule R9), what they let pass."""

import json
from typing import Any

import pytest
from plugins._support import api_models as api
from plugins._support import health_models as health

from vibehq_smoke.platform.dialects import Dialect
from vibehq_smoke.platform.shape import ShapeError, fit

UUID = "3f2b8c1e-5d4a-4b6c-9e7f-0a1b2c3d4e5f"
NOW = "2025-03-01T10:00:00.000Z"
STORED = "2025-03-01 10:00:00"

ACCEPTED = {"health_check_uuid": UUID, "status": "running", "total_workers": 1, "message": "started"}
ROW = {
    "worker_check_uuid": UUID,
    "health_check_uuid": UUID,
    "worker_name": "agent-factory",
    "worker_type": "factory",
    "status": "completed",
    "overall_status": "healthy",
    "health_score": 1,
}
STATUS = {
    "health_check_uuid": UUID,
    "status": "running",
    "total_workers": 1,
    "completed_workers": 0,
    "passed_workers": 0,
    "failed_workers": 0,
    "overall_health_score": 0.5,
    "worker_results": [ROW],
}
RUN = {key: value for key, value in STATUS.items() if key != "worker_results"} | {
    "trigger_type": "on_demand",
    "trigger_source": None,
    "started_at": STORED,
    "completed_at": None,
    "created_at": NOW,
}
LATEST = {"worker_check_uuid": UUID, "worker_name": "agent-factory"}
WORKER = {"name": "agent-factory", "type": "factory", "url": "http://localhost:8788", "binding": None}
QUICK = {
    "worker_name": "agent-factory",
    "worker_type": "factory",
    "status": "healthy",
    "response_time_ms": 3,
    "orchestrator_connectivity": True,
    "timestamp": NOW,
}

EXPECTED: tuple[tuple[type[Dialect], Any], ...] = (
    (health.RunAccepted, {"ok": True, "result": ACCEPTED}),
    (health.RunReply, {"ok": True, "result": STATUS}),
    (health.RunList, {"ok": True, "history": {"health_checks": [RUN]}, "pagination": None}),
    (health.WorkerList, {"ok": True, "workers": [WORKER], "count": 1}),
    (health.LatestReply, {"ok": True, "result": LATEST}),
    (health.QuickCheck, QUICK | {"extra": {"is": "fine"}}),
    (api.HealthOverview, {
        "ok": True,
        "summary": {"totalChecks": 1, "lastCompletedAt": None, "lastStatus": None, "lastHealthScore": None},
        "latest": None,
    }),
)  # fmt: skip

DIALECTS: tuple[tuple[type[Dialect], Any, str], ...] = (
    (health.RunAccepted, ACCEPTED, "`health_check_uuid`"),
    (health.RunAccepted, ACCEPTED | {"check_uuid": UUID, "health_check_uuid": UUID}, "`health_check_uuid`"),
    (health.RunReply, STATUS, "the top level"),
    (health.RunList, {"ok": True, "result": {"health_checks": [RUN]}}, "`result.health_checks`"),
    (health.RunList, {"health_checks": [RUN]}, "`health_checks`"),
    (health.RunList, [RUN], "the top level"),
    (health.WorkerList, {"ok": True, "result": {"workers": [WORKER]}}, "`result.workers`"),
    (health.WorkerList, [WORKER], "the top level"),
    (health.LatestReply, LATEST, "the top level"),
)

WRONG: tuple[tuple[type[Dialect], Any, str], ...] = (
    (health.RunAccepted, {"ok": False, "result": ACCEPTED}, "`ok` must be true"),
    (health.RunAccepted, {"result": ACCEPTED}, "`ok` must be true"),
    (health.RunAccepted, {"ok": True, "result": ACCEPTED | {"total_workers": "1"}}, "`result.total_workers` is"),
    (health.RunAccepted, {"ok": True, "result": ACCEPTED | {"total_workers": -1}}, "`result.total_workers` is -1"),
    (health.RunAccepted, {"ok": True, "result": ACCEPTED | {"health_check_uuid": "x"}}, "it is no uuid"),
    (
        health.RunAccepted,
        {"ok": True, "result": ACCEPTED | {"health_check_uuid": "3f2b8c1e-5d4a-1b6c-9e7f-0a1b2c3d4e5f"}},
        "it is no uuid of version 4",
    ),
    (health.RunAccepted, {"ok": True, "result": ACCEPTED | {"status": "completed"}}, "`result.status` is"),
    (health.RunReply, {"ok": True, "result": STATUS | {"overall_health_score": 1.5}}, "overall_health_score"),
    (health.RunReply, {"ok": True, "result": STATUS | {"status": "done"}}, "status"),
    (health.RunReply, {"ok": True, "result": STATUS | {"worker_results": [ROW | {"status": "odd"}]}}, "status"),
    (health.RunList, {"ok": True, "history": {"health_checks": [RUN | {"created_at": 1740000000}]}}, "created_at"),
    (health.RunList, {"ok": True, "history": {"health_checks": [RUN | {"created_at": "yesterday"}]}}, "created_at"),
    (health.RunList, {"ok": True, "history": {}}, "`history.health_checks` is missing"),
    (health.WorkerList, {"ok": True, "workers": [WORKER | {"name": ""}]}, "name"),
    (health.QuickCheck, QUICK | {"orchestrator_connectivity": 1}, "orchestrator_connectivity"),
    (health.QuickCheck, QUICK | {"response_time_ms": -1}, "response_time_ms"),
    (health.QuickCheck, QUICK | {"status": "fine"}, "status"),
    (health.Refusal, {"ok": True, "error": "no"}, "ok"),
    (health.Refusal, {"ok": False, "error": ""}, "error"),
    (api.TrendSummary, {"total": 1, "average": 1, "min": 1, "max": 1, "trend": "up", "changePercent": 0}, "trend"),
    (api.PatchRefused, {"success": True, "errors": ["x"]}, "success"),
    (health.Profile, {"name": "websocket", "category": "communication"}, "category"),
)


@pytest.mark.parametrize(("model", "body"), EXPECTED, ids=[row[0].__name__ for row in EXPECTED])
def test_what_the_contract_settles_on_is_no_drift(model: type[Dialect], body: Any) -> None:
    _, drifts = fit(model, json.dumps(body))

    assert drifts == []


@pytest.mark.parametrize(("model", "body", "place"), DIALECTS)
def test_a_dialect_is_accepted_and_noted(model: type[Dialect], body: Any, place: str) -> None:
    _, drifts = fit(model, json.dumps(body))

    assert drifts
    assert all("(dialect)" in drift for drift in drifts)
    assert any(f"found at {place}" in drift for drift in drifts)


@pytest.mark.parametrize(("model", "body", "complaint"), WRONG)
def test_what_breaks_the_contract_is_refused_and_named(model: type[Dialect], body: Any, complaint: str) -> None:
    with pytest.raises(ShapeError) as refused:
        fit(model, json.dumps(body))

    assert complaint in str(refused.value)


def test_both_ways_to_write_a_time_compare() -> None:
    one, _ = fit(health.RunList, json.dumps([RUN]))

    assert one.runs[0].started_at == one.runs[0].created_at
