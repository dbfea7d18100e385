"""Contract section 4, WRK-08, ERR-04..06: deliveries and attempts that are repeated, and how they end.

All executions are started together, so that their waits overlap.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import httpx
import pytest

from .executions import execute, execute_body, options
from .listener import Callback, Listener
from .running import Platform
from .shapes import CallbackBody, WorkerResult

SLOW = ("unit", "performance", "integration")
"""Integration tests ask the AI model: no millisecond is enough for that."""
# A loaded machine adds to a gap; it never shortens one.
LEAST = 0.5


@dataclass(frozen=True)
class Started:
    """An execution: its listener key, its uuid, when it was asked for and how long the acknowledgement took."""

    key: str
    uuid: str
    at: float
    acknowledged_after: float


CASES: Mapping[str, tuple[tuple[int, ...], dict[str, object]]] = {
    "delivery": ((500, 500, 200), {}),
    "delivery 202": ((202,), {}),
    "delivery in vain": ((500,), {}),
    "one retry": ((200,), {"timeout_ms": 1, "max_retries": 1}),
    "two retries": ((200,), {"timeout_ms": 1, "max_retries": 2}),
}


@pytest.fixture(scope="module")
def started(
    workers_http: httpx.Client, platform: Platform, listener: Listener, service: dict[str, str]
) -> dict[str, Started]:
    """Every case, running."""
    running = {}
    for case, (answers, changes) in CASES.items():
        key = f"smoke-{secrets.token_hex(5)}"
        parts = SLOW if changes else ("unit",)
        body = execute_body(listener.target(key, *answers), options(*parts, **changes))
        at = time.monotonic()
        execute(workers_http, platform, service, body)
        running[case] = Started(key, body["worker_check_uuid"], at, time.monotonic() - at)
    return running


def result_of(callback: Callback) -> WorkerResult:
    """The result a callback carries."""
    return CallbackBody.model_validate(callback.body).results


def gaps(callbacks: list[Callback]) -> list[float]:
    """Seconds between callbacks."""
    return [later.at - earlier.at for earlier, later in pairwise(callbacks)]


def test_a_result_is_delivered_again_until_it_is_taken(listener: Listener, started: dict[str, Started]) -> None:
    """WRK-08, ERR-05, Q14: 500, 500, 200 are three equal callbacks, gaps of about 1 s and 2 s, then silence."""
    key = started["delivery"].key
    listener.wait(key, 3)
    came = listener.silence(key, seconds=0.5)
    assert len(came) == 3
    assert {callback.body["worker_check_uuid"] for callback in came} == {started["delivery"].uuid}
    assert came[0].body == came[1].body == came[2].body
    first, second = gaps(came)
    assert first >= LEAST
    assert second >= 2 * LEAST


def test_any_success_ends_the_delivery(listener: Listener, started: dict[str, Started]) -> None:
    """Section 4 result delivery: success is any 2xx."""
    listener.wait(started["delivery in vain"].key, 3)
    assert len(listener.silence(started["delivery 202"].key, seconds=0.1)) == 1


def test_a_delivery_in_vain_ends_after_three(listener: Listener, started: dict[str, Started]) -> None:
    """Section 4 result delivery: up to three POSTs. A fourth would come 4 s later at the earliest by its pattern."""
    key = started["delivery in vain"].key
    listener.wait(key, 3)
    assert len(listener.silence(key, seconds=0.5)) == 3


@pytest.mark.parametrize(("case", "retries"), [("one retry", 1), ("two retries", 2)])
def test_a_check_that_takes_too_long_ends_as_a_timeout(
    listener: Listener, started: dict[str, Started], case: str, retries: int
) -> None:
    """ERR-04, ERR-06, section 4 final failure: score 0, nothing connected, said in words; and that is the last word."""
    execution = started[case]
    listener.wait(execution.key)
    came = listener.silence(execution.key, seconds=0.8)
    last = result_of(came[-1])
    assert last.overall_status in {"timeout", "critical"}
    assert last.health_score == 0
    assert last.error_message is not None
    assert "timeout" in last.error_message.lower() or "timed out" in last.error_message.lower()
    assert f"{retries + 1} attempts" in last.error_message
    connections = {last.orchestrator_connectivity, last.external_api_connectivity, last.database_connectivity}
    assert connections == {False}
    assert last.warnings is not None
    assert len(last.warnings) == 1
    assert len(came) == 1, "a timed-out attempt still posts its own result"


@pytest.mark.parametrize(("case", "backoff"), [("one retry", 1.0), ("two retries", 3.0)])
def test_attempts_are_spaced_by_the_backoff(
    listener: Listener, started: dict[str, Started], case: str, backoff: float
) -> None:
    """ERR-06, Q14: 1 s, then 2 s between attempts, within 50 %."""
    execution = started[case]
    assert listener.wait(execution.key)[-1].at - execution.at >= backoff * LEAST


def test_the_acknowledgement_does_not_wait_for_the_check(listener: Listener, started: dict[str, Started]) -> None:
    """HLT-06, ERR-04: acknowledged before the result of a check that needs at least three seconds."""
    execution = started["two retries"]
    came = listener.wait(execution.key)
    assert execution.at + execution.acknowledged_after < came[-1].at
