"""Sample records, small enough to read in a test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vibehq_smoke import gates as conditions
from vibehq_smoke import matrix
from vibehq_smoke.models import (
    Component,
    Created,
    Evidence,
    Exchange,
    GateResult,
    Mode,
    Observation,
    Outcome,
    Priority,
    Result,
    RunInfo,
    RunRecord,
    Status,
    Timing,
)

COMPONENTS = (
    Component(id="d1-ops"),
    Component(id="d1-health"),
    Component(id="orchestrator", needs=("d1-ops", "d1-health")),
    Component(id="auth", needs=("orchestrator", "d1-ops")),
    Component(id="health-api", needs=("orchestrator", "auth", "d1-health", "d1-ops")),
    Component(id="analytics-api", needs=("orchestrator", "auth", "d1-ops")),
)


def result(id: str = "HLT-01", outcome: Outcome = Outcome.PASSED, **changes: Any) -> Result:  # noqa: A002 - its name
    """One result; what is not given has a plain value."""
    values: dict[str, Any] = {
        "category": "health" if id.startswith("HLT") else "api",
        "title": f"what {id} promises holds",
        "component": "health-api" if id.startswith("HLT") else "analytics-api",
        "priority": Priority.P1,
        "mode": Mode.HTTP,
        "duration_s": 0.12,
        "location": "plugins/health.py:10",
        "rerun": f"vibehq-smoke run -k {id}",
    }
    return Result(id=id, outcome=outcome, **values | changes)


def exchange(**changes: Any) -> Evidence:
    """Evidence of one HTTP exchange."""
    values: dict[str, Any] = {
        "method": "POST",
        "url": "http://localhost:8787/api/health/checks",
        "status": 500,
        "request_headers": {"content-type": "application/json", "cookie": "session=***"},
        "request_body": '{"trigger_type":"on_demand","worker_filters":["agent-factory"]}',
        "response_headers": {"content-type": "application/json"},
        "response_body": '{"ok":false,"error":"Failed to start","details":"D1_ERROR: no such table"}',
        "response_size": 74,
        "timing": Timing(connect_ms=0.4, first_byte_ms=11.2, total_ms=11.9),
        "curl": "curl -X POST http://localhost:8787/api/health/checks -H \"Cookie: session=$SESSION\" -d '{}'",
    }
    seen = Exchange(**values | changes)
    return Evidence(kind="http", summary=f"{seen.method} {seen.url} -> {seen.status}", started_s=0.2, exchange=seen)


def observation(component: str, status: Status = Status.BROKEN, reason: str = "no answer", **more: Any) -> Observation:
    """What preflight saw of one component."""
    return Observation(component=component, status=status, reason=reason, **more)


def tracked(run: RunRecord, issue: str) -> RunRecord:
    """The same run, its first finding tracked by an issue."""
    first, *others = run.findings
    return run.model_copy(update={"findings": (first.model_copy(update={"issue": issue}), *others)})


def record(
    results: tuple[Result, ...] = (),
    observations: tuple[Observation, ...] = (),
    *,
    components: tuple[Component, ...] = COMPONENTS,
    gates: tuple[GateResult, ...] = (),
    created: tuple[Created, ...] = (),
    **run: Any,
) -> RunRecord:
    """A judged run over ``results``."""
    lines = matrix.judge(results, observations, components)
    values: dict[str, Any] = {
        "id": "smoke-20260102-030405-abcd",
        "suites": ("stage-smoke",),
        "target": "embedded",
        "environment": "local",
        "base_url": "http://localhost:8787",
        "started_at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "duration_s": 3.21,
        "command": "vibehq-smoke run suites/stage-smoke.toml",
        "versions": {"vibehq-smoke": "0.1.0", "python": "3.11.7"},
    }
    return RunRecord(
        run=RunInfo(**values | run),
        totals=conditions.totals(results),
        root_causes=matrix.root_causes(lines),
        components=lines,
        checks=results,
        gates=gates,
        findings=matrix.findings(lines, results, observations, environment=values["environment"]),
        preflight=observations,
        created=created,
    )
