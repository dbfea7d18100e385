"""Waiting for what takes its time: polling, and several things at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from ..errors import Violation
from .recorder import Recorder
from .wording import show

T = TypeVar("T")


async def poll(
    recorder: Recorder,
    probe: Callable[[], Awaitable[T]],
    until: Callable[[T], bool],
    *,
    what: str,
    timeout: float,  # noqa: ASYNC109 - part of the interface
    first: float,
    every: float,
) -> T:
    """Call ``probe`` until ``until`` holds for its value (rule R6). Raises Violation ``timeout``, quoting the last."""
    ends = time.monotonic() + timeout
    pause = first
    with recorder.waiting(what):
        while True:
            await asyncio.sleep(min(pause, max(0.0, ends - time.monotonic())))
            value = await probe()
            if until(value):
                return value
            if time.monotonic() >= ends:
                last = recorder.line(show(value, 400), 400)
                raise Violation(f"{what}: not within {timeout:g} s; last seen: {last}", kind="timeout")
            pause = every


async def gather(*awaitables: Awaitable[Any]) -> list[Any]:
    """The results, in order. The first failure cancels the others, waits for their end, and is raised as it is."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    if not tasks:
        return []
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    failed = [task for task in tasks if task in done and not task.cancelled() and task.exception() is not None]
    if failed:
        error = failed[0].exception()
        assert error is not None
        raise error
    return [task.result() for task in tasks]
