"""Records of runs, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vibehq_smoke.issues.cause import Cause
from vibehq_smoke.issues.writing.surroundings import Surroundings
from vibehq_smoke.models import (
    Evidence,
    Exchange,
    Finding,
    Mode,
    Observation,
    Outcome,
    Priority,
    Result,
    RunInfo,
    RunRecord,
    Status,
    Symptom,
    Timing,
    Totals,
)

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
COMMIT = "0123456789abcdef0123456789abcdef01234567"
IN_CI = Surroundings(
    repo="acme/hq",
    server_url="https://github.com",
    commit=COMMIT,
    run_url="https://github.com/acme/hq/actions/runs/77",
    workflow="smoke",
    job="staging",
)


def result(id_: str, outcome: str = "failed", priority: str = "p1", **more: Any) -> Result:
    """How a check ended; ``HLT-06[agent-factory]`` has a case."""
    case = id_.partition("[")[2].removesuffix("]") or None
    said = {
        "category": "health",
        "title": "starting a run creates its record",
        "description": "POST /api/health/checks answers with the id of a new run.",
        "component": "health-api",
        "mode": Mode.HTTP,
        "reason": None if outcome == "passed" else f"{id_} went wrong\nin many ways",
        "kind": None if outcome == "passed" else "status",
        "location": "plugins/health.py:51",
        "rerun": f"vibehq-smoke run stage-smoke --target staging -k {id_}",
    }
    return Result(id=id_, case=case, outcome=Outcome(outcome), priority=Priority(priority), **said | more)


def symptom(subject: str, priority: str = "p1", **more: Any) -> Symptom:
    fingerprint = f"1-{abs(hash(subject)) % 16**16:016x}"
    said = {"fingerprint": fingerprint, "kind": "status", "message": f"{subject} went wrong"}
    return Symptom(subject=subject, priority=Priority(priority), **said | more)


def finding(component: str, *symptoms: Symptom, status: str = "broken", **more: Any) -> Finding:
    said = {
        "reason": f"{component} does not work",
        "priority": min(one.priority for one in symptoms) if symptoms else Priority.P3,
        "checks": tuple(one.subject for one in symptoms if not one.subject.startswith("preflight ")),
    }
    return Finding(component=component, status=Status(status), symptoms=symptoms, **said | more)


def observed(component: str, status: str = "working", *, unreachable: bool = False, reason: str = "") -> Observation:
    return Observation(component=component, status=Status(status), unreachable=unreachable, reason=reason)


def record(
    *results: Result, findings: tuple[Finding, ...] = (), preflight: tuple[Observation, ...] = (), **run: Any
) -> RunRecord:
    said = {
        "id": "0504-123000-abcd",
        "suites": ("stage-smoke",),
        "target": "staging",
        "environment": "staging",
        "base_url": "https://hq.example.com",
        "started_at": NOW,
        "command": "vibehq-smoke run stage-smoke --target staging",
        "versions": {"vibehq-smoke": "0.1.0", "node": "22.1.0", "ci": "true"},
    }
    info = RunInfo(**said | run)
    return RunRecord(run=info, totals=Totals(), checks=results, findings=findings, preflight=preflight)


def exchange(**more: Any) -> Evidence:
    said = {
        "method": "POST",
        "url": "https://hq.example.com/api/health/checks",
        "status": 500,
        "response_body": '{"error": "no such table"}',
        "response_size": 26,
        "timing": Timing(total_ms=17.4),
        "curl": "curl -sS -X POST https://hq.example.com/api/health/checks",
    }
    return Evidence(kind="http", summary="POST /api/health/checks → 500", exchange=Exchange(**said | more))


def cause(component: str = "health-api", **more: Any) -> Cause:
    said = {
        "id": f"1-{component}",
        "scope": "smoke/staging",
        "fingerprints": (f"1-{component}",),
        "subjects": ("HLT-01",),
        "priority": Priority.P1,
        "first_seen": NOW,
        "last_seen": NOW,
        "counted_at": NOW,
        "last_run": "0504-123000-abcd",
        "fails": 1,
        "seen": 1,
        "strip": "F",
    }
    return Cause(component=component, **said | more)
