"""Waiting costs nothing on the virtual loop, and ends as it would have."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from vibehq_smoke.proof.clock import StuckError, VirtualLoop, installed


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


def test_an_hour_goes_by_in_a_moment(loop: VirtualLoop) -> None:
    began = time.perf_counter()
    loop.run_until_complete(asyncio.sleep(3600))
    assert loop.time() == pytest.approx(3600)
    assert time.perf_counter() - began < 1


def test_timeouts_and_sleeps_end_in_the_right_order(loop: VirtualLoop) -> None:
    ended: list[str] = []

    async def wait(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        ended.append(name)

    async def race() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2.5):
                await asyncio.gather(wait("three", 3), wait("one", 1), wait("two", 2))

    loop.run_until_complete(race())
    assert ended == ["one", "two"]
    assert loop.time() == pytest.approx(2.5)


def test_the_clocks_of_the_module_follow_it_and_are_given_back(loop: VirtualLoop) -> None:
    before = time.monotonic, time.time

    async def look() -> list[float]:
        began, day = time.monotonic(), time.time()
        await asyncio.sleep(60)
        return [time.monotonic() - began, time.time() - day]

    with installed(loop):
        loop.set_wall(1_000_000.0)
        assert time.time() == pytest.approx(1_000_000.0)
        assert loop.run_until_complete(look()) == pytest.approx([60, 60])
    assert (time.monotonic, time.time) == before


def test_time_stands_still_while_a_thread_works(loop: VirtualLoop) -> None:
    really_sleep = time.sleep

    async def work() -> float:
        began = loop.time()
        async with asyncio.timeout(5):
            await asyncio.to_thread(really_sleep, 0.3)
        return loop.time() - began

    assert loop.run_until_complete(work()) < 5
    loop.run_until_complete(loop.shutdown_default_executor())


def test_waiting_for_nothing_is_told_instead_of_hanging(loop: VirtualLoop) -> None:
    with pytest.raises(StuckError):
        loop.run_until_complete(loop.create_future())


def test_nothing_outside_is_reached(loop: VirtualLoop) -> None:
    with pytest.raises(OSError, match="a replay reaches nothing outside"):
        loop.run_until_complete(asyncio.open_connection("localhost", 9))
    with pytest.raises(OSError, match="a replay reaches nothing outside"):
        loop.run_until_complete(asyncio.create_subprocess_exec("true"))
