"""Checks that notice too little are named, each for its reason; those that notice enough are not."""

from typing import Any

import pytest

VACUOUS = {
    "WEAK-01": "it judges nothing",
    "WEAK-02": "'body'",
    "WEAK-03": "'status'",
    "WEAK-04": "it judges nothing",
    "WEAK-06": "'missing field'",
}


@pytest.mark.parametrize(("id_", "reason"), VACUOUS.items())
def test_a_vacuous_check_is_named_for_its_reason(proof: dict[str, Any], id_: str, reason: str) -> None:
    assert id_ in proof["vacuous"]
    assert reason in " ".join(proof["by_check"][id_]["vacuous"])


def test_nobody_else_is_called_vacuous(proof: dict[str, Any]) -> None:
    assert set(proof["vacuous"]) == set(VACUOUS)


def test_a_loop_over_an_empty_list_is_named(proof: dict[str, Any]) -> None:
    assert "$.items of GET /empty, which was empty" in " ".join(proof["by_check"]["WEAK-05"]["weak"])


def test_what_a_default_hides_is_shown_as_the_exact_change(proof: dict[str, Any]) -> None:
    changes = [one["change"] for one in proof["by_check"]["WEAK-06"]["survived"]]
    assert "$.total is missing" in changes


def test_a_check_that_judges_everything_catches_everything(proof: dict[str, Any]) -> None:
    strong = proof["by_check"]["STRONG-01"]
    assert strong["survived"] == []
    assert strong["caught"] == strong["mutants"] > 30
    assert strong["vacuous"] == strong["weak"] == []


def test_an_optional_field_is_equivalent_by_rule(proof: dict[str, Any]) -> None:
    assert "the model says that the field may be missing" in proof["by_check"]["STRONG-01"]["equivalent_by"]


def test_transport_and_status_mutants_are_all_caught_by_the_strong(proof: dict[str, Any]) -> None:
    for id_ in ("STRONG-01", "STRONG-02", "STRONG-03"):
        unnoticed = {one["operator"] for one in proof["by_check"][id_]["survived"]}
        assert not unnoticed & {"status-500", "status-404", "html", "body-empty", "late", "reset"}, id_


def test_harmless_changes_alarm_nobody(proof: dict[str, Any]) -> None:
    assert proof["harmless"] > 20
    assert proof["false_alarms"] == []


def test_every_check_replays_as_it_was_recorded(proof: dict[str, Any]) -> None:
    assert proof["unproved"] == {}
