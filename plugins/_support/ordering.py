"""Ordering a health check from a worker (contract WRK-03)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from vibehq_smoke import Violation

from .health_models import Acknowledged
from .protocol import execute, listener, order, results_url
from .soundness import unsound

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

HEARD_OUT_S = 3.0
"""For how long to listen for the result, which is HLT-06's to judge, so that the worker need not try again."""


async def assert_acknowledges(hq: Hq, worker: Worker) -> None:
    """The worker acknowledges the very check that it was given. Raises Violation; Blocked when it is not there."""
    if obstacle := await unsound(worker):
        raise obstacle
    listening = listener(hq)
    if listening is None:
        await _ordered(hq, worker, results_url(hq))
        return
    async with listening as results:
        await _ordered(hq, worker, results.url)
        with contextlib.suppress(Violation):
            await results.wait(1, HEARD_OUT_S)


async def _ordered(hq: Hq, worker: Worker, callback_url: str) -> None:
    body = order(callback_url)
    named = (await execute(hq, worker, body)).expect(Acknowledged, status=(200, 202)).worker_check_uuid
    assert named == body["worker_check_uuid"], (
        f"{worker.name} was given check {body['worker_check_uuid']}, but acknowledges {named}"
    )
