"""Clocks: whether those of a platform agree with ours and with each other (EDGE-06)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Violation
from vibehq_smoke.errors import HarnessError

from .clock_looks import DATE, DRIFT_S, STAMP, WRONG_S, Clock, look_at
from .workers import component_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vibehq_smoke.platform import Hq

_JURY = 3
"""So many clocks that agree with each other are right, and ours is wrong."""


async def assert_clocks_agree(hq: Hq) -> None:
    """Compare all clocks with ours and with each other.

    Raises Violation about the first that is wrong, Blocked when one was not seen, HarnessError when ours is the wrong
    one.
    """
    clocks = await hq.gather(*(look_at(hq, client) for client in (hq.bare, *hq.workers.values())))
    offsets = {f"{clock.name}, {source}": offset for clock in clocks for source, offset in clock.told.items()}
    hq.recorder.add("note", "seconds ahead, at least and at most", {k: (o.low, o.high) for k, o in offsets.items()})
    _refuse_own(clocks)
    judge(hq, clocks)
    for clock in clocks:
        if clock.obstacle is not None:
            raise clock.obstacle


def judge(hq: Hq, clocks: Sequence[Clock]) -> None:
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
    seen = [clock for clock in clocks if clock.obstacle is None]
    undated = [clock for clock in seen if DATE not in clock.told]
    if undated == seen:  # what serves a platform on one's own machine may date nothing
        hq.note("no answer has a Date header")
        return
    for clock in undated:
        hq.degraded(f"{clock.name}: its answer has no Date header", about=component_of(clock.name))


def _said(clock: Clock) -> str:
    date = clock.told.get(DATE)
    stamp = clock.told.get(STAMP)
    if stamp and date and abs(date.proved) <= DRIFT_S < abs(stamp.proved):
        way = "back" if stamp.proved < 0 else "ahead"
        said = f"its answer is dated {abs(stamp.proved):.0f} s {way}, while its Date header is right"
        return f"{clock.name}: {said}: an old answer, or another clock"
    way = "behind" if clock.worst < 0 else "ahead"
    return f"{clock.name}: its clock is {abs(clock.worst):.1f} s {way}"


def _refuse_own(clocks: Sequence[Clock]) -> None:
    """Raises HarnessError when all clocks are off, and by the same."""
    dates = [clock.told[DATE] for clock in clocks if DATE in clock.told]
    if len(dates) < _JURY or any(abs(date.proved) <= DRIFT_S for date in dates):
        return
    if max(date.low for date in dates) - min(date.high for date in dates) <= DRIFT_S:
        raise HarnessError(
            f"{len(dates)} components agree that the clock of this machine is off by {abs(dates[0].proved):.0f} s"
        )
