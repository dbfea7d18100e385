"""What time it is for a component, as far as its answers prove it (EDGE-06)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation
from vibehq_smoke.errors import Unreachable

from .short_models import Success, Timed
from .workers import component_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Api, Hq, Reply

DRIFT_S = 2.0
WRONG_S = 30.0
LOOKS = 3
"""A server may put the date of a moment ago on its answers while it is busy; what is off stays off."""

DATE = "Date header"
STAMP = "timestamp"
STATUS = "/health-check/status"


@dataclass(frozen=True)
class Offset:
    """By how many seconds a clock is ahead of ours, at least and at most; the exchange and rounding leave a doubt."""

    low: float
    high: float

    @property
    def proved(self) -> float:
        """What is certain of it: 0 when the clock may be right."""
        if self.low <= 0 <= self.high:
            return 0.0
        return self.low if self.low > 0 else self.high


@dataclass(frozen=True)
class Clock:
    """What one component said of the time, by ``Date`` header and by the timestamp in its answer."""

    name: str
    told: dict[str, Offset]
    obstacle: Blocked | None = None
    """Why this is not the answer that was asked for, so that its time may be anybody's."""

    @property
    def worst(self) -> float:
        """The larger of both, for good or ill."""
        return max((offset.proved for offset in self.told.values()), key=abs, default=0.0)


async def look_at(hq: Hq, client: Api) -> Clock:
    """The look that speaks best for a component's clock, of several when the first says that it is a little off."""
    looks: list[Clock] = []

    async def look() -> Clock:
        looks.append(await _look(client))
        return looks[-1]

    def is_clear(seen: Clock) -> bool:
        return not DRIFT_S < abs(seen.worst) <= WRONG_S

    if not is_clear(await look()):
        await hq.poll(look, lambda seen: is_clear(seen) or len(looks) >= LOOKS, what="another look at the clock")
    return min(looks, key=lambda seen: abs(seen.worst))


async def _look(client: Api) -> Clock:
    before = time.time()
    try:
        reply = await client.get("/api/status" if client.name == "orchestrator" else STATUS)
    except Unreachable as silence:
        return Clock(client.name, {}, _unseen(client.name, silence))
    after = time.time()
    told = _dated(reply, before, after)
    try:
        if client.name == "orchestrator":
            reply.expect(Success)
        else:
            stamp = reply.expect(Timed).timestamp.timestamp()
            told[STAMP] = Offset(stamp - after, stamp + 0.001 - before)
    except Violation as wrong:
        # Who answers nothing under that path does not serve the protocol at all.
        missing = reply.path == STATUS and reply.status in (404, 405)
        return Clock(client.name, told, _unseen(client.name, wrong, "health-protocol" if missing else None))
    return Clock(client.name, told)


def _unseen(name: str, wrong: Violation, component: str | None = None) -> Blocked:
    said = str(wrong).partition("\n")[0]
    return Blocked(f"the clock of {name} was not seen: {said}", component=component or component_of(name))


def _dated(reply: Reply, before: float, after: float) -> dict[str, Offset]:
    """What ``Date`` proves of an answer given between two moments of our clock; it has whole seconds, cut off."""
    try:
        date = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return {}
    moment = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    return {DATE: Offset(moment - after, moment + 1 - before)}
