"""Faults that a check switches on for a moment, by the operator channel (contract 2.0, mode O fault)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from vibehq_smoke import Skipped, Violation
from vibehq_smoke.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from vibehq_smoke.platform import Hq


@asynccontextmanager
async def switched(hq: Hq, fault: str) -> AsyncIterator[None]:
    """``fault`` is on for the length of the block, and off afterwards however it ends.

    The check must be ``exclusive``, and must know that the fault is off. Raises Skipped where none may or can be
    switched: on production, on a read-only target, without a channel that has this fault.
    """
    refuse_production(hq)
    try:
        await hq.operator.fault(fault, True)
    except Unreachable:
        raise
    except Violation as refusal:
        raise Skipped(f"the operator channel cannot switch {fault}: {refusal}") from None
    except asyncio.CancelledError:
        await _off(hq, fault)
        raise
    try:
        yield
    finally:
        await _off(hq, fault)


def refuse_production(hq: Hq) -> None:
    """Nothing is broken on purpose where people work. Raises Skipped."""
    if hq.target.environment == "production":
        raise Skipped("no fault is switched on production: run this check against another target")


async def _off(hq: Hq, fault: str) -> None:
    """Switch off, even when this check is being cancelled, or cancelled once more."""
    task = asyncio.ensure_future(hq.operator.fault(fault, False))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
