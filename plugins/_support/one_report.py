"""One report of one worker, given to us: no run asked for it, so nothing of it is stored (contract WRK-04, FAC-05)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from vibehq_smoke import Violation

from .health_models import Acknowledged, WorkerReport, WorkerResult
from .protocol import CALLBACK_S, execute, order
from .reading import read, value_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

REPORT_S = CALLBACK_S
"""Within which a worker reports."""


async def one_report(hq: Hq, worker: Worker) -> WorkerResult:
    """What ``worker`` reports of a fresh check, whose check ever it acknowledges (HLT-06 judges that).

    Raises Violation; Skipped when it cannot call this machine back.
    """
    async with hq.callbacks() as results:
        body = order(results.url)
        (await execute(hq, worker, body)).expect(Acknowledged, status=(200, 202))
        clock = asyncio.get_running_loop()
        give_up = clock.time() + REPORT_S
        while True:
            for one in results.received:
                if str(value_of(one.json, "worker_check_uuid")).lower() == body["worker_check_uuid"]:
                    return read(hq, WorkerReport, one.json, f"the result of {worker.name}").results
            try:
                await results.wait(len(results.received) + 1, max(0.0, give_up - clock.time()))
            except Violation:
                raise Violation(f"no result of {worker.name} within {REPORT_S:g} s", kind="callback") from None
