"""Checks that end otherwise at each attempt, run by the engine on a clock on which waiting costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from vibehq_smoke import hookimpl
from vibehq_smoke.board import Board
from vibehq_smoke.checks import Check
from vibehq_smoke.errors import Skipped
from vibehq_smoke.graph import Graph, Plan
from vibehq_smoke.host import Host
from vibehq_smoke.models import CheckSpec, Mode, Outcome, Priority, Result
from vibehq_smoke.platform import Platform
from vibehq_smoke.proof.clock import VirtualLoop, installed
from vibehq_smoke.scheduler import Limits, Scheduler

from .test_any_graph import RUN, NoPlatform

Attempt = Callable[[Any], Awaitable[None]]


async def passes(_: Any) -> None:
    await asyncio.sleep(0.25)


async def drifts(hq: Any) -> None:
    hq.degraded("a little slow")


async def fails(_: Any) -> None:
    await asyncio.sleep(0.5)
    raise AssertionError("wrong")


async def crashes(_: Any) -> None:
    raise RuntimeError("a slip")


async def skips(_: Any) -> None:
    raise Skipped("nothing to see")


async def waits(hq: Any) -> None:
    """For an answer that never comes."""
    with hq.recorder.waiting("GET /late"):
        await asyncio.Event().wait()


ENDS: dict[Attempt, Outcome] = {
    passes: Outcome.PASSED, drifts: Outcome.DEGRADED, fails: Outcome.FAILED, crashes: Outcome.ERROR,
    skips: Outcome.SKIPPED,
}  # fmt: skip


@dataclass
class Script:
    """A check that does at each attempt what stands at its place; the last goes on for ever."""

    id: str
    attempts: tuple[Attempt, ...]
    options: dict[str, Any] = field(default_factory=dict)
    begun: list[float] = field(default_factory=list)
    """When each attempt began."""

    def check(self) -> Check:
        """As the engine takes it."""
        values = {"category": "c", "title": self.id, "component": "part", "priority": Priority.P1, "mode": Mode.HTTP}
        return Check(CheckSpec(id=self.id, **values | self.options), self._attempt)

    async def _attempt(self, hq: Any, *_: Any) -> None:
        number = len(self.begun)
        self.begun.append(asyncio.get_running_loop().time())
        await self.attempts[min(number, len(self.attempts) - 1)](hq)


@dataclass(eq=False)
class Told:
    """What a run says of its checks, and to whom it listens."""

    results: dict[str, Result] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    finished: list[str] = field(default_factory=list)
    ended_at: dict[str, float] = field(default_factory=dict)
    errors: dict[str, BaseException] = field(default_factory=dict)

    @hookimpl
    def vibehq_check_start(self, spec: CheckSpec) -> None:
        """Note it."""
        self.started.append(spec.id)

    @hookimpl
    def vibehq_check_finish(self, result: Result) -> None:
        """Note it."""
        self.finished.append(result.id)
        self.ended_at[result.id] = asyncio.get_running_loop().time()


def run(scripts: Iterable[Script], limits: Limits, longer_s: float = 0.0) -> Told:
    """Run these checks, and let so many seconds more go by."""
    told, host, loop = Told(), Host(), VirtualLoop()
    host.manager.register(told)
    checks = [script.check() for script in scripts]
    board = Board(Plan(Graph(checks), [check.id for check in checks]))

    async def whole() -> None:
        scheduler = Scheduler(board, cast("Platform", NoPlatform()), host, limits)
        await scheduler.run(RUN)
        told.errors = scheduler.errors
        await asyncio.sleep(longer_s)

    try:
        with installed(loop):
            loop.run_until_complete(whole())
    finally:
        loop.close()
    told.results = {result.id: result for result in board.results()}
    return told
