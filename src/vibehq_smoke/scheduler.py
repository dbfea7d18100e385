"""The event loop's side of the engine: starts what is ready, stops what is late, settles what is done."""

from __future__ import annotations

import asyncio
import contextvars
import math
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .attempts import Attempts
from .board import Board
from .checks import Check
from .execution import Ending, Execution
from .heartbeat import Heartbeat
from .host import Host
from .models import HOLDS, Outcome, Result, RunInfo
from .preflight import Preflight
from .refusal import refusal

if TYPE_CHECKING:
    from .platform import Platform

GRACE_S = 1.0
"""Seconds that a cancelled check gets to clean up before it is abandoned."""


@dataclass(frozen=True)
class Limits:
    """How long things may take, in seconds, after how many failures to stop (0: never), and how often to try again."""

    deadline_s: float = 30.0
    run_deadline_s: float = 600.0
    max_failures: int = 0
    retries: int = 0


class Scheduler:
    """Runs the checks of a board once, on the event loop that calls ``run``."""

    def __init__(self, board: Board, platform: Platform, host: Host, limits: Limits) -> None:
        self.stopped: str | None = None
        self.errors: dict[str, BaseException] = {}
        self._board = board
        self._graph = board.plan.graph
        self._platform = platform
        self._observers = host.observers
        self.preflight = Preflight(host.observers, platform)
        self._resources = host.resources()
        self._limits = limits
        self._heartbeat = Heartbeat()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._running: dict[str, Execution] = {}
        self._attempts = Attempts(board, limits.retries)
        self._pausing: dict[str, asyncio.TimerHandle] = {}
        """Checks that are tried again when their time comes; until then their tasks are those of the last attempt."""
        self._fresh = contextvars.copy_context()
        self._until = math.inf
        self._returned: dict[str, Any] = {}
        self._failures = 0
        self._all_settled = asyncio.Event()
        self._unmet = {id_: len(self._graph.check_needs[id_]) for id_ in board.checks}
        self._dependents: dict[str, list[str]] = {id_: [] for id_ in board.checks}
        for id_ in board.checks:
            for need in self._graph.check_needs[id_]:
                self._dependents[need].append(id_)
        self._chains = self._graph.chain_lengths(board.checks)

    async def run(self, run: RunInfo) -> None:
        """Preflight, then all checks, then a second look at the components when something failed."""
        loop = asyncio.get_running_loop()
        limit = self._limits.run_deadline_s
        self._until = loop.time() + limit
        expiry = loop.call_later(limit, self.stop, f"the run's deadline of {limit:g} s is over")
        try:
            checks = tuple(check.spec for check in self._board.checks.values())
            self._observers.tell("vibehq_run_start", run=run, checks=checks)
            await self._look()
            self._observers.tell("vibehq_preflight_finish", observations=self.preflight.observations)
            await self._all_checks()
            await self._look_again()
        finally:
            expiry.cancel()
            self._heartbeat.stop()

    def stop(self, reason: str) -> None:
        """Cancel what runs; what has not started is skipped with ``reason``."""
        if self.stopped is None:
            self.stopped = reason
            self.preflight.stop()
            for execution in list(self._running.values()):
                self._cut_short(execution, Ending(Outcome.SKIPPED, reason, kind="cancelled"))
            for id_, timer in self._pausing.items():
                timer.cancel()
                asyncio.get_running_loop().call_soon(self._again, id_)

    async def _look(self) -> None:
        if self._board.plan.is_probed:
            await self.preflight.look()

    async def _look_again(self) -> None:
        failed = any(result.outcome is Outcome.FAILED for result in self._board.results())
        if self._board.plan.is_probed and failed and self.stopped is None:
            await self.preflight.look_again()

    async def _all_checks(self) -> None:
        await self._until_settled([id_ for id_ in self._ready() if not self._is_exclusive(id_)])
        while left := self._ready():
            await self._until_settled([min(left, key=self._is_last)])

    async def _until_settled(self, ids: list[str]) -> None:
        self._launch(ids)
        while self._tasks:
            self._all_settled.clear()
            await self._all_settled.wait()

    def _ready(self) -> list[str]:
        return [id_ for id_ in self._board.checks if not self._unmet[id_] and not self._board.is_settled(id_)]

    def _is_exclusive(self, id_: str) -> bool:
        return bool(self._board.checks[id_].spec.exclusive)

    def _is_last(self, id_: str) -> bool:
        return self._board.checks[id_].spec.exclusive == "last"

    def _launch(self, ids: Iterable[str]) -> None:
        """Start checks whose needs are settled: the one with the longest chain behind it first."""
        due = deque(self._longest_first(ids))
        while due:
            check = self._board.checks[due.popleft()]
            ending = self._refusal(check)
            if ending is None:
                self._begin(check)
            else:
                due.extend(self._longest_first(self._settle(self._unstarted(check, ending))))
        if not self._tasks:
            self._all_settled.set()

    def _longest_first(self, ids: Iterable[str]) -> list[str]:
        return sorted(ids, key=lambda id_: -self._chains[id_])

    def _refusal(self, check: Check) -> Ending | None:
        if self.stopped is not None:
            return Ending(Outcome.SKIPPED, self.stopped, kind="cancelled")
        needed = [self._board.wait(need) for need in self._graph.check_needs[check.id]]
        return refusal(check, self._platform, self.preflight.observations, self._graph.component_needs(check), needed)

    def _begin(self, check: Check) -> None:
        self._observers.tell("vibehq_check_start", spec=check.spec)
        self._try(check)

    def _try(self, check: Check) -> None:
        """Make an attempt at a check, with nothing of an earlier one."""
        execution = Execution(check, self._platform.hq(check.spec), self._now())
        self._running[check.id] = execution
        self._tasks[check.id] = asyncio.create_task(self._attempt(execution), name=check.id)

    async def _attempt(self, execution: Execution) -> None:
        check = execution.check
        deadline = check.spec.deadline_s or self._limits.deadline_s
        expiry = asyncio.get_running_loop().call_later(deadline, self._expire, execution, deadline)
        lag = self._heartbeat.lag_s
        needs = self._graph.check_needs[check.id]
        try:
            ending = await execution.run(tuple(self._returned.get(need) for need in needs), self._resources)
            self._returned[check.id] = ending.returned
        except asyncio.CancelledError:
            # Nobody outside cancelled it, unless it was cut short: then that is its ending.
            execution.ending = Ending(Outcome.ERROR, "the check was cancelled from within", kind="crash")
        finally:
            expiry.cancel()
        execution.ending = execution.cut_short or execution.ending
        self._heartbeat.excuse(execution, self._heartbeat.lag_s - lag, self._now() - execution.started_s)
        self._over(execution)

    def _expire(self, execution: Execution, deadline: float) -> None:
        """The deadline of a check is over."""
        self._cut_short(execution, overdue(execution.hq.recorder.waiting_for, deadline))

    def _cut_short(self, execution: Execution, ending: Ending) -> None:
        """Cancel a check, and abandon it when it does not heed that."""
        execution.cut_short = execution.ending = execution.cut_short or ending
        task = self._tasks.get(execution.check.id)
        if task is not None:
            task.cancel()
            asyncio.get_running_loop().call_later(GRACE_S, self._abandon, execution)

    def _abandon(self, execution: Execution) -> None:
        """It still runs, so that another attempt at the same check would not be alone."""
        if self._ends(execution):
            self._conclude(execution.check.id)

    def _over(self, execution: Execution) -> None:
        """An attempt is over: try again, or settle the check."""
        id_ = execution.check.id
        if not self._ends(execution):
            return
        loop = asyncio.get_running_loop()
        pause = self._attempts.pause_s(id_) if self.stopped is None else None
        if pause is None or loop.time() + pause >= self._until:
            self._conclude(id_)
        else:
            self._pausing[id_] = loop.call_later(pause, self._again, id_, context=self._fresh)

    def _ends(self, execution: Execution) -> bool:
        """Keep what an attempt said; False when it comes too late to say anything."""
        id_ = execution.check.id
        if self._board.is_settled(id_) or self._running.get(id_) is not execution:
            return False
        del self._running[id_]
        self._attempts.add(self._told(execution))
        failed = execution.ending.outcome is Outcome.FAILED
        if execution.ending.error is not None and (failed or id_ not in self.errors):
            self.errors[id_] = execution.ending.error
        return True

    def _again(self, id_: str) -> None:
        """The pause before another attempt is over, or the run is."""
        del self._pausing[id_]
        if self.stopped is None:
            self._try(self._board.checks[id_])
        else:
            self._conclude(id_)

    def _conclude(self, id_: str) -> None:
        result = self._attempts.result(id_)
        if result.outcome in HOLDS:
            self.errors.pop(id_, None)
        self._launch(self._settle(result))

    def _told(self, execution: Execution) -> Result:
        """The result of a check that ran. What it left behind may be anything, and must not stop the others."""
        try:
            return execution.result(self._now(), hidden=self._board.is_hidden(execution.check.id))
        except Exception as error:  # for example notes that are no text
            reason = f"what the check left behind cannot be told: {type(error).__name__}"
            return self._unstarted(execution.check, Ending(Outcome.ERROR, reason, kind="crash"))

    def _unstarted(self, check: Check, ending: Ending) -> Result:
        return self._board.blank(
            check,
            ending.outcome,
            ending.reason,
            kind=ending.kind,
            root_cause=ending.root_cause,
            started_s=self._now(),
        )

    def _settle(self, result: Result) -> list[str]:
        """Give a check its result and tell the observers; gives the checks that wait for nothing else any more."""
        self._tasks.pop(result.id, None)
        self._board.settle(result)
        self._observers.tell("vibehq_check_finish", result=result)
        self._count_failure(result)
        for dependent in self._dependents[result.id]:
            self._unmet[dependent] -= 1
        return [id_ for id_ in self._dependents[result.id] if not self._unmet[id_] and not self._is_exclusive(id_)]

    def _count_failure(self, result: Result) -> None:
        if result.outcome in (Outcome.FAILED, Outcome.ERROR) and not result.hidden:
            self._failures += 1
            if self._failures == self._limits.max_failures:
                self.stop(f"stopped after {self._failures} failure(s)")

    def _now(self) -> float:
        return time.monotonic() - self._platform.started


def overdue(awaited: str | None, deadline: float) -> Ending:
    """How a check ends at its deadline: the target's fault only when the check was waiting for the target."""
    if awaited:
        return Ending(Outcome.FAILED, f"no verdict within {deadline:g} s; it was waiting for {awaited}", kind="timeout")
    reason = f"the check took longer than {deadline:g} s without waiting for the target"
    return Ending(Outcome.ERROR, reason, kind="timeout")
