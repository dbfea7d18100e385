"""Clocks: what time it is for a component, as far as its answers prove it (EDGE-06)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation
from vibehq_smoke.errors import HarnessError

from .reading import value_of
from .workers import ask_the_living, component_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Api, Hq, Reply, Worker

DRIFT_S = 2.0
WRONG_S = 30.0
LOOKS = 3
"""A server may put the date of a moment ago on its answers while it is busy; what is off stays off."""

DATE = "Date header"
STAMP = "timestamp"
_JURY = 3
"""So many clocks that agree with each other are right, and ours is wrong."""


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

    @property
    def worst(self) -> float:
        """The larger of both, for good or ill."""
        return max((offset.proved for offset in self.told.values()), key=abs, default=0.0)


async def assert_clocks_agree(hq: Hq) -> None:
    """Compare all clocks with ours and with each other.

    Raises Violation about the first that is wrong, Blocked when a worker is dead, HarnessError when ours is the wrong
    one.
    """
    clocks = [await _clock(hq, hq.bare, "/api/status")]
    dead: list[Worker] = []
    if hq.workers:

        async def ask(worker: Worker) -> None:
            clocks.append(await _clock(hq, worker, "/health-check/status"))

        dead = await ask_the_living(hq, ask)
    offsets = {f"{clock.name}, {source}": offset for clock in clocks for source, offset in clock.told.items()}
    hq.recorder.add("note", "seconds ahead, at least and at most", {k: (o.low, o.high) for k, o in offsets.items()})
    _refuse_own(clocks)
    judge(hq, clocks)
    if dead:
        raise Blocked(f"the clock of {dead[0].name} was not seen", component=component_of(dead[0].name))


def judge(hq: Hq, clocks: list[Clock]) -> None:
    """Those that are off are named, each with its component; then those that agree with us, but not with each other."""
    wrong = [clock for clock in clocks if abs(clock.worst) > WRONG_S]
    if wrong:
        lines = "\n".join(map(_said, wrong))
        raise Violation(lines, kind="clock", about=component_of(wrong[0].name))
    drifting = [clock for clock in clocks if abs(clock.worst) > DRIFT_S]
    for clock in drifting:
        hq.degraded(_said(clock), about=component_of(clock.name))
    dated = [clock for clock in clocks if DATE in clock.told and clock not in drifting]
    if len(dated) > 1:
        first = max(dated, key=lambda clock: clock.told[DATE].low)
        last = min(dated, key=lambda clock: clock.told[DATE].high)
        apart = first.told[DATE].low - last.told[DATE].high
        if apart > DRIFT_S:
            said = f"the clocks of {first.name} and {last.name} are {apart:.1f} s apart"
            hq.degraded(said, about=component_of(first.name))
    silent = [clock.name for clock in clocks if not clock.told]
    if silent:
        hq.note(f"{', '.join(silent)} tell no time")


def _said(clock: Clock) -> str:
    date = clock.told.get(DATE)
    stamp = clock.told.get(STAMP)
    if stamp and date and abs(date.proved) <= DRIFT_S < abs(stamp.proved):
        way = "back" if stamp.proved < 0 else "ahead"
        said = f"its answer is dated {abs(stamp.proved):.0f} s {way}, while its Date header is right"
        return f"{clock.name}: {said}: an old answer, or another clock"
    way = "behind" if clock.worst < 0 else "ahead"
    return f"{clock.name}: its clock is {abs(clock.worst):.1f} s {way}"


def _refuse_own(clocks: list[Clock]) -> None:
    """Raises HarnessError when all clocks are off, and by the same."""
    dates = [clock.told[DATE] for clock in clocks if DATE in clock.told]
    if len(dates) < _JURY or any(abs(date.proved) <= DRIFT_S for date in dates):
        return
    if max(date.low for date in dates) - min(date.high for date in dates) <= DRIFT_S:
        raise HarnessError(
            f"{len(dates)} components agree that the clock of this machine is off by {abs(dates[0].proved):.0f} s"
        )


async def _clock(hq: Hq, client: Api, path: str) -> Clock:
    """The look that speaks best for the clock, of several when the first says that it is a little off."""
    looks: list[Clock] = []

    async def look() -> Clock:
        before = time.time()
        reply = await client.get(path)
        looks.append(Clock(client.name, told_by(reply, before, time.time())))
        return looks[-1]

    def is_clear(seen: Clock) -> bool:
        return not DRIFT_S < abs(seen.worst) <= WRONG_S

    if not is_clear(await look()):
        await hq.poll(look, lambda seen: is_clear(seen) or len(looks) >= LOOKS, what="another look at the clock")
    return min(looks, key=lambda seen: abs(seen.worst))


def told_by(reply: Reply, before: float, after: float) -> dict[str, Offset]:
    """What an answer proves that was given between two moments of our clock. ``Date`` has whole seconds, cut off."""
    told: dict[str, Offset] = {}
    date = _moment(reply.headers.get("date", ""))
    if date is not None:
        told[DATE] = Offset(date - after, date + 1 - before)
    if reply.status == 200 and reply.media_type == "application/json":
        stamp = value_of(reply.json(), "timestamp")
        moment = _moment(stamp) if isinstance(stamp, str) else None
        if moment is not None:
            told[STAMP] = Offset(moment - after, moment + 0.001 - before)
    return told


def _moment(text: str) -> float | None:
    """Seconds since 1970 of an HTTP date or an ISO one; without a zone it is UTC."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
        except (TypeError, ValueError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None
