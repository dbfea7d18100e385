"""Whatever needs whatever, and however it ends: each check gets one result, and it is the right one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from vibehq_smoke.checks import Check
from vibehq_smoke.config import Target
from vibehq_smoke.engine import Engine, Limits
from vibehq_smoke.errors import Skipped
from vibehq_smoke.gates import totals
from vibehq_smoke.graph import Graph, Plan
from vibehq_smoke.host import Host
from vibehq_smoke.models import HOLDS, CheckSpec, Mode, Outcome, Priority, Result, RunInfo
from vibehq_smoke.platform import Platform, Recorder
from vibehq_smoke.redact import Redactor

RUN = RunInfo(
    id="r", suites=(), target="t", environment="local", base_url="", started_at=datetime(2026, 1, 1, tzinfo=UTC)
)


class NoPlatform:
    """As much of a platform as the engine asks for, without any target."""

    def __init__(self) -> None:
        self.target = Target(name="t", base_url="http://localhost:9", environment="local")
        self.read_only = False
        self.started = time.monotonic()

    def hq(self, spec: CheckSpec) -> Any:
        """What a check gets."""
        recorder = Recorder(self.started, Redactor())
        return SimpleNamespace(spec=spec, recorder=recorder, degraded=recorder.degraded)

    def preflight_hq(self) -> Any:
        """What preflight gets."""
        return self.hq(cast("CheckSpec", None))

    async def close(self) -> None:
        """Nothing is open."""


async def passes(hq: Any) -> None:
    await asyncio.sleep(0)


async def drifts(hq: Any) -> None:
    hq.degraded("a little slow")


async def fails(hq: Any) -> None:
    await asyncio.sleep(0)
    raise AssertionError("wrong")


async def crashes(hq: Any) -> None:
    raise SystemExit(0)


async def skips(hq: Any) -> None:
    raise Skipped("nothing to see")


async def cancels(hq: Any) -> None:
    raise asyncio.CancelledError


ENDS: dict[Callable[..., Any], Outcome] = {
    passes: Outcome.PASSED, drifts: Outcome.DEGRADED, fails: Outcome.FAILED,
    crashes: Outcome.ERROR, skips: Outcome.SKIPPED, cancels: Outcome.ERROR,
}  # fmt: skip


@st.composite
def checks(draw: st.DrawFn) -> list[Check]:
    """Checks that need only earlier ones, shuffled."""
    made = []
    for number in range(draw(st.integers(1, 14))):
        needs = draw(st.sets(st.integers(0, number - 1), max_size=3)) if number else set()
        # Mostly those that pass, so that something is left to run.
        function = draw(st.sampled_from([passes, passes, passes, *ENDS]))
        spec = CheckSpec(
            id=f"C-{number}", category="c", title=f"{number}", component=f"part-{number % 3}", priority=Priority.P1,
            mode=Mode.HTTP, needs=tuple(f"C-{need}" for need in sorted(needs)), exclusive=draw(st.booleans()),
        )  # fmt: skip
        made.append(Check(spec, function))
    return draw(st.permutations(made))


def run(found: list[Check], selected: list[str]) -> dict[str, Result]:
    """Run the selected checks with what they need."""
    plan = Plan(Graph(found), selected)
    engine = Engine(plan, lambda: cast("Platform", NoPlatform()), Host(), RUN, Limits(5.0, 20.0, 0))
    engine.start()
    try:
        for id_ in selected:
            engine.result(id_)
    finally:
        engine.close()
    results = engine.results()
    assert len({result.id for result in results}) == len(results)
    return {result.id: result for result in results}


@settings(max_examples=60)
@given(checks(), st.data())
def test_every_check_of_any_graph_gets_exactly_its_result(found: list[Check], data: st.DataObject) -> None:
    by_id = {check.id: check for check in found}
    selected = data.draw(st.lists(st.sampled_from(sorted(by_id)), min_size=1, unique=True))
    results = run(found, selected)
    assert set(results) == Graph(found).closure(selected)
    for id_, result in results.items():
        check = by_id[id_]
        broken = [results[need] for need in check.spec.needs if results[need].outcome not in HOLDS]
        if not broken:
            assert result.outcome is ENDS[check.function]
        elif broken[0].outcome is Outcome.SKIPPED:
            assert result.outcome is Outcome.SKIPPED
        else:
            assert result.outcome is Outcome.BLOCKED
            assert result.root_cause == (broken[0].root_cause or broken[0].component)
        for need in check.spec.needs:
            assert result.started_s >= results[need].started_s + results[need].duration_s - 1e-6
    counted = totals(list(results.values()))
    assert counted.collected == len(selected)
    assert counted.hidden == len(results) - len(selected)
    outcomes = (counted.passed, counted.degraded, counted.failed, counted.blocked, counted.skipped, counted.error)
    assert sum(outcomes) == counted.collected
