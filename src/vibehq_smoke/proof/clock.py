"""An event loop on which waiting costs nothing: when nothing is ready, its clock jumps to the next timer."""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

_REAL_S = 0.05
"""For how long to look at the world while a thread works; then time goes on."""
_LAST_HOPE_S = 1.0
"""For how long to look when no timer runs, so that nothing but the world could go on."""


class StuckError(RuntimeError):
    """Nothing is ready, and nothing will ever be."""


@dataclass
class Hands:
    """Where a clock stands; several loops may go by one."""

    now: float = 0.0
    wall_offset: float = 0.0


class _Jumping(selectors.BaseSelector):
    """A selector that never waits, but for threads: it moves the clock instead."""

    def __init__(self, hands: Hands) -> None:
        self._real = selectors.DefaultSelector()
        self.hands = hands
        self.working = 0
        """Calls that threads are busy with."""
        self._watched: set[Any] = set()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; else let the time go by that the loop would have waited."""
        # As a rule there is only the loop's own pipe to look at, which tells nothing that the loop does not see anyway.
        ready = [] if self._is_alone and timeout is not None else self._real.select(0)
        while self.working and not ready and (timeout is None or timeout > 0):
            ready = self._real.select(_REAL_S)
        if not ready and timeout is None:
            ready = self._real.select(_LAST_HOPE_S)  # threads that nobody told us of may be at work
        if not ready and timeout is None:
            raise StuckError("nothing is ready, and no timer runs")
        if not ready and timeout:
            self.hands.now += max(timeout, 0.0)
        return ready

    @property
    def _is_alone(self) -> bool:
        return not self.working and len(self._watched) < 2

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """As the real one."""
        self._watched.add(fileobj)
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """As the real one."""
        self._watched.discard(fileobj)
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """As the real one."""
        return self._real.modify(fileobj, events, data)

    def close(self) -> None:
        """Close the real one."""
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """As the real one."""
        return self._real.get_map()


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop with a clock of its own, or with that of another. ``wall`` is the time of day at which it stands."""

    def __init__(self, hands: Hands | None = None) -> None:
        self.hands = hands or Hands()
        self._jumping = _Jumping(self.hands)
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds on the loop's own clock."""
        return self.hands.now

    def wall(self) -> float:
        """Seconds since 1970, as far as whoever runs on this loop is to know."""
        return self.hands.now + self.hands.wall_offset

    def skip(self, seconds: float) -> None:
        """Let so much time go by, whatever was to happen meanwhile."""
        self.hands.now += seconds

    def set_wall(self, seconds: float) -> None:
        """Let it be that time of day now."""
        self.hands.wall_offset = seconds - self.hands.now

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """As any loop, but that time stands still while the thread works."""
        self._jumping.working += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(lambda _: self._done())
        return future

    def _done(self) -> None:
        self._jumping.working -= 1

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise OSError("a replay reaches nothing outside: ask by way of hq, or of hq.ask(...)")

    async def _refuse_later(self, *_: Any, **__: Any) -> NoReturn:
        self._refuse()

    create_connection = create_server = create_unix_connection = getaddrinfo = _refuse_later
    subprocess_exec = subprocess_shell = _refuse_later


@contextlib.contextmanager
def installed(loop: VirtualLoop) -> Iterator[None]:
    """Let the clocks of the module ``time`` follow ``loop``. For a process that does nothing else meanwhile."""
    real = time.time, time.monotonic, time.perf_counter
    time.time, time.monotonic, time.perf_counter = loop.wall, loop.time, loop.time
    try:
        yield
    finally:
        time.time, time.monotonic, time.perf_counter = real
