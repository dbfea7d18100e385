"""Work that a run does once, whoever needs it first."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Calls ``make`` at the first :meth:`get` and gives everyone the same value.

    A caller that is cancelled does not take the work down with it. ``make`` must return its failures, not raise them.
    """

    def __init__(self, make: Callable[[], Awaitable[T]]) -> None:
        self._make = make
        self._task: asyncio.Task[T] | None = None

    async def get(self) -> T:
        """The value; waits while it is being made."""
        if self._task is None:
            self._task = asyncio.ensure_future(self._call())
        return await asyncio.shield(self._task)

    async def cancel(self) -> None:
        """Stop work that is under way. Safe to call at any time."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _call(self) -> T:
        return await self._make()
