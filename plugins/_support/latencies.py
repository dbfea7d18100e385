"""How long what is read often takes, against a budget (EDGE-07)."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation
from vibehq_smoke.gates import percentile

from .latency_reads import Read, reads_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

P50_MS = 750.0
P95_MS = 2_500.0
"""What a person still calls an answer, and what one slow moment may take; a busy machine stays well below both."""

SAMPLES = 5
MORE = 16
"""Taken when the first samples break the budget of the 95th percentile: of 21 one may be an accident."""

FEW = 3
PATIENCE_S = 2.0
"""After so many seconds a few samples are enough: what is that slow needs no more."""

ACCIDENT_S = 15.0
"""For how long more are taken when a single one was slow: a machine that stood still once is no finding."""

AT_ONCE = 12


async def assert_within_budget(hq: Hq) -> None:
    """Time every read, several at once; those over the budget degrade the check.

    Raises Blocked for what gives no result to time.
    """
    budget = hq.latency_budget
    p50, p95 = (P50_MS, P95_MS) if budget is None else (budget.p50_ms, budget.p95_ms)
    slots = asyncio.Semaphore(AT_ONCE)

    async def time_it(read: Read) -> None:
        async with slots:
            await sample(read, p95)
            _keep_one(hq, read)

    reads = reads_of(hq)
    await hq.gather(*(time_it(read) for read in reads))
    timed = [read for read in reads if read.times]
    figures = {read.what: _figures(read.times) for read in timed}
    hq.recorder.add("note", f"{len(timed)} reads were timed; allowed: p50 {_said(p50)}, p95 {_said(p95)}", figures)
    for read in timed:
        for share, limit in ((50, p50), (95, p95)):
            if limit is not None and percentile(read.times, share) > limit:
                hq.degraded(f"{read.what}: {figures[read.what]}; p{share} should be {limit:g} ms", about=read.accused)
                break
    for read in reads:
        if read.obstacle is not None:
            raise read.obstacle


async def sample(read: Read, p95: float | None) -> None:
    """Fill ``read.times``; what the first asking takes, with its connecting, is not counted."""
    began = time.monotonic()
    await _ask(read)
    read.times.clear()
    for wanted in (SAMPLES, SAMPLES + MORE):
        while len(read.times) < wanted and read.obstacle is None:
            patience = ACCIDENT_S if _is_accident(read.times, p95) else PATIENCE_S
            if len(read.times) >= FEW and time.monotonic() - began > patience:
                return
            await _ask(read)
        if p95 is None or read.obstacle is not None or percentile(read.times, 95) <= p95:
            return


def _is_accident(times: list[float], limit: float | None) -> bool:
    return limit is not None and sum(time > limit for time in times) == 1


async def _ask(read: Read) -> None:
    try:
        read.times.append(await read.ask())
    except Blocked as blocked:
        read.obstacle = blocked
    except Violation as violation:
        said = str(violation).partition("\n")[0]
        read.obstacle = Blocked(f"{read.what} could not be timed: {said}", component=read.component)


def _figures(times: list[float]) -> str:
    return f"p50 {percentile(times, 50):.0f} ms, p95 {percentile(times, 95):.0f} ms of {len(times)}"


def _said(limit: float | None) -> str:
    return "any" if limit is None else f"{limit:g} ms"


def _keep_one(hq: Hq, read: Read) -> None:
    """One exchange of each read is evidence enough, the first that was counted: many alike would fill the report."""
    evidence = hq.recorder.evidence
    alike = [one for one in evidence if read.mark == (one.exchange.url if one.exchange else one.summary)]
    for one in (*alike[:1], *alike[2:]) if len(alike) > 1 else ():
        evidence.remove(one)
