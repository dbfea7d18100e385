"""Time windows over patch events, cut into intervals (contract API-04, PAT-08)."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vibehq_smoke.lab.clock import iso, now, now_iso
from vibehq_smoke.lab.patches.events import DURATION
from vibehq_smoke.lab.storage.databases import Database

TIMEFRAMES = {"1h": 3600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000, "90d": 7_776_000}
INTERVALS = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "1d": 86_400}
MAX_POINTS = 3000
STEADY_PERCENT = 5.0


@dataclass(frozen=True)
class Bucket:
    """One interval: when it starts, its events, the successful ones, the mean duration in ms (0 without any)."""

    timestamp: str
    events: int
    succeeded: int
    duration: float

    @property
    def success_rate(self) -> float:
        """Percent of successful events; 0 without events."""
        return round(100 * self.succeeded / self.events, 2) if self.events else 0.0

    @property
    def error_rate(self) -> float:
        """100 minus the success rate, also without events (contract API-03)."""
        return round(100 - self.success_rate, 2)


def since(timeframe: str) -> str:
    """The moment at which the window `timeframe` (a key of TIMEFRAMES) begins."""
    return now_iso(-timedelta(seconds=TIMEFRAMES[timeframe]))


def window(ops: Database, seconds: float, ago: float = 0) -> Bucket:
    """All events of the `seconds` that ended `ago` seconds before now, as one bucket. Raises DatabaseDownError."""
    start, end = now_iso(-timedelta(seconds=seconds + ago)), now_iso(-timedelta(seconds=ago))
    row = ops.row(
        # DURATION is a constant.
        "SELECT count(*) AS events, coalesce(sum(status = 'success'), 0) AS succeeded,"  # noqa: S608
        f" avg({DURATION}) AS duration FROM patch_events WHERE created_at >= ? AND (created_at < ? OR ?)",
        (start, end, ago == 0),
    )
    assert row is not None
    return Bucket(start, row["events"], row["succeeded"], round(row["duration"] or 0.0, 3))


def buckets(
    ops: Database, timeframe: str, interval: str, event_type: str | None = None, patch_id: str | None = None
) -> list[Bucket]:
    """The window up to now, in intervals aligned to the clock; the first one is cut off where the window begins.

    So the events of all buckets add up to those of the window. `event_type` and `patch_id` restrict them, None does
    not. Raises DatabaseDownError, and ValueError for more than MAX_POINTS points.
    """
    width = INTERVALS[interval]
    moment = now().timestamp()
    begin = moment - TIMEFRAMES[timeframe]
    first, last = int(begin // width), int(moment // width)
    if last - first + 1 > MAX_POINTS:
        raise ValueError(f"{timeframe} in steps of {interval} has more than {MAX_POINTS} points")
    found = ops.rows(
        # DURATION is a constant.
        "SELECT min(CAST(strftime('%s', created_at) AS INTEGER) / ?1, ?2) AS bucket, count(*) AS events,"  # noqa: S608
        f" sum(status = 'success') AS succeeded, avg({DURATION}) AS duration"
        " FROM patch_events WHERE created_at >= ?3"
        " AND (?4 IS NULL OR event_type = ?4) AND (?5 IS NULL OR patch_id = ?5) GROUP BY 1",
        (width, last, iso(datetime.fromtimestamp(begin, UTC)), event_type, patch_id),
    )
    filled = {row["bucket"]: row for row in found}
    return [_bucket(index * width, filled.get(index)) for index in range(first, last + 1)]


def _bucket(start: int, row: dict[str, float] | None) -> Bucket:
    stamp = iso(datetime.fromtimestamp(start, UTC))
    if row is None:
        return Bucket(stamp, 0, 0, 0.0)
    return Bucket(stamp, int(row["events"]), int(row["succeeded"]), round(row["duration"] or 0.0, 3))


def change_percent(before: float, after: float) -> float:
    """Change from `before` to `after` in percent; from nothing to something is 100."""
    if before == 0:
        return 0.0 if after == 0 else 100.0
    return round(100 * (after - before) / abs(before), 2)


def halves_change(values: Sequence[float]) -> float:
    """Change in percent from the mean of the first half to the mean of the second."""
    middle = len(values) // 2
    if middle == 0:
        return 0.0
    return change_percent(statistics.fmean(values[:middle]), statistics.fmean(values[middle:]))


def direction(change: float) -> str:
    """increasing, decreasing, or stable within 5 %."""
    if abs(change) <= STEADY_PERCENT:
        return "stable"
    return "increasing" if change > 0 else "decreasing"
