"""The engine: all checks of a plan, concurrently, in one event loop on a thread of its own.

Other threads ask for results by id and wait only for those. Why a thread, and why not the pytest item itself,
is told in docs/decisions/002-engine-on-a-thread.md.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .board import Board
from .errors import SmokeError
from .execution import CheckLog
from .graph import Plan
from .host import Host
from .models import Observation, Outcome, Result, RunInfo
from .observers import text_of
from .scheduler import GRACE_S, Limits, Scheduler

if TYPE_CHECKING:
    from .platform import Platform


class Engine:
    """Runs a plan once. ``start()``, then ``result(id)`` per check, then ``close()``."""

    def __init__(
        self, plan: Plan, open_platform: Callable[[], Platform], host: Host, run: RunInfo, limits: Limits
    ) -> None:
        self._board = Board(plan)
        self._open_platform = open_platform
        self._host = host
        self._run = run
        self._limits = limits
        self._loop = asyncio.new_event_loop()
        self._scheduler: Scheduler | None = None
        self._stopped: str | None = None
        self._abandoned = False
        self._thread = threading.Thread(target=self._main, name="vibehq-smoke-engine", daemon=True)

    def start(self) -> None:
        """Begin the run; returns at once."""
        self._thread.start()

    def result(self, id_: str) -> Result:
        """Wait for the result of one check. Raises KeyError for a check that is not in the plan."""
        try:
            return self._board.wait(id_, self._limits.run_deadline_s + 10 * GRACE_S)
        except TimeoutError:
            self._board.give_up("a check blocks the event loop: it must await, not wait", Outcome.ERROR)
            return self._board.wait(id_)

    def has_result(self, id_: str, within_s: float) -> bool:
        """Whether a check has its result, or gets it ``within_s`` seconds. Raises KeyError."""
        try:
            self._board.wait(id_, within_s)
        except TimeoutError:
            return False
        return True

    def results(self) -> tuple[Result, ...]:
        """The results that stand so far, in the order of the plan: hidden needs first."""
        return self._board.results()

    @property
    def observations(self) -> tuple[Observation, ...]:
        """What preflight saw of the components."""
        return self._scheduler.preflight.observations if self._scheduler else ()

    @property
    def errors(self) -> Mapping[str, BaseException]:
        """The exceptions that checks ended with, by id."""
        return self._scheduler.errors if self._scheduler else {}

    @property
    def stopped(self) -> str | None:
        """Why the run ended before its end, or None."""
        return self._stopped or (self._scheduler.stopped if self._scheduler else None)

    def close(self, reason: str = "the run was stopped") -> None:
        """Cancel what is left, with ``reason``, and wait for the clean-up. Safe to call again."""
        if self._thread.is_alive() and not all(map(self._board.is_settled, self._board.checks)):
            self._stopped = reason
            self._loop.call_soon_threadsafe(self._stop, reason)
        if self._thread.ident is not None and not self._abandoned:
            self._thread.join(timeout=10 * GRACE_S)
            self._abandoned = self._thread.is_alive()
        self._board.give_up(reason)

    def _stop(self, reason: str) -> None:
        if self._scheduler is not None:
            self._scheduler.stop(reason)

    def _main(self) -> None:
        log = CheckLog(level=logging.INFO)
        logging.getLogger().addHandler(log)
        try:
            self._loop.run_until_complete(self._run_checks())
        except SmokeError as error:
            self._board.give_up(f"the harness failed: {error}", Outcome.ERROR)
        except BaseException as error:  # whoever waits for a result must learn why none comes
            self._board.give_up(f"the harness failed: {type(error).__name__}: {text_of(error)}", Outcome.ERROR)
        finally:
            self._board.give_up("the run ended before it")
            self._leave()
            logging.getLogger().removeHandler(log)

    def _leave(self) -> None:
        """Close the loop. Tasks that checks left behind are cancelled; one that does not heed that is abandoned."""
        try:
            self._loop.run_until_complete(_cancel_all())
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.set_exception_handler(lambda *_: None)  # what is abandoned is nothing to complain about
            self._loop.close()

    async def _run_checks(self) -> None:
        platform = self._open_platform()
        try:
            self._scheduler = Scheduler(self._board, platform, self._host, self._limits)
            await self._scheduler.run(self._run)
        finally:
            await platform.close()


async def _cancel_all() -> None:
    """Cancel every other task of this loop, and give it a moment to clean up."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=GRACE_S)


__all__ = ["Engine", "Limits"]
