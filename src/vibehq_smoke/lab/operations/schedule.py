"""Cron expressions: five fields, UTC, and when they are due next. Pure (contract part 7)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

# minute, hour, day of month, month, day of week (0 and 7 are Sunday)
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
# 29 February can be eight years away (around a century that is no leap year).
HORIZON_DAYS = 366 * 8 + 1


@dataclass(frozen=True)
class Schedule:
    """The moments that an expression names, minute by minute."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    @classmethod
    def parse(cls, expression: str) -> "Schedule":
        """The schedule of five fields, each of ``*``, numbers, ranges ``a-b``, steps ``…/n`` and lists of them.

        When day of month and day of week are both restricted, either makes a day due, as in every cron.
        Raises ValueError for anything else.
        """
        texts = expression.split()
        if len(texts) != len(RANGES):
            raise ValueError(f"five fields are expected, got {len(texts)}: {expression!r}")
        fields = [_field(text, low, high) for text, (low, high) in zip(texts, RANGES, strict=True)]
        weekdays = frozenset(day % 7 for day in fields[4])
        either = not texts[2].startswith("*") and not texts[4].startswith("*")
        return cls(fields[0], fields[1], fields[2], fields[3], weekdays, either)

    def due(self, moment: datetime) -> bool:
        """Whether the minute of `moment` (aware) is named."""
        moment = moment.astimezone(UTC)
        return self._day_due(moment) and moment.hour in self.hours and moment.minute in self.minutes

    def next_after(self, moment: datetime) -> datetime:
        """The first full minute after `moment` (aware) that is named, in UTC. Raises ValueError when there is none."""
        start = moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        midnight = start.replace(hour=0, minute=0)
        times = sorted(product(self.hours, self.minutes))
        for ahead in range(HORIZON_DAYS):
            day = midnight + timedelta(days=ahead)
            if self._day_due(day):
                for hour, minute in times:
                    found = day.replace(hour=hour, minute=minute)
                    if found >= start:
                        return found
        raise ValueError("this schedule is never due")

    def _day_due(self, day: datetime) -> bool:
        weekday = day.isoweekday() % 7
        if day.month not in self.months:
            return False
        if self.either_day:
            return day.day in self.days or weekday in self.weekdays
        return day.day in self.days and weekday in self.weekdays


def _field(text: str, low: int, high: int) -> frozenset[int]:
    return frozenset(number for part in text.split(",") for number in _part(part, low, high))


def _part(part: str, low: int, high: int) -> range:
    body, slash, step_text = part.partition("/")
    step = _number(step_text, 1, high) if slash else 1
    if body == "*":
        return range(low, high + 1, step)
    first_text, dash, last_text = body.partition("-")
    first = _number(first_text, low, high)
    last = _number(last_text, low, high) if dash else (high if slash else first)
    if last < first:
        raise ValueError(f"{part!r} runs backwards")
    return range(first, last + 1, step)


def _number(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and low <= int(text) <= high):
        raise ValueError(f"{text!r} is no number from {low} to {high}")
    return int(text)
