"""Cron expressions and the clock that fires them (contract part 7)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.operations.cron import CronJobs
from vibehq_smoke.lab.operations.schedule import Schedule
from vibehq_smoke.lab.operations.timer import Timer
from vibehq_smoke.lab.storage.log import Log

MOMENTS = st.integers(946_684_800, 3_786_912_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "after", "due"),
    [
        ("0 2 * * *", "2025-03-01T01:59:59", "2025-03-01T02:00"),
        ("0 2 * * *", "2025-03-01T02:00", "2025-03-02T02:00"),
        ("0 */4 * * *", "2025-03-01T20:00", "2025-03-02T00:00"),
        ("0 3 * * *", "2024-12-31T12:00", "2025-01-01T03:00"),
        ("0 */6 * * *", "2025-03-01T05:59", "2025-03-01T06:00"),
        ("*/15 9-17 * * 1-5", "2025-03-07T17:45", "2025-03-10T09:00"),
        ("5,35 0 1 1,7 *", "2025-01-01T00:05", "2025-01-01T00:35"),
        ("0 0 29 2 *", "2096-03-01T00:00", "2104-02-29T00:00"),
        ("0 0 13 * 5", "2025-06-01T00:00", "2025-06-06T00:00"),
        ("0 0 * * 7", "2025-06-02T00:00", "2025-06-08T00:00"),
        ("0 22-23 * * *", "2025-06-01T22:00", "2025-06-01T23:00"),
        ("10/20 * * * *", "2025-06-01T00:10", "2025-06-01T00:30"),
    ],
)
def test_the_next_time(expression: str, after: str, due: str) -> None:
    assert Schedule.parse(expression).next_after(at(after)) == at(due)


@pytest.mark.parametrize(
    "expression",
    ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *",
     "*/0 * * * *", "5-2 * * * *", "1,,2 * * * *", "-1 * * * *", "٣ * * * *", "1-2-3 * * * *"],
)  # fmt: skip
def test_what_is_no_expression(expression: str) -> None:
    with pytest.raises(ValueError, match=r"expected|number|backwards"):
        Schedule.parse(expression)


def test_a_day_that_never_comes() -> None:
    with pytest.raises(ValueError, match="never due"):
        Schedule.parse("0 0 31 2 *").next_after(at("2025-01-01T00:00"))


@given(MOMENTS, st.sets(st.integers(0, 59), min_size=1), st.sets(st.integers(0, 23), min_size=1))
def test_the_next_time_is_the_first_due_minute(moment: datetime, minutes: set[int], hours: set[int]) -> None:
    schedule = Schedule.parse(f"{','.join(map(str, minutes))} {','.join(map(str, hours))} * * *")
    found = schedule.next_after(moment)
    assert moment < found <= moment + timedelta(days=1, minutes=1)
    assert schedule.due(found)
    assert not schedule.due(found - timedelta(minutes=1)) or found - timedelta(minutes=1) <= moment


@given(MOMENTS)
def test_the_orchestrators_two_expressions_never_meet(moment: datetime) -> None:
    daily, often = Schedule.parse("0 2 * * *"), Schedule.parse("0 */4 * * *")
    assert not often.due(daily.next_after(moment))


class FakeTime:
    """A clock that jumps to the end of each sleep, and stops the timer after a while."""

    def __init__(self, start: datetime, hours: float) -> None:
        self.moment = start
        self.end = start + timedelta(hours=hours)

    async def sleep(self, seconds: float) -> None:
        """Jump."""
        await asyncio.sleep(0)
        if self.moment >= self.end:
            raise asyncio.CancelledError
        self.moment += timedelta(seconds=seconds)


def fired_in_a_day(*, dead: str = "") -> list[tuple[str, str, int]]:
    """(component, expression, hour) of what a timer fires between midnight and midnight."""
    fired: list[tuple[str, str, int]] = []
    clock = FakeTime(at("2025-03-01T00:00:01"), 24)

    async def main() -> None:
        log, faults = Log(), Faults(())
        background = Background("test", log)

        def jobs(component: str, *crons: str) -> CronJobs:
            async def handler(cron: str) -> None:
                fired.append((component, cron, clock.moment.hour))

            return CronJobs(component, crons, handler, faults, log)

        timer = Timer(
            (jobs("orchestrator", "0 2 * * *", "0 */4 * * *"), jobs("tests", "0 3 * * *")),
            lambda component: component != dead, background, lambda: clock.moment, clock.sleep,
        )  # fmt: skip
        with pytest.raises(asyncio.CancelledError):
            await timer.run()
        await background.stop()

    asyncio.run(main())
    return fired


def test_the_clock_fires_each_expression_at_its_hours() -> None:
    often = [("orchestrator", "0 */4 * * *", hour) for hour in (4, 8, 12, 16, 20, 0)]
    expected = [("orchestrator", "0 2 * * *", 2), ("tests", "0 3 * * *", 3), *often]
    assert sorted(fired_in_a_day()) == sorted(expected)


def test_a_process_that_is_down_misses_its_hour() -> None:
    assert {component for component, _, _ in fired_in_a_day(dead="tests")} == {"orchestrator"}
