"""GitHub's limits: kept by our own count, so that they are never reached, and obeyed when it says no all the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ..clock import Clock
from ..tracker import Limited
from .wire import Answer

PATIENCE_S = 60.0
"""A longer wait is not waited out: the run ends, and the next one goes on."""

READ_POINTS, WRITE_POINTS = 1, 5
# A little below what GitHub allows (900, 80 and 500), since its clock sees requests closer together than ours.
POINTS_A_MINUTE, WRITES_A_MINUTE, WRITES_AN_HOUR = 850, 75, 480

_LONGEST_S = 86_400.0


class Window:
    """How much was used within the last so many seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._length = timedelta(seconds=seconds)
        self._used: deque[tuple[datetime, int]] = deque()
        self._total = 0

    def add(self, at: datetime, cost: int) -> None:
        """Count one use."""
        self._used.append((at, cost))
        self._total += cost

    def wait(self, now: datetime, cost: int) -> float:
        """Seconds until ``cost`` more has room; 0 when it has."""
        while self._used and self._used[0][0] + self._length <= now:
            self._total -= self._used.popleft()[1]
        over = self._total + cost - self._limit
        if over <= 0:
            return 0.0
        until = now
        for at, used in self._used:
            until = at + self._length
            over -= used
            if over <= 0:
                break
        # Never longer than the window, even where a clock was set back.
        return min(until - now, self._length).total_seconds()


class Pace:
    """When the next request may go out."""

    def __init__(self, clock: Clock, pause_s: float, create_pause_s: float) -> None:
        self._clock = clock
        self._pauses = (pause_s, create_pause_s)
        self._points = Window(POINTS_A_MINUTE, 60)
        self._writes = (Window(WRITES_A_MINUTE, 60), Window(WRITES_AN_HOUR, 3600))
        self._next_write: datetime | None = None
        self._blocked: datetime | None = None
        self._refusals = 0

    @property
    def free_at(self) -> datetime:
        """When GitHub may be asked again, as far as it said so."""
        return max(self._clock.now(), self._blocked or self._clock.now())

    def recall(self, writes: Iterable[datetime]) -> None:
        """Count writes that were sent earlier, by another process."""
        for at in sorted(writes):
            for window in self._writes:
                window.add(at, 1)

    def before(self, *, writes: bool) -> None:
        """Wait until a request may go out, and count it. Raises Limited when that would take too long."""
        while (wait := self._wait(self._clock.now(), writes=writes)) > 0:
            if wait > PATIENCE_S:
                until = self._clock.now() + timedelta(seconds=wait)
                raise Limited(f"GitHub's limits: nothing more before {until:%Y-%m-%d %H:%M:%S %Z}", until)
            self._clock.sleep(wait)
        now = self._clock.now()
        self._points.add(now, WRITE_POINTS if writes else READ_POINTS)
        if writes:
            for window in self._writes:
                window.add(now, 1)

    def _wait(self, now: datetime, *, writes: bool) -> float:
        waits = [self._points.wait(now, WRITE_POINTS if writes else READ_POINTS)]
        ends = [self._blocked, self._next_write] if writes else [self._blocked]
        waits += [(end - now).total_seconds() for end in ends if end]
        if writes:
            waits += [window.wait(now, 1) for window in self._writes]
        return max(waits)

    def after_write(self, *, created: bool) -> None:
        """A write has ended, well or not."""
        self._next_write = self._clock.now() + timedelta(seconds=self._pauses[created])

    def heed(self, answer: Answer) -> bool:
        """Whether GitHub turned a request away for a limit; what it says of waiting is kept in any case."""
        now = self._clock.now()
        turned_away = _is_limit(answer)
        if turned_away:
            self._blocked = now + timedelta(seconds=self._demanded(answer, now))
            self._refusals += 1
        else:
            self._refusals = 0
            if answer.header("x-ratelimit-remaining") == "0" and (wait := _until_reset(answer, now)):
                self._blocked = now + timedelta(seconds=wait)
        return turned_away

    def _demanded(self, answer: Answer, now: datetime) -> float:
        wait = _retry_after(answer, now)
        if wait is None and answer.header("x-ratelimit-remaining") == "0":
            wait = _until_reset(answer, now)
        return min(wait if wait is not None else PATIENCE_S * 2**self._refusals, _LONGEST_S)


def _is_limit(answer: Answer) -> bool:
    if answer.status == 429:
        return True
    if answer.status != 403:
        return False
    said = answer.said.casefold()
    headers = answer.header("retry-after") is not None or answer.header("x-ratelimit-remaining") == "0"
    return headers or "rate limit" in said or "abuse" in said


def _retry_after(answer: Answer, now: datetime) -> float | None:
    text = (answer.header("retry-after") or "").strip()
    if text.isdecimal() and text.isascii():
        return max(float(text[:9]), 1.0)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max((at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds(), 1.0)


def _until_reset(answer: Answer, now: datetime) -> float | None:
    text = (answer.header("x-ratelimit-reset") or "").strip()
    if not (text.isdecimal() and text.isascii()):
        return None
    # A second more: the reset is given in whole seconds.
    wait = float(text[:12]) - now.timestamp() + 1
    return min(wait, _LONGEST_S) if wait > 0 else None
