"""GitHub's rate limits: a primary one by the hour, and secondary ones by the minute."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .messages import Problem, Request

POINTS_A_WRITE = 5
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to "
    "GitHub Support for help, please include the request ID and timestamp."
)
ABOUT_SECONDARY = "/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Limits:
    """How much is allowed; as documented, unless a test wants it tighter."""

    primary: int = 5_000
    """Requests an hour with a personal token."""
    primary_actions: int = 1_000
    """Requests an hour with the token of a workflow."""
    points_a_minute: int = 900
    writes_a_minute: int = 80
    writes_an_hour: int = 500
    refusal: int = 403
    """The status that says so; GitHub uses 429 as well."""
    says_how_long: bool = True
    """Whether a secondary limit comes with ``retry-after``."""
    penalty_s: int = 60
    """How long a secondary limit lasts."""


UNLIMITED = Limits(10**9, 10**9, 10**9, 10**9, 10**9)
"""As good as no limits."""


@dataclass
class Window:
    """The hour of the primary limit of one token."""

    limit: int
    resets: datetime
    used: int = 0

    @property
    def remaining(self) -> int:
        """Requests that are left in it."""
        return max(0, self.limit - self.used)

    def as_json(self) -> dict[str, int]:
        """As ``/rate_limit`` says it."""
        reset = int(self.resets.timestamp())
        return {"limit": self.limit, "remaining": self.remaining, "reset": reset, "used": min(self.used, self.limit)}


@dataclass
class Meter:
    """What one token has used up."""

    limits: Limits
    hourly: int
    window: Window | None = None
    reads: deque[datetime] = field(default_factory=deque)
    writes: deque[datetime] = field(default_factory=deque)
    penalty_until: datetime | None = None
    ignored: int = 0
    """Requests that came while a limit was in force."""

    def current(self, now: datetime) -> Window:
        """The hour that runs now; it begins with the first request in it."""
        if self.window is None or now >= self.window.resets:
            self.window = Window(self.hourly, now.replace(microsecond=0) + HOUR)
        return self.window

    def charge(self, request: Request, now: datetime) -> None:
        """Count the request; raises the answer that refuses it."""
        window = self.current(now)
        if not window.remaining:
            self.ignored += 1
            raise Problem(self.limits.refusal, "API rate limit exceeded for user ID 1.", docs="/rate-limit")
        window.used += 1
        self._secondary(request, now)

    def punish(self, now: datetime, seconds: int) -> None:
        """A secondary limit is in force for so long."""
        self.penalty_until = now + timedelta(seconds=seconds)

    def refund(self) -> None:
        """A conditional request whose answer is "not modified" costs nothing."""
        if self.window:
            self.window.used -= 1

    def _secondary(self, request: Request, now: datetime) -> None:
        if self.penalty_until and now < self.penalty_until:
            self.ignored += 1
            raise secondary(self.limits.refusal, self._retry_after(now))
        _forget(self.reads, now - timedelta(minutes=1))
        _forget(self.writes, now - HOUR)
        if self._full(request.is_write, now):
            self.punish(now, self.limits.penalty_s)
            raise secondary(self.limits.refusal, self._retry_after(now))
        (self.writes if request.is_write else self.reads).append(now)

    def _full(self, write: bool, now: datetime) -> bool:
        last_minute = sum(at > now - timedelta(minutes=1) for at in self.writes)
        points = len(self.reads) + POINTS_A_WRITE * last_minute + (POINTS_A_WRITE if write else 1)
        if points > self.limits.points_a_minute:
            return True
        return write and (last_minute >= self.limits.writes_a_minute or len(self.writes) >= self.limits.writes_an_hour)

    def _retry_after(self, now: datetime) -> int | None:
        if not self.limits.says_how_long or self.penalty_until is None:
            return None
        return max(1, int((self.penalty_until - now).total_seconds() + 0.999))


def secondary(status: int, retry_after: int | None) -> Problem:
    """The answer that a secondary limit was hit."""
    more = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Problem(status, SECONDARY, docs=ABOUT_SECONDARY, headers=more)


def _forget(times: deque[datetime], before: datetime) -> None:
    while times and times[0] <= before:
        times.popleft()


def headers(window: Window, resource: str = "core") -> dict[str, str]:
    """On every answer."""
    said = {f"x-ratelimit-{key}": str(value) for key, value in window.as_json().items()}
    return {**said, "x-ratelimit-resource": resource}
