"""Waiting for something the platform does in the background."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T | None], *, seconds: float = 20.0, what: str = "it") -> T:
    """The first thing ``look`` returns that is neither None nor False nor empty.

    Raises AssertionError after ``seconds``, naming ``what`` and the last look.
    """
    deadline = time.monotonic() + seconds
    while True:
        if seen := look():
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s for {what}; last look: {seen!r}")
        time.sleep(0.05)
