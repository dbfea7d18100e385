"""Direct executions of a worker's health check, and the arithmetic of its score (contract section 4)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import httpx

from .caller import json_of
from .running import Platform
from .runs import CHEAP
from .shapes import Acknowledged, TestResult, WorkerResult

WEIGHTS = {"connectivity": 0.4, "unit": 0.3, "performance": 0.2, "integration": 0.1}
BUILT_IN: Mapping[str, set[str]] = {
    "unit": {"Environment Variables", "JSON Serialization", "Crypto Functions", "Date/Time Functions"},
    "performance": {"Response Time Baseline", "Memory Allocation"},
    "integration": {"Orchestrator Logging Integration", "AI Integration"},
}


def options(*parts: str, **changes: object) -> dict[str, Any]:
    """The options of an execution that includes the parts."""
    chosen = {f"include_{part}_tests": part in parts for part in BUILT_IN}
    return {**chosen, "timeout_ms": 30000, "max_retries": 2, **changes}


def execute_body(callback_url: str, chosen: Mapping[str, Any], uuid: str | None = None) -> dict[str, Any]:
    """The body of HLT-06."""
    return {"worker_check_uuid": uuid or str(uuid4()), "options": dict(chosen), "callback_url": callback_url}


def execute_url(platform: Platform, worker: str = CHEAP) -> str:
    """Where a worker takes executions."""
    return platform.workers[worker].url + "/health-check/execute"


def execute(
    http: httpx.Client, platform: Platform, service: Mapping[str, str], body: Mapping[str, Any], worker: str = CHEAP
) -> Acknowledged:
    """An execution that must be acknowledged with the same uuid."""
    answer = http.post(execute_url(platform, worker), json=body, headers=dict(service))
    acknowledged = Acknowledged.model_validate(json_of(answer, 200, 202))
    assert acknowledged.worker_check_uuid.lower() == str(body["worker_check_uuid"]).lower()
    return acknowledged


def ran_in(result: WorkerResult, part: str) -> Sequence[TestResult]:
    """The results of a part, none when it did not run."""
    found: Sequence[TestResult] | None = getattr(result, f"{part}_test_results")
    return found or ()


def expected_score(result: WorkerResult) -> float:
    """The weighted mean over the parts that ran."""
    connections = (result.orchestrator_connectivity, result.external_api_connectivity, result.database_connectivity)
    shares = {"connectivity": sum(connections) / 3}
    for part in BUILT_IN:
        if tests := ran_in(result, part):
            shares[part] = sum(test.status == "passed" for test in tests) / len(tests)
    return sum(WEIGHTS[part] * share for part, share in shares.items()) / sum(WEIGHTS[part] for part in shares)


def expected_verdict(result: WorkerResult) -> str:
    """The verdict of the score, forced to critical where the contract says so."""
    failed = [test.name for part in BUILT_IN for test in ran_in(result, part) if test.status == "failed"]
    if not result.orchestrator_connectivity or any("critical" in name.lower() for name in failed):
        return "critical"
    steps = ((0.9, "healthy"), (0.7, "degraded"), (0.4, "unhealthy"))
    return next((verdict for least, verdict in steps if result.health_score >= least), "critical")
