"""A failing check that only reads is tried again, as often as it was asked for, and never beyond a deadline."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

from vibehq_smoke.models import Outcome
from vibehq_smoke.scheduler import Limits

from .attempting import Attempt, Script, crashes, drifts, fails, passes, run, skips, waits


def limits(retries: int = 1, run_deadline_s: float = 600.0, max_failures: int = 0) -> Limits:
    return Limits(10.0, run_deadline_s, max_failures, retries)


@pytest.mark.parametrize(
    ("retries", "attempts", "outcome", "counted", "began"),
    [
        (0, (fails, passes), Outcome.FAILED, 1, [0]),
        (1, (passes,), Outcome.PASSED, 1, [0]),
        (1, (drifts,), Outcome.DEGRADED, 1, [0]),
        (1, (crashes, passes), Outcome.ERROR, 1, [0]),
        (1, (skips, passes), Outcome.SKIPPED, 1, [0]),
        (1, (fails, passes), Outcome.DEGRADED, 2, [0, 1.5]),
        (1, (fails, drifts), Outcome.DEGRADED, 2, [0, 1.5]),
        (1, (fails, fails, passes), Outcome.FAILED, 2, [0, 1.5]),
        (2, (fails, fails, passes), Outcome.DEGRADED, 3, [0, 1.5, 4]),
        (3, (fails, fails, fails, passes), Outcome.DEGRADED, 4, [0, 1.5, 4, 8.5]),
        (3, (fails,), Outcome.FAILED, 4, [0, 1.5, 4, 8.5]),
        (9, (fails,), Outcome.FAILED, 4, [0, 1.5, 4, 8.5]),
        (3, (fails, crashes), Outcome.FAILED, 1, [0, 1.5]),
        (3, (fails, fails, skips), Outcome.FAILED, 2, [0, 1.5, 4]),
    ],
)
def test_what_becomes_of_a_check(
    retries: int, attempts: tuple[Attempt, ...], outcome: Outcome, counted: int, began: list[float]
) -> None:
    script = Script("A", attempts)
    told = run([script], limits(retries))
    result = told.results["A"]
    assert (result.outcome, result.attempts, len(result.earlier)) == (outcome, counted, counted - 1)
    assert script.begun == pytest.approx(began), "after a short pause, which grows"
    assert (told.started, told.finished) == (["A"], ["A"]), "observers hear of a check, not of its attempts"
    assert ("A" in told.errors) == (outcome in (Outcome.FAILED, Outcome.ERROR))


def test_what_held_in_the_end_only_says_so() -> None:
    result = run([Script("A", (fails, fails, passes))], limits(2)).results["A"]
    assert result.reason == "passed on attempt 3 only; attempt 1: wrong; attempt 2: wrong"
    assert (result.kind, result.failures) == ("flaky", 2)
    assert (result.started_s, result.duration_s) == pytest.approx((4, 0.25)), "all else is of the last attempt"
    first = result.earlier[0]
    assert (first.outcome, first.reason, first.kind, first.duration_s) == (Outcome.FAILED, "wrong", "assertion", 0.5)
    drifted = run([Script("A", (fails, drifts))], limits()).results["A"]
    assert drifted.reason == "held on attempt 2 only; attempt 1: wrong; attempt 2: a little slow"


def test_an_attempt_that_judged_nothing_takes_no_failure_back() -> None:
    told = run([Script("A", (fails, crashes))], limits())
    assert told.results["A"].reason == "wrong"
    assert told.results["A"].notes == ("tried again, it ended as error: the check crashed: RuntimeError: a slip",)
    assert isinstance(told.errors["A"], AssertionError), "pytest shows the failure that counts"


def test_what_writes_or_runs_alone_is_tried_once() -> None:
    scripts = [
        Script("WRITES", (fails, passes), {"writes": True}),
        Script("KEEPS", (passes,), {"writes": True}),
        Script("NEEDS", (fails, passes), {"needs": ("KEEPS",)}),
        Script("ALONE", (fails, passes), {"exclusive": True}),
        Script("LAST", (fails, passes), {"exclusive": "last"}),
        Script("READS", (fails, passes)),
    ]
    results = run(scripts, limits(3)).results
    assert {id_: result.attempts for id_, result in results.items() if result.outcome is Outcome.FAILED} == {
        "WRITES": 1, "NEEDS": 1, "ALONE": 1, "LAST": 1,
    }  # fmt: skip
    assert results["READS"].attempts == 2


def test_dependents_wait_for_the_last_attempt() -> None:
    scripts = [Script("A", (fails, passes)), Script("B", (passes,), {"needs": ("A",)}), Script("C", (fails,)),
               Script("D", (passes,), {"needs": ("C",)}), Script("E", (passes,), {"exclusive": True})]  # fmt: skip
    told = run(scripts, limits())
    assert [result.outcome.value for result in told.results.values()] == [
        "degraded", "passed", "failed", "blocked", "passed",
    ]  # fmt: skip
    assert scripts[1].begun == pytest.approx([1.75])
    assert scripts[4].begun == pytest.approx([2.0]), "what runs alone waits for other checks' attempts, too"


def test_each_attempt_has_a_deadline_and_a_recorder_of_its_own() -> None:
    seen: list[Any] = []
    leaked: ContextVar[str] = ContextVar("leaked", default="nothing")

    async def notes(hq: Any) -> None:
        seen.append((hq, leaked.get()))
        leaked.set("something")
        hq.recorder.note(f"attempt {len(seen)}")
        await waits(hq)

    result = run([Script("A", (notes, notes, passes))], limits(2)).results["A"]
    assert [one.kind for one in result.earlier] == ["timeout", "timeout"]
    assert [one.duration_s for one in result.earlier] == pytest.approx([10, 10])
    assert seen[0][0] is not seen[1][0]
    assert [left for _, left in seen] == ["nothing", "nothing"]
    assert result.notes == ()


def test_time_that_the_harness_lost_in_one_attempt_excuses_no_other() -> None:
    async def is_held_up(_: Any) -> None:
        asyncio.get_running_loop().skip(60)  # type: ignore[attr-defined]  # the loop of this test
        await asyncio.sleep(0.2)
        raise AssertionError("wrong")

    result = run([Script("A", (is_held_up, waits), {"deadline_s": 100})], limits()).results["A"]
    assert (result.outcome, result.kind, result.attempts) == (Outcome.FAILED, "timeout", 2)
    assert "held up" not in (result.reason or "")


def test_a_check_that_does_not_end_is_not_tried_beside_itself() -> None:
    async def lingers(hq: Any) -> None:
        try:
            await waits(hq)
        finally:
            await asyncio.sleep(30)

    script = Script("A", (lingers,))
    told = run([script], limits(3), longer_s=60)
    assert (told.results["A"].kind, told.results["A"].attempts, len(script.begun)) == ("timeout", 1, 1)


@pytest.mark.parametrize("run_deadline_s", [1.2, 1.5])
def test_no_attempt_begins_for_which_the_run_has_no_time(run_deadline_s: float) -> None:
    told = run([Script("A", (fails, passes))], limits(1, run_deadline_s))
    assert told.results["A"].outcome is Outcome.FAILED
    assert told.ended_at["A"] == pytest.approx(0.5), "and nobody waits for it"


def test_a_run_that_ends_during_an_attempt_leaves_the_failure() -> None:
    result = run([Script("A", (fails, waits))], limits(3, 5)).results["A"]
    assert (result.outcome, result.reason, result.attempts) == (Outcome.FAILED, "wrong", 1)
    assert result.notes == ("tried again, it ended as skipped: the run's deadline of 5 s is over",)


def test_stopping_ends_the_pause_and_only_final_failures_stop() -> None:
    async def fails_late(_: Any) -> None:
        await asyncio.sleep(1)
        raise AssertionError("late")

    scripts = [Script("A", (fails, passes)), Script("B", (passes,), {"needs": ("A",)}),
               Script("C", (fails_late,), {"writes": True}), Script("D", (fails, passes))]  # fmt: skip
    told = run(scripts, limits(1, max_failures=1))
    assert {id_: (one.outcome.value, one.attempts) for id_, one in told.results.items()} == {
        "A": ("failed", 1), "B": ("skipped", 1), "C": ("failed", 1), "D": ("failed", 1),
    }  # fmt: skip
    assert told.ended_at["A"] == pytest.approx(1.0), "at once when C stopped the run, not half a second later"
    held = run([Script("A", (fails, passes))], limits(1, max_failures=1)).results["A"]
    assert held.outcome is Outcome.DEGRADED
