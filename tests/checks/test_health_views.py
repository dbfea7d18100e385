"""HLT-12 and HLT-13 look at HealthOps by RPC, and at what health-specialist tells of it over HTTP."""

import pytest

from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome

from .running import run_checks
from .switching import fault
from .test_healthy import without_operator

BOTH = ("HLT-12", "HLT-13")
WHO = "health-specialist"


def without_specialist(target: Target) -> Target:
    """The target, with health-specialist not among its workers."""
    return target.model_copy(
        update={"workers": {name: worker for name, worker in target.workers.items() if name != WHO}}
    )


@pytest.mark.parametrize("operator", [True, False])
def test_what_the_specialist_cannot_tell_is_its_own_fault(host: Host, healthy: Target, operator: bool) -> None:
    with fault(healthy, "D-27"):
        seen = run_checks(host, healthy if operator else without_operator(healthy), BOTH)

    assert {seen.outcome(id_) for id_ in BOTH} == {Outcome.FAILED}, seen.not_passed()
    assert {seen.results[id_].component for id_ in BOTH} == {WHO}
    assert "health-specialist: GET /api/health/results?limit=1: expected 200, got 500" in seen.reason("HLT-12")
    assert "health-specialist: GET /api/health/status: expected 200, got 500" in seen.reason("HLT-13")


def test_one_way_is_enough(host: Host, healthy: Target) -> None:
    for target, note in (
        (without_operator(healthy), "judged by what health-specialist tells over HTTP only: no operator channel"),
        (without_specialist(healthy), "judged by RPC only: health-specialist is none of the target's workers"),
    ):
        seen = run_checks(host, target, BOTH)

        assert seen.not_passed() == {}
        assert all(any(note in one for one in seen.results[id_].notes) for id_ in BOTH)


def test_without_either_way_both_are_skipped(host: Host, healthy: Target) -> None:
    seen = run_checks(host, without_specialist(without_operator(healthy)), BOTH)

    assert seen.not_passed() == dict.fromkeys(BOTH, "skipped")
    for id_ in BOTH:
        assert "no operator channel: set kind in [targets.lab.operator]" in seen.reason(id_)
        assert "or list health-specialist in [targets.lab.workers]" in seen.reason(id_)


def test_a_dead_specialist_is_only_noted_unless_there_is_no_other_way(host: Host, healthy: Target) -> None:
    with fault(healthy, "health-specialist-down"):
        both, alone = run_checks(host, healthy, BOTH), run_checks(host, without_operator(healthy), BOTH)

    assert both.not_passed() == {}
    assert all("judged by RPC only" in both.results[id_].notes[0] for id_ in BOTH)
    assert alone.not_passed() == dict.fromkeys(BOTH, "blocked")
    assert {alone.results[id_].root_cause for id_ in BOTH} == {WHO}


@pytest.mark.parametrize(
    ("id_", "reason"),
    [
        ("summary-missing", "health-specialist has no health summary to tell: No health summary yet"),
        ("summary-inconsistent", "tells of 18 passed, failed and skipped tests of 15"),
    ],
)
def test_a_bad_summary_shows_over_http_and_is_of_who_made_it(
    host: Host, healthy: Target, id_: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, without_operator(healthy), ["HLT-13"])

    assert seen.outcome("HLT-13") is Outcome.FAILED
    assert seen.results["HLT-13"].component == "health-ops"
    assert reason in seen.reason("HLT-13")
