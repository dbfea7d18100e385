"""Where the results of a run appear: written by the event loop, awaited by other threads."""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, InvalidStateError
from typing import Any

from .checks import Check
from .execution import blank_result
from .graph import Plan
from .models import Outcome, Result


class Board:
    """One place per check of a plan, hidden needs first. A place is filled once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        hidden = plan.hidden
        self.checks = {check.id: check for check in (*hidden, *plan.selected)}
        self._hidden = {check.id for check in hidden}
        self._futures: dict[str, Future[Result]] = {id_: Future() for id_ in self.checks}

    def is_settled(self, id_: str) -> bool:
        """Whether the check has its result."""
        return self._futures[id_].done()

    def settle(self, result: Result) -> bool:
        """Fill a place; False when it was filled before, and then nothing changes."""
        try:
            self._futures[result.id].set_result(result)
        except InvalidStateError:
            return False
        return True

    def wait(self, id_: str, timeout: float | None = None) -> Result:
        """The result of one check, as soon as it is there. Raises TimeoutError, KeyError."""
        return self._futures[id_].result(timeout)

    def results(self) -> tuple[Result, ...]:
        """The results that stand so far, in the order of the plan."""
        return tuple(future.result() for future in self._futures.values() if future.done())

    def blank(self, check: Check, outcome: Outcome, reason: str | None, **fields: Any) -> Result:
        """A result for a check that never started."""
        return blank_result(check, outcome=outcome, reason=reason, hidden=self.is_hidden(check.id), **fields)

    def is_hidden(self, id_: str) -> bool:
        """Whether the check runs only because a selected one needs it."""
        return id_ in self._hidden

    def give_up(self, reason: str, outcome: Outcome = Outcome.SKIPPED) -> None:
        """Fill every empty place, so that nobody waits in vain and the totals add up."""
        for id_, check in self.checks.items():
            if not self.is_settled(id_):
                with contextlib.suppress(InvalidStateError):
                    self.settle(self.blank(check, outcome, reason))
