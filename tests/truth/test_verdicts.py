"""The judge of the truth table is judged first: it sees what is missed, and who is falsely accused."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.checks.running import no_gates, run_info
from tests.truth.rows import Row, Sighting, sighting
from tests.truth.verdicts import Verdict, verdict
from vibehq_smoke.config import Target
from vibehq_smoke.judge import judge_run
from vibehq_smoke.models import Component, Outcome, Priority, Result, RunRecord

PLATFORM = tuple(
    Component(id=id_, title=f"{id_}.", needs=needs) for id_, needs in (("base", ()), ("left", ("base",)), ("right", ()))
)
TARGET = Target(name="lab", base_url="http://localhost:1", environment="local")
LEFT_FAILS: Mapping[str, Any] = {
    "components": {"left": "broken"},
    "root_causes": ["left"],
    "checks": {"L-1": "failed", "L-2": "blocked"},
    "unsteady": [],
}


def result(id_: str, component: str, outcome: str = "passed", **more: Any) -> Result:
    """The result of a check, or of the case that brackets name."""
    case = id_.partition("[")[2].rstrip("]") or None
    facts = {"root_cause": component} if outcome == "blocked" else {}
    return Result(
        **{
            "id": id_, "case": case, "category": "c", "title": "it works", "description": "It works.", "mode": "http",
            "component": component, "priority": Priority.P0, "outcome": Outcome(outcome), "reason": "why",
            **facts, **more,
        }
    )  # fmt: skip


def record(*results: Result) -> RunRecord:
    return judge_run(run_info("truth", TARGET), results, (), PLATFORM, no_gates())


def of(expected: Mapping[str, Any], *results: Result) -> Verdict:
    return verdict("some-fault", expected, record(*results))


def test_what_came_out_as_expected_is_caught() -> None:
    seen = of(LEFT_FAILS, result("L-1", "left", "failed"), result("L-2", "left", "blocked"), result("R-1", "right"))
    assert seen == Verdict()
    assert seen.word == "caught"


def test_a_check_that_passes_all_the_same_is_missed() -> None:
    seen = of(LEFT_FAILS, result("L-1", "left"), result("L-2", "left", "blocked"), result("R-1", "right"))
    assert seen.word == "missed"
    assert seen.missed == {
        "L-1": "passed, expected failed: why",
        "left": "unknown, expected broken",
        "roots": "does not name left",
    }


def test_a_skipped_check_is_missed() -> None:
    seen = of(LEFT_FAILS, result("L-1", "left", "skipped"), result("L-2", "left", "failed"))
    assert list(seen.missed) == ["L-1"]


@pytest.mark.parametrize("outcome", ["failed", "error", "degraded"])
def test_a_stranger_that_fails_is_falsely_accused(outcome: str) -> None:
    seen = of(LEFT_FAILS, result("L-1", "left", "failed"), result("R-1", "right", outcome))
    assert seen.word == "falsely accused"
    assert seen.accused["R-1"] == f"{outcome}, expected passed: why"


def test_a_broken_component_that_nobody_expected_is_falsely_accused() -> None:
    seen = of(LEFT_FAILS, result("L-1", "left", "failed"), result("R-1", "right", "failed"))
    assert seen.accused == {
        "R-1": "failed, expected passed: why",
        "right": "broken, expected no finding",
        "roots": "names right",
    }


def test_broken_where_degraded_was_expected_is_a_false_accusation() -> None:
    expected = {**LEFT_FAILS, "components": {"left": "degraded"}, "root_causes": [], "checks": {"L-1": "degraded"}}
    seen = of(expected, result("L-1", "left", "failed"))
    assert {"L-1", "left", "roots"} == set(seen.accused)


def test_a_check_may_be_blocked_by_what_is_to_blame_and_by_nothing_else() -> None:
    by_left = result("R-1", "right", "blocked", root_cause="left")
    by_base = result("R-1", "right", "blocked", root_cause="base")
    failed = result("L-1", "left", "failed")
    assert of(LEFT_FAILS, failed, by_left).word == "caught"
    assert of(LEFT_FAILS, failed, by_base).accused["R-1"] == "blocked, expected passed: why"


def test_a_check_that_was_to_be_blocked_may_find_another_way_if_the_cause_is_named() -> None:
    assert of(LEFT_FAILS, result("L-1", "left", "failed"), result("L-2", "left")).word == "caught"
    assert "L-2" in of(LEFT_FAILS, result("L-1", "left"), result("L-2", "left")).missed


def test_cases_of_a_check_come_out_as_the_worst_of_them() -> None:
    cases = [result("L-1[one]", "left", "failed"), result("L-1[two]", "left"), result("L-1[three]", "left", "blocked")]
    assert of(LEFT_FAILS, *cases).word == "caught"
    assert "L-1" in of(LEFT_FAILS, *cases[1:2]).missed


def test_under_a_fault_that_comes_and_goes_only_strangers_are_accused() -> None:
    expected = {"components": {}, "root_causes": [], "checks": {}, "unsteady": ["L-1"]}
    assert of(expected, result("L-1", "left", "failed")).word == "caught"
    assert of(expected, result("R-1", "right", "failed")).word == "falsely accused"


def test_hidden_checks_are_not_judged() -> None:
    seen = of(LEFT_FAILS, result("L-1", "left", "failed"), result("R-1", "right", "degraded", hidden=True))
    assert seen.word == "caught"


def test_of_many_faults_one_is_found_by_a_check_or_hidden_by_a_component() -> None:
    results = [
        result("L-1", "left", "failed"),
        result("L-2", "left", "blocked", root_cause="base"),
        result("R-1", "right", "blocked", root_cause="right"),
        result("R-2", "right"),
    ]
    assert sighting({"L-1": "failed", "L-2": "failed"}, results, ()) == Sighting(("L-1",), {"L-2": "base"})
    assert sighting({"R-1": "failed"}, results, ["right"]) == Sighting(("R-1",), {})
    assert sighting({"R-1": "degraded"}, results, ["right"]) == Sighting((), {"R-1": "right"})
    assert sighting({"R-1": "failed"}, results, ()) == Sighting((), {"R-1": "right"})
    assert sighting({"R-2": "failed"}, results, ()) == Sighting((), {})


def test_a_row_survives_being_kept() -> None:
    row = Row("some-fault", ("left",), ("L-1", "L-2"), Verdict(missed={"L-1": "passed"}), 1.5)
    assert Row.of_line(row.as_line()) == row
