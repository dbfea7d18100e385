"""What became of the mutants: of one check, and of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .rules import Rule

VALUE = "value"
"""The kind of mutants that leave the shape as it is: surviving all of it makes a check weak, not vacuous."""

FILE_EMPTY = "file-empty"
FILE_MISSING = "file-missing"
FRAME_MISSING = "frame-missing"


class Entry(NamedTuple):
    """One mutant, tried."""

    operator: str
    family: str
    kind: str
    """Of the question: ``http``, ``socket`` ..."""
    main: bool
    """The check judges this question."""
    key: tuple[str, str, str]
    """What was changed where, the same for every check that asks the same."""
    question: str
    change: str
    caught: bool
    equivalent: str | None
    frame: int | None = None
    """The frame or callback that was changed, where the question has several."""
    once: bool = False
    """It is enough when one of the checks that see it notices it."""
    diff: tuple[str, ...] = ()
    """What was changed, line by line."""

    def told(self) -> dict[str, Any]:
        """As a report shows it."""
        return {"operator": self.operator, "question": self.question, "change": self.change, "diff": list(self.diff)}


@dataclass
class Score:
    """So many mutants, and so many of them caught; equivalent ones are not among either."""

    mutants: int = 0
    caught: int = 0
    equivalent: int = 0

    def enter(self, entry: Entry) -> None:
        """Count one mutant. An equivalent one that was caught all the same counts as caught."""
        if entry.equivalent and not entry.caught:
            self.equivalent += 1
        else:
            self.mutants += 1
            self.caught += entry.caught

    def told(self) -> dict[str, Any]:
        """In JSON, with the share in percent."""
        share = round(100 * self.caught / self.mutants, 1) if self.mutants else None
        return {"mutants": self.mutants, "caught": self.caught, "equivalent": self.equivalent, "percent": share}


@dataclass
class Proof:
    """What is proved of one check."""

    check: str
    category: str
    unproved: str | None = None
    """Why nothing can be said: the unchanged replay does not pass."""
    entries: list[Entry] = field(default_factory=list)
    false_alarms: list[dict[str, Any]] = field(default_factory=list)
    harmless: int = 0
    """Harmless changes that were tried."""
    vacuous: list[str] = field(default_factory=list)
    """Why the check is vacuous, a line for each kind of mutant that it survives, with what to assert."""
    weak: list[str] = field(default_factory=list)
    """As above, for the values: nothing but their shape is judged."""

    @property
    def score(self) -> Score:
        """Of all its mutants."""
        return score_of(self.entries)

    @property
    def survived(self) -> list[Entry]:
        """What went unnoticed and should not have."""
        return [one for one in self.entries if not one.caught and not one.equivalent]

    def told(self) -> dict[str, Any]:
        """In JSON."""
        return {
            "category": self.category,
            **self.score.told(),
            "harmless": self.harmless,
            "unproved": self.unproved,
            "vacuous": self.vacuous,
            "weak": self.weak,
            "equivalent_by": dict(Counter(one.equivalent for one in self.entries if one.equivalent and not one.caught)),
            "survived": [one.told() for one in self.survived],
            "false_alarms": self.false_alarms,
        }


def score_of(entries: Iterable[Entry]) -> Score:
    """The score of some mutants."""
    score = Score()
    for entry in entries:
        score.enter(entry)
    return score


def settle(proofs: Iterable[Proof], advice: Mapping[str, str]) -> list[Proof]:
    """Judge proofs together. ``advice`` says by kind what to assert.

    What a check asks by the way (whether a worker lives, to know whom to blame) another check has to judge. Such a
    question is one of which the check notices nothing, while it does notice something of others: who notices nothing
    at all has no excuse.
    """
    several = list(proofs)
    noticed = {entry.key for proof in several for entry in proof.entries if entry.caught}
    for proof in several:
        excuse = _Excuses(proof.entries, noticed)
        proof.entries = [one._replace(equivalent=one.equivalent or excuse.of(one)) for one in proof.entries]
        for family in _survived_families(proof.entries):
            said = f"it survives every mutant of the kind {family!r}: {advice.get(family, 'judge the answer')}"
            (proof.weak if family == VALUE else proof.vacuous).append(said)
        if proof.unproved is None and not any(one.main for one in proof.entries):
            proof.vacuous.append("it judges nothing: neither what it asked itself, nor what its needs hand on")
    return several


class _Excuses:
    """Rules by which a check need not notice what it did not: they look at all that it noticed, and others."""

    def __init__(self, entries: Sequence[Entry], noticed: Collection[tuple[str, str, str]]) -> None:
        caught = [one for one in entries if one.caught]
        self._questions = {(one.kind, one.question) for one in caught}
        self._frames = {(one.question, one.frame) for one in caught if one.operator == FRAME_MISSING}
        self._missed = {one.question for one in caught if one.operator == FILE_MISSING}
        self._noticed = noticed

    def of(self, one: Entry) -> str | None:
        """The rule that applies to an entry; None when the check had to notice."""
        if one.caught:
            return None
        if one.once and one.key in self._noticed:
            return Rule.ONCE
        if self._questions and (one.kind, one.question) not in self._questions and one.key in self._noticed:
            return Rule.ELSEWHERE
        if one.frame is not None and (one.question, one.frame) not in self._frames and self._has_frame(one.question):
            return Rule.PASSED_OVER
        return Rule.ASKS_LESS if one.operator == FILE_EMPTY and one.question in self._missed else None

    def _has_frame(self, question: str) -> bool:
        return any(asked == question for asked, _ in self._frames)


def _survived_families(entries: Sequence[Entry]) -> list[str]:
    """Kinds of which every mutant of the main exchange survives: that over HTTP, where the check judges such."""
    main = [one for one in entries if one.main and not (one.equivalent and not one.caught)]
    if any(one.kind == "http" for one in main):
        main = [one for one in main if one.kind == "http"]
    caught = {one.family for one in main if one.caught}
    return sorted({one.family for one in main} - caught)
