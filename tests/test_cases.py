"""From checks with ``each`` to one check for each worker or database, whatever needs what."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.cases import made_for
from vibehq_smoke.checks import Check, Each, EachWorker
from vibehq_smoke.graph import Graph, Plan
from vibehq_smoke.models import CheckSpec, Component, Mode, Priority

TYPES = ("factory", "specialist", "application")
WORKERS = st.dictionaries(st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True), st.sampled_from(TYPES), max_size=5)
KINDS = st.sampled_from((None, *get_args(EachWorker), ("left", "right")))


@st.composite
def checks(draw: st.DrawFn) -> list[Check]:
    """Some checks, each with needs among those before it, each taking the value of every need."""
    made: list[Check] = []
    for number, each in enumerate(draw(st.lists(KINDS, min_size=1, max_size=6))):
        needs = draw(st.lists(st.sampled_from([check.id for check in made]), unique=True)) if made else []
        made.append(check(f"C-{number}", each, needs))
    return made


def check(id_: str, each: Each | None, needs: list[str]) -> Check:
    async def function(hq: object, *values: Any) -> Any:
        return values

    spec = CheckSpec(
        id=id_,
        category="c",
        title="t",
        component="c",
        priority=Priority.P1,
        mode=Mode.HTTP,
        needs=(*needs, "part"),
    )
    arguments = (*(["worker"] if each else []), "resource", *needs)
    return Check(spec, function, arguments, each, str.upper if each else None)


def those(each: Each, workers: Mapping[str, str]) -> list[str]:
    if isinstance(each, tuple):
        return list(each)
    return [name for name, type_ in workers.items() if each in ("worker", type_)]


@given(checks(), WORKERS)
def test_each_becomes_one_check_for_every_such_worker(written: list[Check], workers: dict[str, str]) -> None:
    made = made_for(written, workers, {"resource"})
    expected: list[tuple[str, str | None]] = []
    for one in written:
        names = those(one.each, workers) if one.each else []
        expected += [(f"{one.id}[{name}]", name) for name in names] or [(one.id, None)]
    assert [(one.id, one.spec.case) for one in made] == expected
    for one in made:
        assert one.spec.component == (one.spec.case.upper() if one.spec.case else "c")
        assert one.spec.family == one.id.partition("[")[0]


@given(checks(), WORKERS)
def test_needs_are_of_the_same_worker_or_of_all(written: list[Check], workers: dict[str, str]) -> None:
    made = {one.id: one for one in made_for(written, workers, {"resource"})}
    for one in made.values():
        assert set(one.spec.needs) <= {*made, "part"}
        original = next(other for other in written if other.id == one.spec.family)
        for need in original.spec.needs:
            cases = [made[id_].spec.case for id_ in one.spec.needs if id_ in made and made[id_].spec.family == need]
            each = next((other.each for other in written if other.id == need), None)
            if each and one.spec.case in those(each, workers):
                assert cases == [one.spec.case]
            elif each and those(each, workers):
                assert cases == those(each, workers)
            elif need != "part":
                assert cases == [None]


@given(checks(), WORKERS)
def test_values_arrive_in_the_order_of_the_needs(written: list[Check], workers: dict[str, str]) -> None:
    made = {one.id: one for one in made_for(written, workers, {"resource"})}
    for one in made.values():
        original = next(other for other in written if other.id == one.spec.family)
        if original.each and not one.spec.case:
            continue  # it is skipped, whatever it gets
        coming = iter([id_ for id_ in one.spec.needs if id_ in made])
        values = ["resource" if name == "resource" else next(coming) for name in one.arguments]
        assert next(coming, None) is None
        got: tuple[Any, ...] = asyncio.run(one.function(None, *values))  # type: ignore[arg-type]  # coroutine
        first = (one.spec.case, "resource") if original.each else ("resource",)
        assert got[: len(first)] == first
        for need, value in zip(original.spec.needs[:-1], got[len(first) :], strict=True):
            if isinstance(value, dict):
                assert value == {case: f"{need}[{case}]" for case in value}
            else:
                assert value.partition("[")[0] == need


@given(checks(), WORKERS)
def test_a_plan_takes_the_common_id_for_all(written: list[Check], workers: dict[str, str]) -> None:
    graph = Graph(made_for(written, workers, {"resource"}), [Component(id="part")], {"resource"})
    plan = Plan(graph, [one.id for one in written])
    assert [one.id for one in plan.selected] == list(graph.checks)
    for one in written:
        plan.override(one.id, priority=Priority.P3)
        plan.deselect(one.id, "why not")
    assert plan.selected == ()
    assert plan.deselected.keys() == graph.checks.keys()


def test_a_specialist_whose_name_does_not_say_so_is_one() -> None:
    made = made_for([check("C-0", "specialist", [])], {"cloud-worker-retrofit": "application", "other": "application"})

    assert [one.id for one in made] == ["C-0[cloud-worker-retrofit]"]
