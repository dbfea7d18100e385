"""A burst of exchanges reaches the target at a pace it can answer, and hanging ones hold up nobody."""

import asyncio
import time

import pytest

from vibehq_smoke.platform import pace
from vibehq_smoke.platform.pace import YOUNG, Pace


class Crowd:
    """Counts who is inside."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.served = 0

    async def visit(self, turns: Pace, stay_s: float) -> None:
        async with turns.turn():
            self.inside += 1
            self.most = max(self.most, self.inside)
            try:
                await asyncio.sleep(stay_s)
            finally:
                self.inside -= 1
        self.served += 1


def test_a_burst_is_spread() -> None:
    crowd = Crowd()

    async def main() -> None:
        turns = Pace()
        await asyncio.gather(*(crowd.visit(turns, 0.005) for _ in range(5 * YOUNG)))

    asyncio.run(main())
    assert (crowd.served, crowd.most) == (5 * YOUNG, YOUNG)


def test_who_hangs_holds_up_the_others_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "YOUNG_S", 0.05)
    crowd = Crowd()

    async def main() -> float:
        turns = Pace()
        hanging = [asyncio.create_task(crowd.visit(turns, 60)) for _ in range(2 * YOUNG)]
        await asyncio.sleep(0)
        began = time.monotonic()
        await crowd.visit(turns, 0)
        waited = time.monotonic() - began
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        return waited

    assert 0.05 <= asyncio.run(main()) < 5
    assert crowd.served == 1
    assert crowd.inside == 0


def test_a_turn_is_given_back_once_whatever_becomes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "YOUNG_S", 0.01)
    crowd = Crowd()

    async def fail(turns: Pace) -> None:
        async with turns.turn():
            await asyncio.sleep(0.02)  # it has grown up, and then it fails
            raise ValueError

    async def main() -> None:
        turns = Pace()
        await asyncio.gather(*(fail(turns) for _ in range(3 * YOUNG)), return_exceptions=True)
        monkeypatch.setattr(pace, "YOUNG_S", 60)
        await asyncio.gather(*(crowd.visit(turns, 0.005) for _ in range(3 * YOUNG)))

    asyncio.run(main())
    assert (crowd.served, crowd.most) == (3 * YOUNG, YOUNG)
