"""Fingerprints: what they are made of, and that a formula once used stays what it is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.findings import symptom
from vibehq_smoke.findings.identity import FORMULAS, Sign, fingerprints
from vibehq_smoke.models import Priority

SIGN = Sign("HLT-03", "staging", "health-api", "status", "GET /api/x/17: expected 200, got 500", "health.py:a_check")


def test_a_formula_is_never_changed() -> None:
    """Whoever gets here by changing a formula or ``normal``: leave the old one be, and give the new one a number."""
    assert fingerprints(SIGN, {1: FORMULAS[1]}) == ("1-2a09b5ff622619a0",)
    preflight = replace(
        SIGN, family="preflight d1-health", component="d1-health", kind="preflight", message="", frame=""
    )
    assert fingerprints(preflight, {1: FORMULAS[1]}) == ("1-5d3d8e1aed3a98c8",)


@pytest.mark.parametrize("part", ["family", "environment", "component", "kind", "message", "frame"])
def test_every_part_makes_another_cause(part: str) -> None:
    changes: dict[str, Any] = {part: "something else"}
    assert fingerprints(replace(SIGN, **changes)) != fingerprints(SIGN)


def test_parts_do_not_run_into_each_other() -> None:
    assert fingerprints(replace(SIGN, component="a", kind="bc")) != fingerprints(
        replace(SIGN, component="ab", kind="c")
    )


def test_what_differs_from_run_to_run_makes_none() -> None:
    again = replace(SIGN, message="GET /api/x/18: expected 200, got 500\nbody: {}")
    assert fingerprints(again) == fingerprints(SIGN)


def test_the_newest_formula_names_a_symptom_and_the_older_ones_go_on_finding_it() -> None:
    formulas = {**FORMULAS, 2: lambda sign: {"check": sign.family, "where": sign.environment}}
    newest, older = fingerprints(SIGN, formulas)
    assert newest.startswith("2-")
    assert (older,) == fingerprints(SIGN, {1: FORMULAS[1]})


def test_a_symptom_tells_its_parts_as_people_may_see_them() -> None:
    seen = symptom(
        subject="INF-08[agent-factory]",
        family="INF-08",
        environment="local",
        component="agent-factory",
        kind="status",
        message="GET http://localhost:4711/x: got 404\nmore",
        frame="a.py:f",
        priority=Priority.P1,
    )
    assert (seen.subject, seen.kind, seen.frame, seen.priority) == ("INF-08[agent-factory]", "status", "a.py:f", "p1")
    assert seen.message == "GET #/x: got 404"
    assert seen.aliases == ()


def test_cases_of_one_check_have_one_fingerprint_where_the_component_is_one() -> None:
    def of(case: str, component: str) -> str:
        about: dict[str, Any] = {"environment": "local", "kind": "status", "message": "no", "priority": Priority.P1}
        return symptom(subject=f"INF-08[{case}]", family="INF-08", component=component, **about).fingerprint

    assert of("one", "d1-ops") == of("two", "d1-ops")
    assert of("one", "one") != of("two", "two")


@given(st.builds(Sign, *[st.text()] * 6))
def test_any_text_has_a_fingerprint(sign: Sign) -> None:
    (only,) = fingerprints(sign)
    assert re.fullmatch(r"1-[0-9a-f]{16}", only)
    assert fingerprints(replace(sign)) == (only,)
