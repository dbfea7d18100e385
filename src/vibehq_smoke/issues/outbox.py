"""Each write is noted in the local record before it is sent and settled after, as far as is known what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..history import History
from .clock import Clock
from .tracker import Ambiguous, Tracker

T = TypeVar("T")

OPENING = frozenset({"open", "open incident"})
"""Kinds of writes that make an issue: settled by whoever knows its number."""


def _nothing() -> None:
    """Nothing else is to be noted."""


class Outbox:
    """Sends writes to one tracker."""

    def __init__(self, history: History, tracker: Tracker, clock: Clock) -> None:
        self.history = history
        self.tracker = tracker
        self.clock = clock

    def send(
        self,
        cause: str,
        kind: str,
        number: int | None,
        write: Callable[[], T],
        *,
        before: Callable[[], object] = _nothing,
        after: Callable[[], object] = _nothing,
        undo: Callable[[], object] = _nothing,
    ) -> T:
        """Send a write. What is to be noted with it goes into the same transactions: ``before`` it is sent, ``after``
        it was done, and ``undo`` when it is certain that it was not."""
        with self.history.transaction():
            before()
            id_ = self.history.begin(self.tracker.name, cause, kind, self.clock.now(), number)
        carried_out = self.tracker.carried_out
        try:
            answer = write()
        except Ambiguous:
            if kind not in OPENING:
                self.history.settle(id_, "done")
            raise
        except BaseException:
            # Also Ctrl-C in the pause before it: what was never sent needs no looking for.
            if self.tracker.carried_out == carried_out:
                self._settle(id_, "not done", undo)
            raise
        if kind not in OPENING:
            self._settle(id_, "done", after)
        return answer

    def _settle(self, id_: int, how: str, note: Callable[[], object]) -> None:
        with self.history.transaction():
            note()
            self.history.settle(id_, how)
