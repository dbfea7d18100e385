"""Time that passes only when it is told to."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class VirtualClock:
    """Stands still until it is advanced; who sleeps advances it. A test of an hour takes no time."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Advance, and remember how far."""
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        assert seconds >= 0, f"time does not run backwards: {seconds}"
        with self._lock:
            self._now += timedelta(seconds=seconds)
