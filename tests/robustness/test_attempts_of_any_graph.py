"""Whatever needs whatever, and however its attempts end: each check gets one result, and no failure is forgotten."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from vibehq_smoke.models import HOLDS, Outcome
from vibehq_smoke.scheduler import Limits

from .attempting import ENDS, Script, fails, passes, run


@st.composite
def scripts(draw: st.DrawFn) -> list[Script]:
    """Checks that need only earlier ones."""
    made: list[Script] = []
    for number in range(draw(st.integers(1, 10))):
        needs = draw(st.sets(st.integers(0, number - 1), max_size=2)) if number else set()
        attempts = draw(st.lists(st.sampled_from([passes, fails, fails, *ENDS]), min_size=1, max_size=4))
        options = {"needs": tuple(f"C-{need}" for need in sorted(needs)), "writes": draw(st.integers(0, 4)) == 0,
                   "exclusive": draw(st.integers(0, 4)) == 0}  # fmt: skip
        made.append(Script(f"C-{number}", tuple(attempts), options))
    return made


@settings(max_examples=80)
@given(scripts(), st.integers(0, 3), st.sampled_from([3.0, 600.0]), st.integers(0, 2))
def test_every_check_of_any_graph_gets_one_result(
    several: list[Script], retries: int, run_deadline_s: float, max_failures: int
) -> None:
    told = run(several, Limits(10.0, run_deadline_s, max_failures, retries))
    assert sorted(told.finished) == sorted(script.id for script in several), "each is told of once"
    assert len(set(told.started)) == len(told.started)
    for script in several:
        result = told.results[script.id]
        assert len(script.begun) <= retries + 1
        assert result.attempts <= max(1, len(script.begun))
        assert all(one.outcome is Outcome.FAILED for one in result.earlier)
        assert result.outcome is not Outcome.PASSED or len(script.begun) == 1, "no pass after a failure is plain"
        if len(script.begun) > 1:
            assert not any(script.options[name] for name in ("writes", "exclusive"))
            assert result.outcome in (Outcome.FAILED, Outcome.DEGRADED)
        for need in script.options["needs"]:
            if script.begun:
                assert told.results[need].outcome in HOLDS
                assert script.begun[0] >= told.ended_at[need]
