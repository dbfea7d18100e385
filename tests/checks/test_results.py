"""Score and status of a worker's result, after the contract's own examples (part 4)."""

import pytest
from plugins._support.health_models import TestResult as RanTest  # pytest would take the name itself for a test class
from plugins._support.health_models import WorkerResult
from plugins._support.results import SENT_SCORE, assert_consistent, expected_score, expected_statuses, our_result


def ran(passed: int, failed: int = 0, name: str = "test") -> list[RanTest]:
    """So many tests that passed, so many that failed."""
    statuses = ["passed"] * passed + ["failed"] * failed
    return [RanTest.model_validate({"name": name, "status": status, "duration_ms": 1}) for status in statuses]


def result(links: tuple[bool, bool, bool] = (True, True, True), **fields: object) -> WorkerResult:
    """A result with these connections: orchestrator, external, database. ``fields`` say the rest."""
    named = dict(zip(("orchestrator", "external_api", "database"), links, strict=True))
    body: dict[str, object] = {f"{name}_connectivity": held for name, held in named.items()}
    return WorkerResult.model_validate(body | {"overall_status": "healthy", "health_score": 1.0} | fields)


def test_two_of_three_connections_and_all_tests_are_the_contracts_example() -> None:
    seen = result(
        (True, False, True),
        unit_test_results=ran(4),
        performance_test_results=ran(2),
        integration_test_results=ran(2),
        health_score=0.8667,
    )

    assert expected_score(seen) == pytest.approx(0.8667, abs=1e-4)
    assert expected_statuses(seen) == {"degraded"}


def test_parts_that_did_not_run_have_no_weight() -> None:
    assert expected_score(result((True, False, False), unit_test_results=ran(4))) == pytest.approx(0.619, abs=1e-3)


@pytest.mark.parametrize(
    ("score", "status"), [(1.0, "healthy"), (0.91, "healthy"), (0.8, "degraded"), (0.5, "unhealthy"), (0.1, "critical")]
)
def test_the_score_decides_the_status(score: float, status: str) -> None:
    assert expected_statuses(result(health_score=score)) == {status}


def test_at_a_threshold_rounding_may_decide() -> None:
    assert expected_statuses(result(health_score=0.9)) == {"healthy", "degraded"}


@pytest.mark.parametrize(
    "seen",
    [
        result((False, True, True), health_score=0.9),
        result(unit_test_results=ran(9, 1, name="Critical Path"), health_score=0.95),
    ],
    ids=["no orchestrator", "a critical test failed"],
)
def test_something_critical_overrides_the_score(seen: WorkerResult) -> None:
    assert expected_statuses(seen) == {"critical"}


@pytest.mark.parametrize(
    ("seen", "complaint"),
    [
        (result(health_score=0.5), "make 1.0000"),
        (result(overall_status="degraded"), "make healthy"),
        (result(overall_status="timeout", health_score=0.3), "timed out"),
        (result((False, True, True), health_score=2 / 3, overall_status="unhealthy"), "make critical"),
    ],
)
def test_a_contradiction_is_named(seen: WorkerResult, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        assert_consistent(seen)


@pytest.mark.parametrize(
    "seen",
    [
        result(),
        result(overall_status="timeout", health_score=0.0),
        result((False, False, False), overall_status="critical", health_score=0.0, error_message="it broke off"),
    ],
)
def test_what_agrees_with_itself_is_accepted(seen: WorkerResult) -> None:
    assert_consistent(seen)


def test_the_result_that_we_send_agrees_with_itself() -> None:
    sent = WorkerResult.model_validate(our_result("smoke-1"))

    assert_consistent(sent)
    assert sent.health_score == SENT_SCORE
    assert sent.warnings == ["smoke-1"]
