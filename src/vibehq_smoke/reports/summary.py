"""A run in one sentence, and the words and marks that every report uses for the same thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..gates import ExitCode
from ..models import Outcome, Proved, RunRecord, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..models import GateResult, Result


class Mark(NamedTuple):
    """How an outcome or a status looks; the word always stands beside it, so that colour is never all there is."""

    symbol: str
    ascii: str
    tone: str
    """``good``, ``warn``, ``bad``, ``held`` (blocked), ``idle`` or ``fault``."""


OUTCOME_MARKS = {
    Outcome.FAILED: Mark("✕", "x", "bad"),
    Outcome.ERROR: Mark("‼", "!", "fault"),
    Outcome.DEGRADED: Mark("▲", "~", "warn"),
    Outcome.BLOCKED: Mark("⊘", "#", "held"),
    Outcome.SKIPPED: Mark("○", "-", "idle"),
    Outcome.PASSED: Mark("✓", "+", "good"),
}
"""Marks of outcomes, what needs attention first."""

STATUS_MARKS = {
    Status.BROKEN: Mark("✕", "x", "bad"),
    Status.DEGRADED: Mark("▲", "~", "warn"),
    Status.BLOCKED: Mark("⊘", "#", "held"),
    Status.UNKNOWN: Mark("?", "?", "idle"),
    Status.WORKING: Mark("✓", "+", "good"),
}
"""Marks of statuses, what needs attention first."""

COLORS = {"good": "green", "warn": "yellow", "bad": "red", "held": "magenta", "idle": "bright_black", "fault": "red"}
"""What a terminal has for each tone."""

EXIT_MEANING = {
    ExitCode.HELD: "all gates held",
    ExitCode.FELL: "a gate fell",
    ExitCode.USAGE: "usage or configuration",
    ExitCode.UNREACHABLE: "the target is unreachable",
    ExitCode.HARNESS: "the harness itself failed",
}
"""What an exit code says (architecture 6)."""


class Headline(NamedTuple):
    """The run in one sentence, with its tone (as in ``Mark``)."""

    cause: str
    """What is wrong, or that nothing is."""
    counts: str
    """How many checks ended how."""
    tone: str

    def __str__(self) -> str:
        return f"{self.cause} {self.counts}"


def headline(record: RunRecord) -> Headline:
    """The sentence that a reader in a hurry needs: the causes, then how many checks ended how."""
    cause, tone = _cause(record)
    return Headline(cause, f"{_counts(record)}.", tone)


def gate_line(gates: Sequence[GateResult]) -> str:
    """How many gates held, in words."""
    fallen = sum(not gate.held for gate in gates)
    if not gates:
        return "no gates were set"
    if len(gates) == 1:
        return "the one gate fell" if fallen else "the one gate held"
    return f"{fallen} of {len(gates)} gates fell" if fallen else f"all {len(gates)} gates held"


def counted(number: int, noun: str) -> str:
    """``1 check``, ``2 checks``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str], most: int = 3) -> str:
    """``a``, ``a and b``, ``a, b and 4 more``."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def attempts_sentence(result: Result) -> str:
    """Which attempt at a check a result tells of, and what those before said; empty for the only one."""
    if not result.earlier:
        return ""
    said = (
        f"attempt {number} said after {duration(one.duration_s)}"
        + (" the same" if one.reason == result.reason else f": {one.reason or one.outcome.value}")
        for number, one in enumerate(result.earlier, 1)
    )
    return "; ".join([f"attempt {result.attempts} of {result.attempts}", *said])


def is_proved(proof: Proved | None) -> bool:
    """Whether the check, as it is now, was seen to fail for each kind of mutant."""
    return proof is not None and not (proof.unproved or proof.vacuous or proof.changed)


def proof_words(proof: Proved | None) -> str:
    """What was proved of a check, in a few words."""
    if proof is None or proof.unproved:
        return "not proved"
    remarks = {
        "vacuous": proof.vacuous,
        "weak": proof.weak,
        counted(proof.false_alarms, "false alarm"): proof.false_alarms,
        "by itself": proof.alone,
        "before it was changed": proof.changed,
    }
    return ", ".join(
        [f"proved: {proof.caught} of {proof.mutants}", *(word for word, holds in remarks.items() if holds)]
    )


def proof_sentence(proof: Proved | None) -> str:
    """The same at length."""
    if proof is None:
        return "none yet: vibehq-smoke prove makes one"
    if proof.unproved:
        return f"not proved: {proof.unproved}"
    said = f"it noticed {proof.caught} of {counted(proof.mutants, 'wrong answer')}"
    if proof.harmless:
        said += f", and was alarmed by {proof.false_alarms or 'none'} of {counted(proof.harmless, 'harmless change')}"
    if proof.vacuous:
        said += "; it is vacuous: it notices nothing of one kind"
    elif proof.weak:
        said += "; it is weak: values that it reads go unjudged"
    if proof.alone:
        said += "; it was proved by itself, without the checks that judge what it asks by the way"
    return f"{said}; it was changed since" if proof.changed else said


def duration(seconds: float) -> str:
    """A duration in the unit that reads best: ``85 ms``, ``1.24 s``, ``2 min 05 s``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.995:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"


def _cause(record: RunRecord) -> tuple[str, str]:
    causes, totals = record.root_causes, record.totals
    fell = any(not gate.held for gate in record.gates)
    if record.run.exit_code == ExitCode.UNREACHABLE:
        return "Nothing could be judged: the orchestrator does not answer.", "bad"
    if causes:
        verb = "is" if len(causes) == 1 else "are"
        return f"{counted(len(causes), 'cause')}: {listed(causes)} {verb} broken.", "bad"
    if totals.error:
        return f"The harness is at fault: {counted(totals.error, 'check')} ended in an error.", "fault"
    if not totals.executed:
        return "Nothing was judged.", "idle"
    degraded = [line.id for line in record.components if line.status is Status.DEGRADED]
    if degraded:
        verb = "is" if len(degraded) == 1 else "are"
        return f"Nothing is broken, but {listed(degraded)} {verb} degraded.", "bad" if fell else "warn"
    if fell:
        return "Nothing is broken, but a gate fell.", "bad"
    return ("Everything that was judged works.", "good") if totals.passed < totals.collected else ("It works.", "good")


def _counts(record: RunRecord) -> str:
    totals = record.totals
    if not totals.collected:
        return "No check was selected"
    if totals.passed == totals.collected:
        return f"All {counted(totals.passed, 'check')} passed" if totals.passed > 1 else "The one check passed"
    numbers = [
        (getattr(totals, outcome), "ended in an error" if outcome is Outcome.ERROR else outcome.value)
        for outcome in OUTCOME_MARKS
    ]
    (first, ended), *rest = [(number, ended) for number, ended in numbers if number]
    return ", ".join([f"{counted(first, 'check')} {ended}", *(f"{number} {ended}" for number, ended in rest)])
