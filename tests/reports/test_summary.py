"""The run in one sentence."""

from __future__ import annotations

import pytest

from vibehq_smoke.models import GateResult, Outcome, Priority, Proved, RunRecord, Status
from vibehq_smoke.reports.summary import (
    EXIT_MEANING,
    OUTCOME_MARKS,
    STATUS_MARKS,
    duration,
    gate_line,
    headline,
    is_proved,
    listed,
    proof_sentence,
    proof_words,
)

from .records import observation, record, result
from .samples import sample

FELL = GateResult(name="g", held=False, detail="")
HELD = GateResult(name="h", held=True, detail="")


@pytest.mark.parametrize(
    ("run", "sentence", "tone"),
    [
        (sample("one_cause"), "1 cause: d1-health is broken. 1 check failed, 1 degraded, 14 blocked, ", "bad"),
        (sample("passed"), "It works. All 12 checks passed.", "good"),
        (sample("empty"), "Nothing was judged. No check was selected.", "idle"),
        (sample("partial"), "The harness is at fault: 1 check ended in an error. 1 check failed, ", "fault"),
        (record((result(),)), "It works. The one check passed.", "good"),
        (record((result(), result("API-02", Outcome.SKIPPED))), "Everything that was judged works. 1 check sk", "good"),
        (record((result("API-02", Outcome.SKIPPED),)), "Nothing was judged. 1 check skipped.", "idle"),
        (record((result(outcome=Outcome.DEGRADED),)), "Nothing is broken, but health-api is degraded. 1 ch", "warn"),
        (record((result(outcome=Outcome.DEGRADED),), gates=(FELL,)), "Nothing is broken, but health-api is", "bad"),
        (record((result(),), gates=(FELL,)), "Nothing is broken, but a gate fell. The one check passed.", "bad"),
        (
            record((result(outcome=Outcome.BLOCKED),), (observation("orchestrator", unreachable=True),), exit_code=3),
            "Nothing could be judged: the orchestrator does not answer. 1 check blocked.",
            "bad",
        ),
        (
            record((result("A", Outcome.FAILED, component="x"), result("B", Outcome.FAILED, component="y"))),
            "2 causes: x and y are broken. 2 checks failed.",
            "bad",
        ),
        (
            record((result(outcome=Outcome.FAILED, priority=Priority.P3), result("API-01"))),
            "Nothing is broken, but health-api is degraded. 1 check failed, 1 passed.",
            "warn",
        ),
    ],
)
def test_the_headline(run: RunRecord, sentence: str, tone: str) -> None:
    said = headline(run)
    assert str(said).startswith(sentence)
    assert said.tone == tone


def test_every_word_has_a_mark_of_its_own() -> None:
    for marks in (OUTCOME_MARKS, STATUS_MARKS):
        assert (
            len({mark.symbol for mark in marks.values()}) == len({mark.ascii for mark in marks.values()}) == len(marks)
        )
    assert (set(OUTCOME_MARKS), set(STATUS_MARKS)) == (set(Outcome), set(Status))
    assert set(EXIT_MEANING) == {0, 1, 2, 3, 4}


def test_gates_in_words() -> None:
    assert gate_line(()) == "no gates were set"
    assert gate_line((HELD,)) == "the one gate held"
    assert gate_line((FELL,)) == "the one gate fell"
    assert gate_line((HELD, HELD)) == "all 2 gates held"
    assert gate_line((HELD, FELL)) == "1 of 2 gates fell"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 ms"),
        (0.0851, "85 ms"),
        (0.9996, "1.00 s"),
        (1.239, "1.24 s"),
        (59.996, "1 min 00 s"),
        (125, "2 min 05 s"),
    ],
)
def test_durations_read_well(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("names", "words"), [("", ""), ("a", "a"), ("ab", "a and b"), ("abc", "a, b and c"), ("abcd", "a, b and 2 more")]
)
def test_lists_are_short(names: str, words: str) -> None:
    assert listed(list(names)) == words


@pytest.mark.parametrize(
    ("proof", "words", "holds"),
    [
        (None, "not proved", False),
        (Proved(unproved="it was skipped"), "not proved", False),
        (Proved(mutants=24, caught=23), "proved: 23 of 24", True),
        (Proved(mutants=24, caught=23, weak=True, alone=True), "proved: 23 of 24, weak, by itself", True),
        (Proved(mutants=24, caught=3, vacuous=True), "proved: 3 of 24, vacuous", False),
        (Proved(mutants=1, caught=1, harmless=3, false_alarms=2), "proved: 1 of 1, 2 false alarms", True),
        (Proved(mutants=24, caught=23, changed=True), "proved: 23 of 24, before it was changed", False),
    ],
)
def test_a_proof_in_words(proof: Proved | None, words: str, holds: bool) -> None:
    assert proof_words(proof) == words
    assert is_proved(proof) is holds


def test_a_proof_at_length_says_why_and_what_to_do() -> None:
    assert proof_sentence(None) == "none yet: vibehq-smoke prove makes one"
    assert proof_sentence(Proved(unproved="it was skipped")) == "not proved: it was skipped"
    alarmed = Proved(mutants=1, caught=1, harmless=5, false_alarms=2, weak=True, changed=True)
    assert proof_sentence(alarmed) == (
        "it noticed 1 of 1 wrong answer, and was alarmed by 2 of 5 harmless changes; "
        "it is weak: values that it reads go unjudged; it was changed since"
    )
