"""One thing changed: what an operator gives, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from .differing import difference
from .pieces import Answer
from .subjects import Subject
from .verdict import Entry


@dataclass(frozen=True)
class Change:
    """What an operator makes of a question's answers."""

    what: str
    """What is changed, as a person would say it: ``status 200 → 500``, ``$.total: 3 → 4``."""
    answers: Mapping[int, Answer]
    """The changed answers by number."""
    equivalent: str | None = None
    """The rule by which nobody needs to notice this; None when a check has to."""
    files: Mapping[str, str | None] = field(default_factory=dict)
    """Changed files of the checkout; None for one that is gone."""
    spot: str = ""
    """The part of the answer that is changed, where there are several."""
    frame: int | None = None
    """The frame or callback that is changed, where the question has several."""


Make: TypeAlias = Callable[[Subject], Iterable[Change]]


@dataclass(frozen=True)
class Operator:
    """A way in which a platform may be wrong, or, when ``harmless``, only different.

    ``family`` is the kind that vacuity is judged by; ``make`` gives the changes for one question of a check, none
    where the operator does not apply.
    """

    name: str
    family: str
    make: Make
    harmless: bool = False
    advice: str = ""
    """What to assert when a check survives all of the family."""
    once: bool = False
    """It is enough when one of the checks that see it notices it."""
    meaning: str = ""
    """What is wrong with the platform then, in a sentence."""


@dataclass(frozen=True)
class Mutant:
    """One change of what one check saw."""

    check: str
    operator: str
    family: str
    kind: str
    """Of the question: ``http``, ``socket`` ..."""
    question: str
    place: str
    """Where the question goes, the same for every check that asks it."""
    change: Change
    before: Mapping[int, Answer]
    """The answers as they were."""
    harmless: bool = False
    main: bool = True
    """The check judges this question."""
    once: bool = False
    """It is enough when one of the checks that see it notices it."""

    def entry(self, *, caught: bool) -> Entry:
        """What is kept of it."""
        key = (self.operator, self.place, self.change.spot)
        is_told = not caught and (self.harmless or self.change.equivalent is None)  # what is excused, no report shows
        return Entry(
            self.operator, self.family, self.kind, self.main, key, self.question, self.change.what, caught,
            self.change.equivalent, self.change.frame, self.once, tuple(self.diff()) if is_told else (),
        )  # fmt: skip

    def diff(self) -> list[str]:
        """What was changed in the first changed answer, as lines of a unified diff."""
        for number, answer in self.change.answers.items():
            return difference(self.before[number], answer)
        return []


def mutants(subjects: Iterable[Subject], operators: Iterable[Operator]) -> list[Mutant]:
    """All mutants of the questions of a check."""
    several = list(operators)
    return [
        Mutant(
            one.check,
            operator.name,
            operator.family,
            one.kind,
            one.title,
            one.place,
            change,
            one.answers,
            operator.harmless,
            one.judged,
            operator.once,
        )
        for one in subjects
        for operator in several
        for change in operator.make(one)
    ]
