"""Judging: a truth table for single components, examples of graphs, and what must hold whatever was seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.gates import exit_code, gates, percentile, totals
from vibehq_smoke.matrix import findings, judge, root_causes
from vibehq_smoke.models import (
    EXECUTED,
    Component,
    ComponentHealth,
    GateResult,
    Mode,
    Observation,
    Outcome,
    Priority,
    Result,
    RunInfo,
    RunRecord,
    Status,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def seen(
    component: str, status: str = "broken", reason: str = "no answer", *, unreachable: bool = False
) -> Observation:
    return Observation(component=component, status=Status(status), reason=reason, unreachable=unreachable)


def checked(component: str, outcome: str, priority: str = "p1", *, id: str = "", **more: Any) -> Result:  # noqa: A002 - the field's name
    return Result(
        id=id or f"{component}-{outcome}-{priority}",
        category=more.pop("category", "health"),
        title="it holds",
        component=component,
        priority=Priority(priority),
        mode=Mode.HTTP,
        outcome=OUTCOMES[outcome],
        **more,
    )


def by_id(
    results: list[Result], observations: list[Observation] | None = None, graph: Mapping[str, str] | None = None
) -> dict[str, ComponentHealth]:
    """The matrix by component; ``graph`` is written as {"auth": "orchestrator d1-ops"}."""
    parts = [Component(id=name, needs=tuple(needs.split())) for name, needs in (graph or {}).items()]
    return {line.id: line for line in judge(results, observations or [], parts)}


@pytest.mark.parametrize(
    ("observed", "outcomes", "status"),
    [
        (None, "passed", "working"),
        (None, "passed skipped", "working"),
        (None, "passed error", "unknown"),
        (None, "skipped", "unknown"),
        (None, "error", "unknown"),
        (None, "degraded", "degraded"),
        (None, "passed degraded", "degraded"),
        (None, "failed:p2", "degraded"),
        (None, "failed:p3 passed", "degraded"),
        (None, "failed:p0 passed", "broken"),
        (None, "failed:p1 degraded error blocked", "broken"),
        (None, "blocked", "blocked"),
        (None, "passed blocked", "blocked"),
        (None, "blocked error", "blocked"),
        (None, "blocked failed:p2", "degraded"),
        (None, "blocked degraded", "degraded"),
        ("working", "", "working"),
        ("working", "skipped", "working"),
        ("working", "error", "unknown"),
        ("working", "passed", "working"),
        ("working", "failed:p0", "broken"),
        ("degraded", "passed", "degraded"),
        ("broken", "passed", "broken"),
        ("broken", "", "broken"),
        ("blocked", "passed", "blocked"),
        ("unknown", "passed", "working"),
        ("unknown", "", "unknown"),
    ],
)
def test_the_status_of_a_component(observed: str | None, outcomes: str, status: str) -> None:
    results = []
    for word in outcomes.split():
        outcome, _, priority = word.partition(":")
        cause = "other" if outcome == "blocked" else None
        results.append(checked("it", outcome, priority or "p1", root_cause=cause))
    lines = by_id(results, [seen("it", observed)] if observed else [])
    assert lines["it"].status == status


def test_a_check_that_waits_for_its_own_component_does_not_make_it_blocked() -> None:
    results = [checked("it", "error"), checked("it", "blocked", root_cause="it"), checked("it", "passed")]
    assert by_id(results)["it"].status is Status.UNKNOWN


def test_the_worst_of_several_observations_counts() -> None:
    lines = by_id([checked("it", "passed")], [seen("it", "working"), seen("it", "degraded", "slow")])
    assert (lines["it"].status, lines["it"].reason) == (Status.DEGRADED, "slow")


def test_a_line_names_the_highest_priority_its_checks_and_its_worst_one() -> None:
    line = by_id(
        [
            checked("it", "passed", "p0", id="B"),
            checked("it", "failed", "p2", id="C", reason="wrong page\nat length"),
            checked("it", "degraded", "p1", id="A", reason="slow"),
        ]
    )["it"]
    assert line.priority is Priority.P0
    assert line.checks == ("A", "B", "C")
    assert line.reason == "C failed: wrong page"


def test_what_works_needs_no_reason() -> None:
    assert by_id([checked("it", "passed"), checked("it", "skipped", reason="no access")])["it"].reason is None


CHAIN = {"d1": "", "orchestrator": "d1", "auth": "orchestrator", "api": "auth", "cron": "api", "mail": ""}


def test_one_cause_explains_everything_downstream() -> None:
    lines = by_id(
        [
            checked("orchestrator", "failed", id="O"),
            checked("auth", "blocked", id="A", root_cause="orchestrator"),
            checked("cron", "skipped", id="C", reason="no access"),
            checked("mail", "passed", id="M"),
        ],
        [seen("d1")],
        CHAIN,
    )
    assert root_causes(list(lines.values())) == ("d1",)
    assert {name: line.status.value for name, line in lines.items()} == {
        "d1": "broken",
        "orchestrator": "broken",
        "auth": "blocked",
        "cron": "blocked",
        "mail": "working",
    }
    assert {line.blocked_by for name, line in lines.items() if name not in ("d1", "mail")} == {("d1",)}
    assert lines["cron"].reason == "not observed; it needs d1, which is broken"


def test_a_component_that_is_broken_in_part_explains_nothing() -> None:
    results = [
        checked("auth", "failed", id="A1"),
        checked("auth", "passed", id="A2"),
        checked("api", "failed", id="P"),
    ]
    lines = by_id(results, graph=CHAIN)
    assert root_causes(list(lines.values())) == ("auth", "api")
    down = by_id([checked("auth", "failed", id="A1"), checked("api", "failed", id="P")], graph=CHAIN)
    assert root_causes(list(down.values())) == ("auth",)
    assert down["api"].blocked_by == ("auth",)


def test_a_component_that_answers_passes_nothing_on() -> None:
    lines = by_id([checked("auth", "passed")], [seen("d1"), seen("orchestrator", "working")], CHAIN)
    assert {name: line.status.value for name, line in lines.items()} == {
        "d1": "broken",
        "orchestrator": "working",
        "auth": "working",
    }
    lines = by_id([], [seen("d1"), seen("orchestrator", "blocked", "503")], CHAIN)
    assert {line.blocked_by for name, line in lines.items() if name not in ("d1", "mail")} == {("d1",)}
    assert (lines["orchestrator"].status, lines["orchestrator"].reason) == (Status.BLOCKED, "503")


def test_components_that_need_each_other_do_not_explain_each_other_away() -> None:
    results = [checked("a", "failed"), checked("b", "failed")]
    assert root_causes(list(by_id(results, graph={"a": "b", "b": "a"}).values())) == ("a", "b")


def test_a_component_in_trouble_holds_others_up_even_when_it_is_not_broken() -> None:
    results = [checked("auth", "failed", "p2"), checked("api", "blocked", root_cause="auth")]
    lines = by_id(results, graph=CHAIN)
    assert (lines["api"].status, lines["api"].blocked_by) == (Status.BLOCKED, ("auth",))
    assert "cron" not in lines


@pytest.mark.parametrize(
    ("results", "observations", "listed"),
    [
        ([], [], set()),
        ([checked("auth", "passed")], [], {"auth"}),
        ([checked("auth", "passed", hidden=True)], [], set()),
        ([checked("auth", "failed", "p0", hidden=True)], [], {"auth"}),
        ([checked("mail", "blocked", root_cause="elsewhere")], [], {"mail", "elsewhere"}),
        ([], [seen("mail", "working")], {"mail"}),
        ([], [seen("mail")], {"mail"}),
        ([checked("not-in-graph", "passed")], [], {"not-in-graph"}),
    ],
)
def test_which_components_are_listed(results: list[Result], observations: list[Observation], listed: set[str]) -> None:
    assert set(by_id(results, observations, CHAIN)) == listed


def test_skipped_checks_observe_nothing() -> None:
    lines = by_id([checked("api", "skipped", reason="no access")], [seen("auth")], CHAIN)
    assert (lines["api"].status, lines["api"].blocked_by) == (Status.BLOCKED, ("auth",))


def test_findings_fold_what_a_cause_explains() -> None:
    results = [
        checked("orchestrator", "failed", id="O"),
        checked("auth", "blocked", id="A", root_cause="orchestrator"),
        checked("api", "blocked", id="P", root_cause="d1"),
        checked("mail", "degraded", id="M", reason="slow"),
        checked("queue", "error", id="Q"),
        checked("fine", "passed", id="F"),
    ]
    matrix = judge(results, [seen("d1")], [Component(id=k, needs=tuple(v.split())) for k, v in CHAIN.items()])
    first, *rest = findings(matrix, results)
    assert (first.component, first.status, first.reason) == ("d1", Status.BROKEN, "no answer")
    assert first.checks == ("O",)
    assert first.blocked_checks == ("A", "P")
    assert first.blocked_components == ("orchestrator", "auth", "api")
    assert [(f.component, f.status.value, f.checks) for f in rest] == [
        ("mail", "degraded", ("M",)),
        ("queue", "unknown", ("Q",)),
    ]


def test_totals_leave_hidden_checks_out() -> None:
    counted = totals([checked("it", name) for name in OUTCOMES] + [checked("it", "failed", hidden=True)])
    assert counted.model_dump() == dict.fromkeys(OUTCOMES, 1) | {"collected": 6, "executed": 3, "hidden": 1}


@dataclass(frozen=True)
class Budget:
    p50_ms: float | None = None
    p95_ms: float | None = None


@dataclass(frozen=True)
class Gates:
    fail_on: frozenset[Outcome] = frozenset()
    min_executed: int = 0
    latency: dict[str, Budget] = field(default_factory=dict)


def test_a_forbidden_outcome_names_its_checks() -> None:
    results = [checked("it", "failed", id="B"), checked("it", "failed", id="A"), checked("it", "error", hidden=True)]
    failed, errors, _ = gates(Gates(frozenset({Outcome.ERROR, Outcome.FAILED})), results, {})
    assert failed == GateResult(name="no check failed", held=False, detail="2 failed: A, B")
    assert errors == GateResult(name="no check error", held=True, detail="none of 2")


@pytest.mark.parametrize(("wanted", "held"), [(0, True), (2, True), (3, False)])
def test_a_run_that_saw_too_little_is_not_green(wanted: int, held: bool) -> None:
    results = [checked("it", name) for name in ("passed", "degraded", "skipped", "blocked")]
    (gate,) = gates(Gates(min_executed=wanted), results, {})
    assert (gate.held, gate.detail) == (held, f"2 of 4 executed, at least {wanted} wanted")


def test_latency_is_judged_over_the_requests_in_scope() -> None:
    results = [checked("it", "passed", id="A"), checked("it", "passed", id="B", category="api")]
    budgets = {"all": Budget(p95_ms=50), "health": Budget(p50_ms=9), "B": Budget(p50_ms=10, p95_ms=99)}
    held = gates(Gates(latency=budgets), results, {"A": [8, 9, 10], "B": [100], "elsewhere": [1e6]})[1:]
    assert [(gate.name, gate.held) for gate in held] == [
        ("latency of all, p95", False),
        ("latency of health, p50", True),
        ("latency of B, p50", False),
        ("latency of B, p95", False),
    ]
    assert held[0].detail == "100.0 ms over 4 requests, at most 50 ms wanted"


def test_a_budget_without_measurements_says_so() -> None:
    gate = gates(Gates(latency={"ui": Budget(p95_ms=50)}), [], {})[-1]
    assert (gate.held, gate.detail) == (True, "nothing measured, at most 50 ms wanted")


@pytest.mark.parametrize(("share", "value"), [(0, 1), (50, 2), (75, 3), (95, 4), (100, 4)])
def test_a_percentile_is_a_measured_value(share: int, value: float) -> None:
    assert percentile([4, 1, 3, 2], share) == value


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def run_of(results: list[Result], *, held: bool = True, observations: tuple[Observation, ...] = ()) -> RunRecord:
    return RunRecord(
        run=RunInfo(
            id="r", suites=(), target="t", environment="local", base_url="", started_at=datetime(2026, 1, 1, tzinfo=UTC)
        ),
        totals=totals(results),
        checks=tuple(results),
        gates=(GateResult(name="g", held=True, detail=""), GateResult(name="h", held=held, detail="")),
        preflight=observations,
    )


GONE = (seen("orchestrator", unreachable=True),)


@pytest.mark.parametrize(
    ("record", "offline", "code"),
    [
        (run_of([checked("it", "passed")]), False, 0),
        (run_of([checked("it", "failed")]), False, 0),
        (run_of([checked("it", "failed")], held=False), False, 1),
        (run_of([checked("it", "blocked")], held=False, observations=GONE), False, 3),
        (run_of([checked("it", "blocked")], held=False, observations=(seen("orchestrator"),)), False, 1),
        (run_of([checked("it", "blocked")], observations=(seen("d1", unreachable=True),)), False, 0),
        (run_of([checked("it", "error")], observations=GONE), False, 4),
        (run_of([checked("it", "blocked")], held=False, observations=GONE), True, 4),
        (run_of([checked("it", "passed")]), True, 0),
    ],
)
def test_the_exit_code(record: RunRecord, offline: bool, code: int) -> None:
    assert exit_code(record, runner_offline=offline) == code


# A busy machine is no reason to fail.

NAMES = "abcdef"
names = st.sampled_from(NAMES)


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Result], list[Observation], list[Component]]:
    parts = [Component(id=name, needs=tuple(draw(st.sets(names, max_size=3)))) for name in draw(st.sets(names))]
    results = [
        checked(
            draw(names),
            draw(st.sampled_from(sorted(OUTCOMES))),
            draw(st.sampled_from(["p0", "p1", "p2", "p3"])),
            id=f"C-{n}",
            hidden=draw(st.booleans()),
            root_cause=draw(st.none() | names),
        )
        for n in range(draw(st.integers(0, 8)))
    ]
    observations = draw(
        st.lists(st.builds(seen, names, st.sampled_from([s.value for s in Status]), st.sampled_from("xy")), max_size=4)
    )
    return results, observations, parts


@given(runs())
def test_nothing_is_called_working_without_a_passed_check_or_a_probe_that_held(
    run: tuple[list[Result], list[Observation], list[Component]],
) -> None:
    results, observations, parts = run
    for line in judge(results, observations, parts):
        outcomes = {result.outcome for result in results if result.component == line.id}
        if line.status is Status.WORKING:
            probed = any(one.component == line.id and one.status is Status.WORKING for one in observations)
            assert probed or Outcome.PASSED in outcomes
            assert outcomes <= {Outcome.PASSED, Outcome.SKIPPED}


@given(runs())
def test_causes_are_broken_and_every_broken_component_has_one(
    run: tuple[list[Result], list[Observation], list[Component]],
) -> None:
    lines = judge(*run)
    causes = set(root_causes(lines))
    for line in lines:
        if line.id in causes:
            assert line.status is Status.BROKEN
            assert not line.blocked_by
        elif line.status is Status.BROKEN:
            assert set(line.blocked_by) & causes
            assert set(line.blocked_by) <= causes
        assert line.id not in line.blocked_by
    assert bool(causes) == any(line.status is Status.BROKEN for line in lines)


@given(runs())
def test_every_component_that_is_named_is_listed(run: tuple[list[Result], list[Observation], list[Component]]) -> None:
    lines = judge(*run)
    listed = [line.id for line in lines]
    assert len(listed) == len(set(listed))
    assert {name for line in lines for name in line.blocked_by} <= set(listed)
    assert {result.component for result in run[0] if not result.hidden} <= set(listed)
    assert {observation.component for observation in run[1]} <= set(listed)


@given(runs(), st.randoms(use_true_random=False))
def test_the_order_of_results_changes_nothing(
    run: tuple[list[Result], list[Observation], list[Component]], random: Any
) -> None:
    results, observations, parts = run
    before = judge(results, observations, parts)
    found = findings(before, results, observations)
    other_results, other_observations = results[:], observations[:]
    random.shuffle(other_results)
    random.shuffle(other_observations)
    after = judge(other_results, other_observations, parts)
    assert after == before
    assert findings(after, other_results, other_observations) == found
    assert totals(other_results) == totals(results)


@given(runs())
def test_every_check_is_accounted_for(run: tuple[list[Result], list[Observation], list[Component]]) -> None:
    counted = totals(run[0])
    assert sum(getattr(counted, outcome) for outcome in OUTCOMES) == counted.collected
    assert counted.collected + counted.hidden == len(run[0])
    assert counted.executed == sum(result.outcome in EXECUTED and not result.hidden for result in run[0])


@given(runs())
def test_each_selected_failure_is_in_a_finding(
    run: tuple[list[Result], list[Observation], list[Component]],
) -> None:
    results, observations, parts = run
    lines = judge(results, observations, parts)
    shown = {check for finding in findings(lines, results) for check in finding.checks}
    assert {result.id for result in results if result.outcome is Outcome.FAILED and not result.hidden} <= shown


@given(runs())
def test_every_finding_has_a_symptom_and_each_of_its_checks_is_one(
    run: tuple[list[Result], list[Observation], list[Component]],
) -> None:
    results, observations, parts = run
    for finding in findings(judge(results, observations, parts), results, observations, environment="local"):
        subjects = [symptom.subject for symptom in finding.symptoms]
        assert subjects
        assert len(subjects) == len(set(subjects))
        assert {subject for subject in subjects if not subject.startswith("preflight ")} == set(finding.checks)
        assert finding.priority == finding.symptoms[0].priority == min(s.priority for s in finding.symptoms)
