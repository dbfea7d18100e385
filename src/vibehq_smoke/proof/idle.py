"""Which mutants need not be tried: on an answer that may be anything, or a frame that may be missing."""

from __future__ import annotations

from collections.abc import Iterable

from .mutants import Mutant
from .verdict import FRAME_MISSING

SHAPES = frozenset(("connection", "timeout", "status", "content type", "body"))
"""Kinds of mutants that leave little of an answer."""


def telling_first(mutants: Iterable[Mutant]) -> list[Mutant]:
    """Those first that say whether the others on the same answer are worth trying: one of each shape on a question."""
    told: set[tuple[str, str, str]] = set()
    first: list[Mutant] = []
    then: list[Mutant] = []
    for mutant in mutants:
        shape = mutant.kind, mutant.question, mutant.family
        is_telling = mutant.operator == FRAME_MISSING or (mutant.family in SHAPES and shape not in told)
        (first if is_telling else then).append(mutant)
        told.add(shape)
    return first + then


class Idle:
    """What became of the mutants of one check so far.

    What is not tried counts as not caught, so that leaving it out can only make a check look worse.
    """

    def __init__(self) -> None:
        self._spare: set[tuple[str, int | None]] = set()
        self._survived: dict[tuple[str, str], set[str]] = {}
        self._noticed: set[tuple[str, str]] = set()

    def learn(self, mutant: Mutant, *, caught: bool) -> None:
        """Note what became of a mutant."""
        question = mutant.kind, mutant.question
        if caught:
            self._noticed.add(question)
        elif mutant.operator == FRAME_MISSING:
            self._spare.add((mutant.question, mutant.change.frame))
        else:
            self._survived.setdefault(question, set()).add(mutant.family)

    def knows(self, mutant: Mutant) -> bool:
        """Whether trying this one is idle: its frame may be missing, or its question survived one of each shape."""
        question = mutant.kind, mutant.question
        is_noticed = question in self._noticed
        may_be_anything = not is_noticed and self._survived.get(question, frozenset()) >= SHAPES
        return may_be_anything or (mutant.question, mutant.change.frame) in self._spare
