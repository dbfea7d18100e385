"""Suites: what they select, what they demand, and several at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.config import Gates, LatencyBudget, Override, Selection, Suite, load_suite, merge_suites
from vibehq_smoke.errors import UsageError
from vibehq_smoke.models import CheckSpec, Mode, Outcome, Priority

SUITES = Path(__file__).parents[2] / "suites"

Load = Callable[..., Suite]


def spec(
    check_id: str = "HLT-01",
    category: str = "health",
    priority: Priority = Priority.P0,
    mode: Mode = Mode.HTTP,
) -> CheckSpec:
    return CheckSpec(id=check_id, category=category, title="t", component="c", priority=priority, mode=mode)


CONTRACT = [spec(f"HLT-{n:02}") for n in range(1, 15)] + [spec(f"API-{n:02}", "api") for n in range(1, 12)]


def test_an_empty_suite_selects_everything_with_the_defaults(suite: Load) -> None:
    found = suite("[suite]\n", "nightly.toml")
    assert found.name == "nightly"
    assert found.file is not None
    assert found.file.name == "nightly.toml"
    assert all(found.selects(each) for each in CONTRACT)
    assert (found.in_flight, found.deadline_s, found.exchange_deadline_s, found.run_deadline_s) == (32, 30, 10, 600)
    assert found.gates == Gates(fail_on=frozenset({Outcome.FAILED, Outcome.BLOCKED, Outcome.ERROR}), min_executed=1)


def test_everything_that_a_suite_can_say(suite: Load) -> None:
    found = suite(
        """
        [suite]
        name = "${NAME:-full}"
        description = "d"
        in_flight = 4
        deadline_s = 5
        exchange_deadline_s = 2.5
        run_deadline_s = 60
        [suite.select]
        ids = ["HLT-01"]
        categories = ["health"]
        priorities = ["p0", "p1"]
        modes = ["http"]
        exclude = ["HLT-02"]
        [suite.gates]
        fail_on = ["degraded", "skipped"]
        min_executed = 0
        [suite.gates.latency.all]
        p50_ms = 100
        [suite.gates.latency.HLT-01]
        p95_ms = 500
        [suite.override.HLT-01]
        deadline_s = 1
        priority = "p2"
        """
    )
    assert found.model_copy(update={"file": None}) == Suite(
        name="full",
        description="d",
        in_flight=4,
        deadline_s=5,
        exchange_deadline_s=2.5,
        run_deadline_s=60,
        select=Selection(
            ids=("HLT-01",),
            categories=("health",),
            priorities=(Priority.P0, Priority.P1),
            modes=(Mode.HTTP,),
            exclude=("HLT-02",),
        ),
        gates=Gates(
            fail_on=frozenset({Outcome.DEGRADED, Outcome.SKIPPED}),
            min_executed=0,
            latency={"all": LatencyBudget(p50_ms=100), "HLT-01": LatencyBudget(p95_ms=500)},
        ),
        overrides={"HLT-01": Override(deadline_s=1, priority=Priority.P2)},
    )


def test_outcomes_priorities_and_modes_are_the_enumerations(suite: Load) -> None:
    found = suite(
        '[suite]\nselect = { priorities = ["p1"], modes = ["ws"] }\n[suite.gates]\nfail_on = ["error"]\n'
        '[suite.override.X]\npriority = "p3"\n'
    )
    assert found.select.priorities[0] is Priority.P1
    assert found.select.modes[0] is Mode.WS
    assert next(iter(found.gates.fail_on)) is Outcome.ERROR
    assert found.overrides["X"].priority is Priority.P3


@pytest.mark.parametrize(
    ("select", "answer"),
    [
        (Selection(), True),
        (Selection(ids=("HLT-01", "X")), True),
        (Selection(ids=("X",)), False),
        (Selection(categories=("health",)), True),
        (Selection(categories=("api",)), False),
        (Selection(priorities=(Priority.P0,)), True),
        (Selection(priorities=(Priority.P1, Priority.P2)), False),
        (Selection(modes=(Mode.HTTP,)), True),
        (Selection(modes=(Mode.WS,)), False),
        (Selection(exclude=("HLT-01",)), False),
        (Selection(ids=("HLT-01",), exclude=("HLT-01",)), False),
        (Selection(categories=("health",), priorities=(Priority.P1,)), False),
        (Selection(categories=("health",), priorities=(Priority.P0,)), True),
    ],
)
def test_a_check_must_be_in_every_list_that_is_not_empty(select: Selection, answer: bool) -> None:
    assert select.selects(spec()) is answer


def test_an_override_changes_only_what_it_names() -> None:
    assert Override().changes() == {}
    assert Override(deadline_s=2).changes() == {"deadline_s": 2}
    changed = spec().model_copy(update=Override(priority=Priority.P3).changes())
    assert (changed.priority, changed.deadline_s) == (Priority.P3, None)


# --- several suites ----------------------------------------------------------------------------------------------


def test_one_suite_stays_as_it_is(suite: Load) -> None:
    only = suite("[suite]\n")
    assert merge_suites([only]) is only


def test_no_suite_at_all_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(UsageError, match="no suite to run"):
        merge_suites([])


def test_merged_suites_demand_the_strictest() -> None:
    merged = merge_suites(
        [
            Suite(
                name="a",
                in_flight=8,
                deadline_s=5,
                gates=Gates(
                    fail_on=frozenset({Outcome.FAILED}),
                    min_executed=3,
                    latency={"all": LatencyBudget(p50_ms=50, p95_ms=900), "api": LatencyBudget(p95_ms=1)},
                ),
                overrides={"X": Override(deadline_s=1, priority=Priority.P1), "Y": Override(deadline_s=7)},
            ),
            Suite(
                name="b",
                run_deadline_s=900,
                gates=Gates(
                    fail_on=frozenset({Outcome.DEGRADED}),
                    min_executed=2,
                    latency={"all": LatencyBudget(p95_ms=300), "health": LatencyBudget(p50_ms=2)},
                ),
                overrides={"X": Override(deadline_s=2, priority=Priority.P0)},
            ),
        ]
    )
    assert merged.name == "a + b"
    assert merged.gates == Gates(
        fail_on=frozenset({Outcome.FAILED, Outcome.DEGRADED}),
        min_executed=3,
        latency={
            "all": LatencyBudget(p50_ms=50, p95_ms=300),
            "api": LatencyBudget(p95_ms=1),
            "health": LatencyBudget(p50_ms=2),
        },
    )
    assert (merged.in_flight, merged.deadline_s, merged.run_deadline_s) == (8, 30, 900)
    assert merged.overrides == {
        "X": Override(deadline_s=1, priority=Priority.P0),
        "Y": Override(deadline_s=7),
    }


def test_two_latency_budgets_that_cross_stay_fulfillable() -> None:
    strict = LatencyBudget(p50_ms=200).strictest(LatencyBudget(p95_ms=100))
    assert strict == LatencyBudget(p50_ms=100, p95_ms=100)


SELECTIONS = st.builds(
    Selection,
    ids=st.lists(st.sampled_from(["HLT-01", "HLT-02", "API-01"]), max_size=2).map(tuple),
    categories=st.lists(st.sampled_from(["health", "api"]), max_size=1).map(tuple),
    exclude=st.lists(st.sampled_from(["HLT-01", "HLT-02", "API-01"]), max_size=2).map(tuple),
)


@given(st.lists(st.builds(Suite, select=SELECTIONS), min_size=1, max_size=4))
def test_merged_suites_select_what_any_of_them_selects(suites: list[Suite]) -> None:
    merged = merge_suites(suites)
    for each in CONTRACT:
        assert merged.selects(each) is any(one.selects(each) for one in suites)


def test_merged_suites_try_as_often_as_the_most_patient() -> None:
    assert merge_suites([Suite(), Suite(retries=2), Suite(retries=1)]).retries == 2


def test_merged_suites_deliver_to_the_sinks_of_all() -> None:
    merged = merge_suites([Suite(sinks=("github", "chat")), Suite(), Suite(sinks=("folder", "github"))])
    assert merged.sinks == ("github", "chat", "folder")


# --- the shipped suites ------------------------------------------------------------------------------------------


def test_the_shipped_suites_load_under_their_own_names() -> None:
    files = sorted(SUITES.glob("*.toml"))
    assert {"nightly", "post-deploy", "quick", "stage-smoke"} <= {file.stem for file in files}
    assert [load_suite(file, env={}).name for file in files] == [file.stem for file in files]


@pytest.mark.parametrize("name", ["stage-smoke", "nightly"])
def test_the_whole_suites_run_everything_and_must_have_seen_much_of_it(name: str) -> None:
    found = load_suite(SUITES / f"{name}.toml", env={})
    assert all(found.selects(each) for each in CONTRACT)
    assert found.gates.min_executed >= 40
    assert found.gates.fail_on == {Outcome.FAILED, Outcome.BLOCKED, Outcome.ERROR}


def test_what_writes_can_be_left_out(suite: Load) -> None:
    careful = suite("[suite]\n[suite.select]\nwrites = false\n")
    assert careful.selects(spec())
    assert not careful.selects(spec().model_copy(update={"writes": True}))
    assert not careful.selects(spec(), writes=True)


@pytest.mark.parametrize("name", ["quick", "post-deploy"])
def test_the_careful_suites_leave_out_what_writes_or_makes_workers_execute(name: str) -> None:
    found = load_suite(SUITES / f"{name}.toml", env={})
    assert found.select.writes is False
    assert "HLT-06" in found.select.exclude
    assert found.gates.fail_on == {Outcome.FAILED, Outcome.BLOCKED, Outcome.ERROR}


def test_post_deploy_leaves_out_what_uses_up_limits_or_breaks_things() -> None:
    found = load_suite(SUITES / "post-deploy.toml", env={})
    assert {"API-08", "API-10", "API-11", "ERR-02", "ERR-07"} <= set(found.select.exclude)
    assert not {Mode.CALLBACK, Mode.SOURCE} & set(found.select.modes)
