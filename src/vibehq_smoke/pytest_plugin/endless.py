"""Ends a test that would go on for ever."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import NoReturn

MOST_CPU_S = 10.0
"""Processor time that one replay may take; what it waits for costs none."""
_AGAIN_S = 0.01


class EndlessError(BaseException):
    """The test would go on for ever. No ``except Exception`` of the test is to keep it from ending."""


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Raise EndlessError in the block once it has taken too long, again and again: a test may swallow everything.

    By processor time, so that a busy machine makes nothing endless, and no timer of a plugin is in the way.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _end)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_CPU_S, _AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _end(*_: object) -> NoReturn:
    raise EndlessError(f"it had not ended after {MOST_CPU_S:g} s of work")
