"""Checks that cannot be done in time: attempts, pauses between them, and the verdict (contract ERR-04, ERR-06)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vibehq_smoke import Violation

from .health_models import Acknowledged, WorkerReport
from .protocol import ACKNOWLEDGE_MS, CALLBACK_S, acknowledged_ms, execute, order
from .reading import read, value_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vibehq_smoke.platform import Hq, Worker
    from vibehq_smoke.platform.callbacks import Callback, Listener

    from .health_models import WorkerResult

FIRST_S = CALLBACK_S
"""Within which a worker reports at all."""

VERDICT_S = 8.0
"""Within which the verdict follows another result, which a worker should not have sent."""

QUIET_S = 2.0
"""For how long a result may not follow the verdict: attempts that are not cancelled end within a second."""

_TIMED_OUT = ("timeout", "timed out")


@dataclass(frozen=True)
class TimedOut:
    """What a worker did with a check that nobody can do in a millisecond."""

    acknowledged_ms: float
    elapsed_s: float
    """From the order to the verdict."""
    verdict: WorkerResult
    earlier: tuple[str, ...]
    """Other results before the verdict, by their ``overall_status``."""
    later: tuple[str, ...]
    """Other results after it."""


async def time_out(hq: Hq, worker: Worker, *, retries: int, quiet_s: float | None = None) -> TimedOut:
    """Order a check with a millisecond for each attempt. Raises Violation when the verdict is no time-out."""
    clock = asyncio.get_running_loop()
    async with hq.callbacks() as results:
        body = order(results.url)
        body["options"] |= {"timeout_ms": 1, "max_retries": retries}
        began = clock.time()
        reply = await execute(hq, worker, body)
        reply.expect(Acknowledged, status=(200, 202))
        acknowledged = await acknowledged_ms(hq, worker, reply, results.url)
        uuid = body["worker_check_uuid"]
        at = await _verdict_at(worker, results, uuid)
        elapsed = clock.time() - began
        await _listen(results, QUIET_S if quiet_s is None else quiet_s)
        heard = _about(results, uuid)
    verdict = read(hq, WorkerReport, heard[at].json, f"the result of {worker.name}").results
    earlier = tuple(_status(one) for one in heard[:at])
    later = tuple(_status(one) for one in heard[at + 1 :] if not _is_verdict(one))
    return TimedOut(acknowledged, elapsed, verdict, earlier, later)


def assert_final(hq: Hq, worker: Worker, seen: TimedOut) -> None:
    """The verdict came at once acknowledged, scores nothing, and is the last word."""
    assert seen.acknowledged_ms < ACKNOWLEDGE_MS, (
        f"{worker.name} took {seen.acknowledged_ms:.0f} ms to acknowledge a check that it has a millisecond for"
    )
    score = seen.verdict.health_score
    assert score == 0, f"{worker.name} timed out, yet reports health_score {score:g}"
    assert not seen.later, f"after its timeout {worker.name} reported {' and '.join(seen.later)} for the same check"
    if seen.earlier:
        hq.degraded(f"before its timeout {worker.name} reported {' and '.join(seen.earlier)} for the same check")


def assert_attempts(worker: Worker, seen: TimedOut, attempts: int, least_s: float) -> None:
    """The verdict tells how often was tried, and came no sooner than the pauses between the attempts allow."""
    said = seen.verdict.error_message or ""
    assert f"{attempts} attempt" in said, f"{worker.name} should have made {attempts} attempts, but says {said!r}"
    assert seen.elapsed_s >= least_s, (
        f"{worker.name} gave up after {seen.elapsed_s:.1f} s; the pauses between {attempts} attempts take {least_s:g} s"
    )


async def _verdict_at(worker: Worker, results: Listener, uuid: str) -> int:
    """The place of the verdict among the results for this check."""
    clock = asyncio.get_running_loop()
    give_up = clock.time() + FIRST_S
    while True:
        heard = _about(results, uuid)
        for at, one in enumerate(heard):
            if _is_verdict(one):
                return at
        if heard:
            give_up = min(give_up, clock.time() + VERDICT_S)
        try:
            await results.wait(len(results.received) + 1, max(0.0, give_up - clock.time()))
        except Violation as silence:
            if not heard:
                raise Violation(
                    f"{worker.name} acknowledged, but reports nothing: {silence}", kind="callback"
                ) from None
            said = " and ".join(map(_status, heard))
            raise Violation(
                f"{worker.name} had a millisecond for each attempt, but never reports a timeout; it reported {said}",
                kind="no-timeout",
            ) from None


async def _listen(results: Listener, seconds: float) -> None:
    clock = asyncio.get_running_loop()
    until = clock.time() + seconds
    while (left := until - clock.time()) > 0:
        with suppress(Violation):
            await results.silence(left)


def _is_verdict(callback: Callback) -> bool:
    result = value_of(callback.json, "results")
    said = str(value_of(result, "error_message") or "").lower()
    return value_of(result, "overall_status") in ("timeout", "critical") and any(word in said for word in _TIMED_OUT)


def _status(callback: Callback) -> str:
    return str(value_of(value_of(callback.json, "results"), "overall_status"))


def _about(results: Listener, uuid: str) -> Sequence[Callback]:
    return [one for one in results.received if str(value_of(one.json, "worker_check_uuid")).lower() == uuid]
