"""Whether a worker is there at all: it answers, as JSON, and says who it is (R1, FAC-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Violation
from vibehq_smoke.platform.dialects import Dialect

from .fields import Text

if TYPE_CHECKING:
    from vibehq_smoke.platform import Worker

PROBE_S = 3.0
"""Seconds in which a living worker answers anything at all."""


class _Identity(Dialect):
    worker_name: Text


async def unfit(worker: Worker) -> Violation | None:
    """What is wrong with the worker as a whole, whatever it is asked: silence (``Unreachable``), a page, another type.

    None when it is there. Any status but 200 is an answer too: which one it should be is for the checks to judge.
    """
    try:
        reply = await worker.get("/health-check/status", deadline=PROBE_S)
        if reply.status == 200:
            reply.expect(_Identity)
    except Violation as violation:
        return violation
    return None
