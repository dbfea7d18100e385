"""Replays ordinary tests by way of pytest itself: their fixtures, parameters and marks work as ever."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from asyncio.events import _get_running_loop, _set_running_loop
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from _pytest.runner import runtestprotocol

from ..checks import Check
from ..execution import Ending
from ..graph import Graph
from ..models import Outcome
from ..proof.player import Player
from .endless import EndlessError, limited
from .fixture import SPEC, VibeHQ
from .outcomes import outcome_of
from .stand_ins import StandIns
from .walls import Walls, urls_in

if TYPE_CHECKING:
    from ..hookspecs import Resource
    from ..proof.tape import Recording

T = TypeVar("T")

MOST_S = 300.0
"""For so long, on the clock of the replay, a test may wait."""
MOST_WAITS = 5_000
"""So often a test may wait or ask, beyond what it did when it was recorded."""


class ItemPlayer(Player):
    """Replays the tests among ``items``: each is set up, called and cleaned up afresh every time."""

    def __init__(
        self,
        items: Mapping[str, pytest.Item],
        clocks: StandIns,
        recording: Recording,
        graph: Graph,
        resources: Callable[[], Mapping[str, Resource]],
        scratch: Path,
    ) -> None:
        super().__init__(recording, graph, resources, scratch)
        self._items = items
        self._clocks = clocks
        self._reports: list[pytest.TestReport] = []
        self._lock = threading.RLock()
        self._until = 0.0
        self._waits_left = 0

    def __enter__(self) -> ItemPlayer:
        """Take over the clocks, those that tests have imported by name as well."""
        super().__enter__()
        self._clocks.follow(self.loop, self._sleep)
        Walls(urls_in(self.recording.target))
        return self

    def __exit__(self, *_: object) -> None:
        """Give the clocks back."""
        super().__exit__()
        self._clocks.release()

    @contextlib.contextmanager
    def connect(self) -> Iterator[VibeHQ]:
        """What the fixture gives."""
        assert self._platform is not None, "the player is entered before anything is replayed"
        yield VibeHQ(self._platform, self)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool:
        """Run a test without telling anybody how it went."""
        with limited():
            self._reports = runtestprotocol(item, log=False, nextitem=None)
        return True

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop of the replay, in the thread that waits for it, one at a time."""
        with self._lock, _no_loop_running():
            try:
                self._refuse_endless()
                task = self.loop.create_task(coroutine)
            except BaseException:
                coroutine.close()
                raise
            left = max(0.0, self._until - self.loop.time())
            self.loop.run_until_complete(asyncio.wait([task], timeout=left))
            if not task.done():
                task.cancel()
                raise EndlessError(f"it still waited after {MOST_S:g} s")
            return task.result()

    def afterthought(self, id_: str) -> str | None:
        """A test that does not pass again, unchanged, was not caught by mutants but by what it left behind."""
        ending = self.play(id_, {}).ending
        if ending.outcome is Outcome.PASSED:
            return None
        return f"it passes at its first replay, and {ending.outcome} at a later one, all unchanged: {ending.reason}"

    def _ended(self, id_: str, returned: tuple[Any, ...]) -> Ending:  # noqa: ARG002 - a test is given nothing
        item = self._items[id_]
        self._until = self.loop.time() + MOST_S
        self._waits_left = MOST_WAITS + 2 * len(self.recording.tapes[id_].seen)
        try:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        except (pytest.exit.Exception, EndlessError) as error:  # past pytest, which has not cleaned up then
            with contextlib.suppress(Exception, EndlessError):
                item.session._setupstate.teardown_exact(None)  # noqa: SLF001 - what pytest itself would do at its end
            return Ending(Outcome.FAILED, str(error))
        outcome, reason = outcome_of(self._reports)
        return Ending(Outcome(outcome) if outcome in set(Outcome) else Outcome.FAILED, reason)

    def _sleep(self, seconds: float) -> None:
        if self.loop.is_running():  # a coroutine that blocks its loop
            self.loop.skip(seconds)
        else:
            self.wait(asyncio.sleep(seconds))

    def _refuse_endless(self) -> None:
        self._waits_left -= 1
        if self._waits_left < 0 or self.loop.time() > self._until:
            raise EndlessError(f"it did not end within {MOST_S:g} s or {MOST_WAITS} questions")


def graph_of(items: Mapping[str, pytest.Item]) -> Graph:
    """Tests as checks that need nothing; what runs is the test itself."""
    return Graph([_as_check(id_, item) for id_, item in items.items()], (), {})


def _as_check(id_: str, item: pytest.Item) -> Check:
    async def never(*_: Any) -> None:
        raise NotImplementedError

    never.__module__ = getattr(getattr(item, "module", None), "__name__", never.__module__)
    return Check(SPEC.model_copy(update={"id": id_}), never)


@contextlib.contextmanager
def _no_loop_running() -> Iterator[None]:
    """Let another loop run inside of a test's own."""
    running = _get_running_loop()
    _set_running_loop(None)
    try:
        yield
    finally:
        _set_running_loop(running)
