"""Needs become a graph; what does not fit is refused with both places named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke import P1, check
from vibehq_smoke.checks import Check, CheckFunction, as_check, mark_of
from vibehq_smoke.errors import GraphError, UsageError
from vibehq_smoke.graph import Graph, Plan
from vibehq_smoke.models import CheckSpec, Component, Mode, Priority


def make(id_: str, *needs: str, line: int = 1) -> Check:
    async def function(hq: object, *values: object) -> None: ...

    spec = CheckSpec(
        id=id_, category="x", title=id_, component="c", priority=Priority.P1, mode=Mode.HTTP, needs=needs,
        location=f"file.py:{line}",
    )  # fmt: skip
    return Check(spec, function)


def built(function: CheckFunction) -> Check:
    mark = mark_of(function)
    assert mark is not None
    return as_check(function, mark, default_category="x")


def test_needs_may_be_functions_or_ids() -> None:
    @check("A-1", component="c", priority=P1)
    async def it_begins(hq: Any) -> int:
        return 1

    @check("A-2", component="c", priority=P1, needs=[it_begins, "A-3", "c"])
    async def it_goes_on(hq: Any, first: int) -> None: ...

    graph = Graph([built(it_goes_on), built(it_begins), make("A-3")], [Component(id="c")])
    assert graph.check_needs["A-2"] == ("A-1", "A-3")
    assert graph.component_needs(graph.checks["A-2"]) == ("c",)
    assert graph.order.index("A-1") < graph.order.index("A-2")


def test_a_title_completes_it_is_true_that_and_the_docstring_is_the_item() -> None:
    @check("A-1", component="c", priority=P1)
    async def a_run_can_be_read(hq: Any) -> None:
        """GET gives the run
        that was started.

        More.
        """

    spec = built(a_run_can_be_read).spec
    assert (spec.title, spec.description) == ("a run can be read", "GET gives the run that was started.")
    assert spec.location.startswith("tests/test_graph.py:")


def test_an_id_used_twice_names_both_places() -> None:
    with pytest.raises(GraphError, match=r"'A-1' is used twice: file\.py:3 and file\.py:7"):
        Graph([make("A-1", line=3), make("A-1", line=7)])


def test_an_unknown_need_names_the_place_and_the_nearest_check() -> None:
    expected = r"file\.py:7: A-2 needs 'HLT-O1', which is neither .*; did you mean 'HLT-01' at file\.py:3\?"
    with pytest.raises(GraphError, match=expected):
        Graph([make("HLT-01", line=3), make("A-2", "HLT-O1", line=7)])


def test_a_cycle_names_every_place_in_it() -> None:
    with pytest.raises(GraphError, match="in a circle") as caught:
        Graph([make("A-1", "A-2", line=3), make("A-2", "A-1", line=7)])
    assert "A-1 (file.py:3)" in str(caught.value)
    assert "A-2 (file.py:7)" in str(caught.value)


def test_an_argument_that_nothing_provides_is_refused() -> None:
    @check("A-1", component="c", priority=P1)
    async def it_asks_for_too_much(hq: Any, brwser: Any) -> None: ...

    with pytest.raises(GraphError, match=r"takes the argument 'brwser'.*did you mean the resource 'browser'\?"):
        Graph([built(it_asks_for_too_much)], resources=["browser"])


def test_a_need_that_is_no_check_is_refused() -> None:
    async def plain(hq: Any) -> None: ...

    @check("A-1", component="c", priority=P1, needs=[plain])
    async def it_needs_it(hq: Any) -> None: ...

    with pytest.raises(GraphError, match="'plain' in needs is not a check"):
        built(it_needs_it)


def test_only_an_async_function_is_a_check() -> None:
    with pytest.raises(GraphError, match="A-1 must be an async function"):

        @check("A-1", component="c", priority=P1)  # type: ignore[type-var]  # refused
        def it_is_sync(hq: Any) -> None: ...


def test_components_must_be_known_and_unique() -> None:
    with pytest.raises(
        GraphError, match=r"component 'a' needs the unknown component 'd1-opz'; did you mean 'd1-ops'\?"
    ):
        Graph([], [Component(id="a", needs=("d1-opz",)), Component(id="d1-ops")])
    with pytest.raises(GraphError, match="registered twice"):
        Graph([], [Component(id="a"), Component(id="a")])


def test_a_plan_brings_what_is_needed_along_hidden() -> None:
    graph = Graph([make("A-1"), make("A-2", "A-1"), make("A-3", "A-2"), make("B-1")])
    plan = Plan(graph, ["A-3"])
    assert [one.id for one in plan.selected] == ["A-3"]
    assert [one.id for one in plan.hidden] == ["A-1", "A-2"]


def test_a_plan_can_be_adjusted() -> None:
    plan = Plan(Graph([make("A-1"), make("A-2"), make("A-3")]), ["A-1", "A-2", "A-3"])
    plan.first("A-3")
    plan.deselect("A-2", "too slow today")
    plan.override("A-1", deadline_s=5)
    assert [one.id for one in plan.selected] == ["A-3", "A-1"]
    assert plan.deselected == {"A-2": "too slow today"}
    assert plan.selected[1].spec.deadline_s == 5
    assert [one.spec.deadline_s for one in plan.narrowed(["A-1"]).selected] == [5]


def test_a_plan_refuses_what_it_does_not_know() -> None:
    plan = Plan(Graph([make("A-1"), make("A-2", "A-1")]), ["A-2"])
    with pytest.raises(UsageError, match=r"the plan has no check 'A-3'; did you mean 'A-2'\?"):
        plan.first("A-3")
    with pytest.raises(UsageError, match=r"cannot change 'needs' \(allowed: deadline_s, priority"):
        plan.override("A-2", needs=())
    plan.override("A-1", deadline_s=7)
    assert [one.spec.deadline_s for one in plan.hidden] == [7]


@given(st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=12))
def test_order_and_chains_agree_with_the_needs(needs: list[set[int]]) -> None:
    checks = [make(f"C-{i}", *(f"C-{n}" for n in sorted(some) if n < i)) for i, some in enumerate(needs)]
    graph = Graph(checks)
    lengths = graph.chain_lengths(graph.checks)
    for one in checks:
        for need in one.spec.needs:
            assert graph.order.index(need) < graph.order.index(one.id)
            assert lengths[need] > lengths[one.id]
    assert graph.closure(graph.checks) == set(graph.checks)
