"""Trying a failing check again: which, after how long, and what all its attempts say together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .board import Board
from .models import HOLDS, Attempt, Outcome, Result

PAUSES_S = (1.0, 2.0, 4.0)
"""Seconds before the second attempt, the third and the fourth."""

FLAKY = "flaky"
"""The kind of what held only when it was tried again."""


class Attempts:
    """What was said so far of the checks of a board that have no result yet; each may be tried ``most`` times more."""

    def __init__(self, board: Board, most: int) -> None:
        self._board = board
        self._most = min(most, len(PAUSES_S))
        self._said: dict[str, list[Result]] = {}

    def add(self, result: Result) -> None:
        """Keep what an attempt said."""
        self._said.setdefault(result.id, []).append(result)

    def pause_s(self, id_: str) -> float | None:
        """How long to wait before the check is tried again; None when it is not to be.

        Only what failed and only reads is: a write may have been half done. What runs alone would hold up the others.
        """
        said = self._said[id_]
        if said[-1].outcome is not Outcome.FAILED or len(said) > self._most:
            return None
        if self._board.checks[id_].spec.exclusive or self._board.plan.graph.writes(id_):
            return None
        return PAUSES_S[len(said) - 1]

    def result(self, id_: str) -> Result:
        """What all attempts say together; nothing more is kept of them."""
        return together(self._said.pop(id_))


def together(said: Sequence[Result]) -> Result:
    """One result for all attempts at a check, each of which failed but perhaps the last.

    What held on a later attempt only is degraded. An attempt that judged nothing takes no failure back.
    """
    *before, last = said
    if not before:
        return last
    if last.outcome in HOLDS:
        return _with(last, before, _flaky(said))
    if last.outcome is Outcome.FAILED:
        return _with(last, before)
    *before, failed = before
    note = f"tried again, it ended as {last.outcome.value}: {last.reason or 'no reason given'}"
    return _with(failed, before, {"notes": (*failed.notes, note)})


def _flaky(said: Sequence[Result]) -> dict[str, Any]:
    *before, last = said
    held = "passed" if last.outcome is Outcome.PASSED else "held"
    why = [f"attempt {number}: {one.reason}" for number, one in enumerate(said, 1) if one.reason]
    return {
        "outcome": Outcome.DEGRADED,
        "reason": "; ".join([f"{held} on attempt {len(said)} only", *why]),
        "kind": FLAKY,
        "component": before[-1].component,  # who was accused of the failure, not who did well since
    }


def _with(result: Result, before: Sequence[Result], changes: dict[str, Any] | None = None) -> Result:
    earlier = tuple(
        Attempt(outcome=one.outcome, reason=one.reason, kind=one.kind, duration_s=one.duration_s) for one in before
    )
    counted = {"attempts": len(before) + 1, "earlier": earlier}
    return result.model_copy(update=counted | (changes or {}))
