"""Results that are refused and sent again (contract WRK-08, ERR-05; part 4, "result delivery")."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Violation

from .health_models import Acknowledged
from .protocol import CALLBACK_S, execute, order
from .reading import value_of
from .slowness import EVERY_S, measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vibehq_smoke.platform import Hq, Worker
    from vibehq_smoke.platform.callbacks import Callback, Listener

    from .slowness import Slowness

FIRST_S = CALLBACK_S
"""Within which the first delivery comes."""

GAPS_S = (1.0, 2.0)
"""Between the deliveries; half of it too much or too little is still right (Q14)."""

ALLOWANCE_S = 1.0
"""That a delivery itself may take, on top of the gap before it and of the slowest answer that was seen meanwhile."""


async def redelivered(hq: Hq, worker: Worker, answers: Sequence[int], silence_s: float) -> None:
    """The worker delivers one result three times while ``answers`` refuse it, at the right pace, and then no more."""
    async with hq.callbacks(answers) as results, measured(hq, worker) as slowness:
        body = order(results.url)
        (await execute(hq, worker, body)).expect(Acknowledged, status=(200, 202))
        uuid = body["worker_check_uuid"]
        deliveries = await _deliveries(worker, results, uuid, slowness)
        more = await _more(results, uuid, len(deliveries), silence_s)
    _assert_paced(worker, deliveries, ALLOWANCE_S + slowness.worst_s)
    _assert_same(worker, deliveries)
    assert not more, (
        f"{worker.name} delivered its result {len(deliveries) + more} times, expected {len(deliveries)} and silence"
    )


async def _deliveries(worker: Worker, results: Listener, uuid: str, slowness: Slowness) -> list[Callback]:
    """The first delivery, and those that follow one each after its gap. Raises Violation when one never comes."""
    wanted = 1 + len(GAPS_S)
    patience_s = FIRST_S
    while (came := len(_about(results, uuid))) < wanted:
        if not await another(results, uuid, came, patience_s, slowness):
            raise Violation(
                f"{worker.name} delivered its result {came} time(s), expected {wanted} while it is refused",
                kind="callback",
            )
        patience_s = 2 * sum(GAPS_S)
    return _about(results, uuid)[:wanted]


async def another(results: Listener, uuid: str, known: int, patience_s: float, slowness: Slowness) -> bool:
    """Whether a delivery beyond ``known`` comes in time: a platform that answers late may deliver as late."""
    clock = asyncio.get_running_loop()
    began = clock.time()
    while clock.time() - began < patience_s + min(slowness.worst_s, FIRST_S):
        with suppress(Violation):
            await results.wait(len(results.received) + 1, EVERY_S)
        if len(_about(results, uuid)) > known:
            return True
    return False


async def _more(results: Listener, uuid: str, known: int, seconds: float) -> int:
    """How many further deliveries come within ``seconds``."""
    clock = asyncio.get_running_loop()
    until = clock.time() + seconds
    while (left := until - clock.time()) > 0:
        try:
            await results.silence(left)
        except Violation:
            if len(_about(results, uuid)) > known:
                break
    return len(_about(results, uuid)) - known


def _assert_paced(worker: Worker, deliveries: Sequence[Callback], allowance_s: float) -> None:
    for number, wanted in enumerate(GAPS_S):
        gap = deliveries[number + 1].at - deliveries[number].at
        assert 0.5 * wanted <= gap <= 1.5 * wanted + allowance_s, (
            f"{worker.name} waited {gap:.1f} s before delivery {number + 2}, expected about {wanted:g} s"
        )


def _assert_same(worker: Worker, deliveries: Sequence[Callback]) -> None:
    results = [value_of(delivery.json, "results") for delivery in deliveries]
    assert all(result == results[0] for result in results), f"{worker.name} delivers another result than it did first"


def _about(results: Listener, uuid: str) -> list[Any]:
    return [one for one in results.received if str(value_of(one.json, "worker_check_uuid")).lower() == uuid]
