"""Whether a worker is there at all: it answers, as JSON, and says who it is (R1, FAC-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Violation
from vibehq_smoke.platform.dialects import Dialect

from .fields import Text

if TYPE_CHECKING:
    from vibehq_smoke.platform import Worker

PROBE_S = 10.0
"""Seconds in which a living worker answers anything at all, be the machine that it shares ever so busy."""


class _Identity(Dialect):
    worker_name: Text


async def unfit(worker: Worker, within_s: float | None = None) -> Violation | None:
    """What is wrong with the worker as a whole, whatever it is asked: silence (``Unreachable``), a page, another type.

    None when it is there. Any status but 200 is an answer too: which one it should be is for the checks to judge.
    ``within_s`` is ``PROBE_S`` unless said otherwise.
    """
    deadline = PROBE_S if within_s is None else within_s
    try:
        reply = await worker.get("/health-check/status", deadline=deadline)
        if reply.status == 200:
            reply.expect(_Identity)
    except Violation as violation:
        return violation
    return None
