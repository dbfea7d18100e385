"""Worker results: the score and status that follow from their parts (contract part 4), and one of our own to send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .distinct import twice

if TYPE_CHECKING:
    from .health_models import TestResult, WorkerResult

SENT_SCORE = 0.7667
"""Nine of ten unit tests and two of three connections: a score that the built-in tests of a worker cannot reach."""

TOLERANCE = 0.005
"""By which scores may differ: platforms round."""


def our_result(tag: str) -> dict[str, Any]:
    """A result whose score and status agree with the platform's own rules; ``tag`` says where it comes from."""
    tests = [{"name": f"{tag} {number}", "status": "passed", "duration_ms": 1} for number in range(9)]
    return {
        "overall_status": "degraded",
        "health_score": SENT_SCORE,
        "uptime_seconds": 1,
        "memory_usage_mb": 0,
        "cpu_usage_percent": 0,
        "response_time_ms": 1,
        "orchestrator_connectivity": True,
        "external_api_connectivity": False,
        "database_connectivity": True,
        "unit_test_results": [*tests, {"name": f"{tag} 9", "status": "failed", "duration_ms": 1, "error": tag}],
        "warnings": [tag],
    }


def expected_score(result: WorkerResult) -> float:
    """The weighted mean over the parts that ran."""
    links = (result.orchestrator_connectivity, result.external_api_connectivity, result.database_connectivity)
    parts = [(0.4, sum(links) / len(links))]
    for weight, tests in (
        (0.3, result.unit_test_results),
        (0.2, result.performance_test_results),
        (0.1, result.integration_test_results),
    ):
        if tests:
            parts.append((weight, sum(test.status == "passed" for test in tests) / len(tests)))
    return sum(weight * share for weight, share in parts) / sum(weight for weight, _ in parts)


def expected_statuses(result: WorkerResult) -> set[str]:
    """The status that the score stands for, unless something critical overrides it; two when rounding decides."""
    if not result.orchestrator_connectivity or _failed_critically(_tests(result)):
        return {"critical"}
    return {_status_of(result.health_score - TOLERANCE), _status_of(result.health_score + TOLERANCE)}


def assert_consistent(result: WorkerResult) -> None:
    """Score and status follow from what the result itself says; a check that broke off has score 0."""
    if result.overall_status == "timeout":
        assert result.health_score == 0, f"it timed out, yet its health_score is {result.health_score}"
        return
    if result.overall_status == "critical" and result.error_message and result.health_score == 0:
        return
    score, wanted = expected_score(result), expected_statuses(result)
    assert abs(result.health_score - score) <= TOLERANCE, (
        f"health_score is {result.health_score}, but the parts of the result make {score:.4f}"
    )
    assert result.overall_status in wanted, (
        f"overall_status is {result.overall_status!r}, but the parts of the result make {' or '.join(sorted(wanted))}"
    )


def assert_asked_for(result: WorkerResult) -> None:
    """It tells of the unit tests, which were asked for, each once, unless it broke off; of no others (part 4)."""
    if result.overall_status == "timeout" or result.error_message:
        return
    names = [test.name for test in result.unit_test_results or ()]
    assert names, "it tells of no unit test, though these were asked for"
    assert not (doubles := twice(names)), f"it tells twice of the unit test {' and '.join(doubles)}"
    others = [*(result.performance_test_results or ()), *(result.integration_test_results or ())]
    assert not others, f"it tells of {others[0].name!r}, though only unit tests were asked for"


def _status_of(score: float) -> str:
    steps = ((0.9, "healthy"), (0.7, "degraded"), (0.4, "unhealthy"))
    return next((status for least, status in steps if score >= least), "critical")


def _tests(result: WorkerResult) -> Iterable[TestResult]:
    for tests in (result.unit_test_results, result.performance_test_results, result.integration_test_results):
        yield from tests or ()


def _failed_critically(tests: Iterable[TestResult]) -> bool:
    return any(test.status == "failed" and "critical" in test.name.lower() for test in tests)
