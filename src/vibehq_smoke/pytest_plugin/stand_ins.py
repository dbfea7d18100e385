"""What stands for the clocks while tests are replayed: time passes when it is waited for, and costs nothing."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..proof.clock import VirtualLoop

_TICK_S = 1e-5
"""So much passes at each look at a clock: a loop that waits for a moment without sleeping ends, too."""
_REAL = {name: getattr(time, name) for name in ("time", "monotonic", "perf_counter")}
_SLEEP = time.sleep
_NEW_LOOP = asyncio.new_event_loop
_DATETIME = datetime.datetime


class StandIns:
    """What the modules ``time`` and ``datetime`` give; the real thing until ``follow`` names a loop whose clock counts.

    They are put in place before any test is imported: a test may have done ``from time import sleep``.
    """

    def __init__(self) -> None:
        self._loop: VirtualLoop | None = None
        self._sleep: Callable[[float], None] = _SLEEP

    def install(self) -> None:
        """Put them in place of the real ones."""
        for name in _REAL:
            setattr(time, name, self._clock(name))
            setattr(time, f"{name}_ns", self._nanoseconds(name))
        vars(time)["sleep"] = self.sleep
        vars(datetime)["datetime"] = _datetime(self._clock("time"))

    def follow(self, loop: VirtualLoop, sleep: Callable[[float], None]) -> None:
        """From now on it is as late as on ``loop``, also on loops that tests make; ``sleep`` lets it become later."""
        from ..proof.clock import VirtualLoop

        self._loop, self._sleep = loop, sleep
        self.install()
        for module in (asyncio, asyncio.events):
            vars(module)["new_event_loop"] = lambda: VirtualLoop(loop.hands)

    def release(self) -> None:
        """From now on the real clocks count again."""
        self._loop, self._sleep = None, _SLEEP
        for module in (asyncio, asyncio.events):
            vars(module)["new_event_loop"] = _NEW_LOOP

    def sleep(self, seconds: float, /) -> None:
        """As ``time.sleep``."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self._sleep(seconds)

    def _clock(self, name: str) -> Callable[[], float]:
        def read() -> float:
            if self._loop is None:
                return float(_REAL[name]())
            self._loop.skip(_TICK_S)
            return self._loop.wall() if name == "time" else self._loop.time()

        return read

    def _nanoseconds(self, name: str) -> Callable[[], int]:
        read = self._clock(name)
        return lambda: round(read() * 1e9)


class _AsReal(type):
    """What is a date and time, is one of these."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, _DATETIME)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _DATETIME)


def _datetime(clock: Callable[[], float]) -> type:
    """``datetime.datetime`` that is told by ``clock`` what the time is."""

    def now(_: type, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return _DATETIME.fromtimestamp(clock(), tz)

    def utcnow(_: type) -> datetime.datetime:
        return now(_, datetime.UTC).replace(tzinfo=None)

    def schema(_: type, __: Any, handler: Callable[[Any], Any]) -> Any:
        return handler(_DATETIME)  # a field of a model is held against the real one

    own: dict[str, Any] = {
        "__module__": "datetime",
        "now": classmethod(now),
        "today": classmethod(lambda cls: now(cls)),
        "utcnow": classmethod(utcnow),
        "__get_pydantic_core_schema__": classmethod(schema),
    }
    return _AsReal("datetime", (_DATETIME,), own)
