"""From the judged matrix to findings: which symptoms, in which order, and how much it matters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.test_matrix import checked, seen
from vibehq_smoke.matrix import findings, judge
from vibehq_smoke.models import Component, Finding, Observation, Priority, Result

GRAPH = [Component(id="d1"), Component(id="orchestrator", needs=("d1",)), Component(id="api", needs=("orchestrator",))]


def found(results: list[Result], observations: list[Observation] | None = None, **more: Any) -> tuple[Finding, ...]:
    observations = observations or []
    return findings(judge(results, observations, GRAPH), results, observations, **more)


def shown(finding: Finding) -> list[tuple[str, str]]:
    return [(symptom.subject, symptom.priority.value) for symptom in finding.symptoms]


def test_every_check_in_trouble_is_a_symptom_and_so_is_what_preflight_saw() -> None:
    (finding,) = found(
        [
            checked("d1", "failed", "p1", id="D-2"),
            checked("d1", "degraded", "p2", id="D-3"),
            checked("d1", "error", "p3", id="D-4"),
            checked("d1", "passed", "p0", id="D-5"),
            checked("api", "blocked", "p0", id="A-1", root_cause="d1"),
        ],
        [seen("d1")],
    )
    assert shown(finding) == [("preflight d1", "p0"), ("D-2", "p1"), ("D-3", "p2"), ("D-4", "p3")]
    assert finding.priority is Priority.P0


def test_the_causes_own_symptoms_go_before_what_it_explains() -> None:
    (finding,) = found(
        [
            checked("d1", "failed", "p1", id="Z-1"),
            checked("api", "failed", "p1", id="A-1"),
            checked("api", "failed", "p0", id="B-1"),
        ]
    )
    assert finding.component == "d1"
    assert shown(finding) == [("B-1", "p0"), ("Z-1", "p1"), ("A-1", "p1")]


@pytest.mark.parametrize(
    ("component", "checks", "priority"),
    [("orchestrator", ["p2"], "p0"), ("d1", ["p3", "p2"], "p2"), ("d1", [], "p1"), ("orchestrator", [], "p0")],
)
def test_how_much_it_matters_that_preflight_saw_it_broken(component: str, checks: list[str], priority: str) -> None:
    (finding,) = found([checked(component, "blocked", one, root_cause=component) for one in checks], [seen(component)])
    assert shown(finding) == [(f"preflight {component}", priority)]
    assert finding.priority == priority


def test_an_outage_is_one_cause_however_it_shows() -> None:
    reasons = ("nothing listens on localhost:4711", "no answer within 5 s", "GET /api/status answered 502")
    marks = {found([], [seen("d1", reason=reason)])[0].symptoms[0].fingerprint for reason in reasons}
    assert len(marks) == 1


def test_what_preflight_saw_degraded_has_a_symptom_too() -> None:
    (finding,) = found([checked("d1", "passed", "p1")], [seen("d1", "degraded", "slow")])
    assert shown(finding) == [("preflight d1", "p1")]


def test_what_preflight_saw_of_explained_components_is_a_symptom_of_the_cause() -> None:
    (finding,) = found([], [seen("d1"), seen("orchestrator"), seen("api", "working")])
    assert shown(finding) == [("preflight orchestrator", "p0"), ("preflight d1", "p1")]


def test_one_cause_is_another_one_elsewhere() -> None:
    results = [checked("d1", "failed", id="D-1", reason="no", kind="status")]
    staging, production = (found(results, environment=name)[0].symptoms[0] for name in ("staging", "production"))
    assert staging.fingerprint != production.fingerprint


def test_cases_keep_their_id_as_subject() -> None:
    results = [
        checked("api", "failed", id=f"X-1[{case}]", case=case, reason="it is wrong", kind="status") for case in "ab"
    ]
    (finding,) = found(results)
    assert [symptom.subject for symptom in finding.symptoms] == ["X-1[a]", "X-1[b]"]
    assert len({symptom.fingerprint for symptom in finding.symptoms}) == 1


def test_every_finding_has_a_symptom_and_its_checks_are_among_them() -> None:
    results = [
        checked("d1", "error", id="D-1"),
        checked("orchestrator", "failed", "p3", id="O-1"),
        checked("api", "failed", "p0", id="A-1"),
    ]
    for finding in found(results, [seen("d1", "unknown", "")]):
        assert {symptom.subject for symptom in finding.symptoms} == set(finding.checks)
        assert finding.issue is None
