"""How long a further delivery is waited for: longer while the platform is slow with everything else, too."""

import asyncio
import contextlib

import pytest
from plugins._support.redelivery import another
from plugins._support.slowness import Slowness

from tests.platform.helpers import checking
from tests.platform.test_callbacks import deliver

PATIENCE_S = 0.3
LATE_S = 1.5
"""Well after the patience and one more look are over."""


@pytest.mark.parametrize("stalled", [True, False])
def test_a_late_delivery_counts_while_ordinary_answers_are_as_late(stalled: bool) -> None:
    async def main() -> bool:
        slowness = Slowness()
        async with checking("http://localhost:1") as hq, hq.callbacks((500,)) as results:
            loop = asyncio.get_running_loop()
            unanswered = slowness.awaiting(loop.time()) if stalled else contextlib.nullcontext()
            late = asyncio.create_task(asyncio.sleep(LATE_S))
            late.add_done_callback(lambda _: sending.append(loop.create_task(deliver(results.url))))
            sending: list[asyncio.Task[int]] = []
            with unanswered:
                came = await another(results, "1", 0, PATIENCE_S, slowness)
            await late
            assert await sending[0] == 500
            return came

    assert asyncio.run(main()) is stalled


def test_what_was_awaited_stays_the_worst() -> None:
    async def main() -> None:
        slowness = Slowness()
        assert slowness.worst_s == 0
        with slowness.awaiting(asyncio.get_running_loop().time() - 3):
            assert slowness.worst_s >= 3
        with slowness.awaiting(asyncio.get_running_loop().time()):
            assert slowness.worst_s >= 3

    asyncio.run(main())
