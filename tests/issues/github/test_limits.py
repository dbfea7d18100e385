"""Our own count of requests: whatever is asked for, GitHub's limits are not reached."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.github.double.clock import VirtualClock
from vibehq_smoke.issues.github.limits import PATIENCE_S, Pace
from vibehq_smoke.issues.github.wire import Answer
from vibehq_smoke.issues.tracker import Limited

Sent = list[tuple[datetime, str]]
REQUESTS = st.lists(
    st.tuples(st.sampled_from(["read", "write", "create"]), st.integers(1, 400), st.sampled_from([0.0, 0.01, 7.0])),
    min_size=1,
    max_size=8,
)
"""A sort of request, how many of it one after the other, and the seconds that each takes."""


def send(pace: Pace, clock: VirtualClock, kind: str, takes: float) -> datetime:
    """One request, in the client's way, however long it has to wait."""
    writes = kind != "read"
    try:
        pace.before(writes=writes)
    except Limited as limited:
        wait = (limited.until - clock.now()).total_seconds()
        clock.advance(wait)
        pace.before(writes=writes)  # when the time has come it is not limited again
    else:
        wait = PATIENCE_S + 1
    assert wait > PATIENCE_S, "a short wait is waited out"
    at = clock.now()
    clock.advance(takes)
    if writes:
        pace.after_write(created=kind == "create")
    return at


def most(sent: Sent, seconds: float, cost: dict[str, int]) -> int:
    """The most that any window of that length has seen."""
    best = total = start = 0
    for at, kind in sent:
        total += cost[kind]
        while sent[start][0] + timedelta(seconds=seconds) <= at:
            total -= cost[sent[start][1]]
            start += 1
        best = max(best, total)
    return best


@settings(max_examples=40)
@given(REQUESTS, st.sampled_from([(1.0, 3.0), (0.0, 0.0)]))
def test_no_window_sees_more_than_github_allows(
    requests: list[tuple[str, int, float]], pauses: tuple[float, float]
) -> None:
    clock = VirtualClock()
    pace = Pace(clock, *pauses)
    sent: Sent = []
    for kind, times, takes in requests:
        sent += [(send(pace, clock, kind, takes), kind) for _ in range(times)]
    assert most(sent, 60, {"read": 1, "write": 5, "create": 5}) < 900
    assert most(sent, 60, {"read": 0, "write": 1, "create": 1}) < 80
    assert most(sent, 3600, {"read": 0, "write": 1, "create": 1}) < 500


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 10)), min_size=2, max_size=20))
def test_writes_are_a_second_apart_and_three_after_a_create(writes: list[tuple[bool, float]]) -> None:
    clock = VirtualClock()
    pace = Pace(clock, 1.0, 3.0)
    free = clock.now()
    for creates, idle in writes:
        clock.advance(idle)
        assert send(pace, clock, "create" if creates else "write", 0.2) >= free
        free = clock.now() + timedelta(seconds=3 if creates else 1)


def test_reads_need_no_pause() -> None:
    clock = VirtualClock()
    pace = Pace(clock, 1.0, 3.0)
    for _ in range(100):
        pace.before(writes=False)
    assert clock.slept == []


def test_writes_of_earlier_runs_count() -> None:
    clock = VirtualClock()
    pace = Pace(clock, 1.0, 3.0)
    pace.recall(clock.now() - timedelta(seconds=3000 - one) for one in range(480))
    with pytest.raises(Limited) as limited:
        pace.before(writes=True)
    assert limited.value.until == clock.now() + timedelta(seconds=600), "when the oldest is an hour old"
    pace.before(writes=False)


def answer(status: int, content: bytes = b"{}", **headers: str) -> Answer:
    return Answer("GET /x", status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


RESET = str(int(VirtualClock().now().timestamp()) + 1000)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (answer(429, retry_after="17"), 17),
        (answer(403, retry_after="17"), 17),
        (answer(429, retry_after="Mon, 02 Mar 2026 09:00:42 GMT"), 42),
        (answer(429, retry_after="Mon, 02 Mar 2026 08:00:00 GMT"), 1),
        (answer(429, retry_after="0"), 1),
        (answer(429, retry_after="99999999999999999999"), 86_400),
        (answer(429, retry_after="-5"), 60),
        (answer(429, retry_after="soon"), 60),
        (answer(429, retry_after="٣"), 60),
        (answer(429), 60),
        (answer(403, b'{"message": "You have exceeded a secondary rate limit."}'), 60),
        (answer(403, x_ratelimit_remaining="0", x_ratelimit_reset=RESET), 1001),
        (answer(403, retry_after="5", x_ratelimit_remaining="0", x_ratelimit_reset=RESET), 5),
        (answer(403, x_ratelimit_remaining="0", x_ratelimit_reset="1"), 60),
        (answer(403, x_ratelimit_remaining="0", x_ratelimit_reset="9" * 300), 86_400),
        (answer(403, x_ratelimit_remaining="0", x_ratelimit_reset="NaN"), 60),
    ],
)
def test_what_github_demands_is_waited_for(told: Answer, seconds: float) -> None:
    clock = VirtualClock()
    pace = Pace(clock, 1.0, 3.0)
    assert pace.heed(told), "it was turned away"
    assert pace.free_at == clock.now() + timedelta(seconds=seconds)


def test_without_a_word_of_how_long_the_waits_grow() -> None:
    clock = VirtualClock()
    pace = Pace(clock, 1.0, 3.0)
    waits = []
    for _ in range(4):
        pace.heed(answer(429))
        waits.append((pace.free_at - clock.now()).total_seconds())
        clock.advance(waits[-1])
    assert waits == [60, 120, 240, 480]
    pace.heed(answer(200))
    pace.heed(answer(429))
    assert (pace.free_at - clock.now()).total_seconds() == 60, "a success begins anew"


@pytest.mark.parametrize("told", [answer(403), answer(403, b'{"message": "Resource not accessible"}'), answer(200)])
def test_a_right_that_is_missing_is_no_limit(told: Answer) -> None:
    clock = VirtualClock()
    pace = Pace(clock, 1.0, 3.0)
    assert not pace.heed(told)
    assert pace.free_at == clock.now()


def test_the_last_request_that_was_left_stops_the_next_one() -> None:
    clock = VirtualClock()
    pace = Pace(clock, 1.0, 3.0)
    assert not pace.heed(answer(200, x_ratelimit_remaining="0", x_ratelimit_reset=RESET))
    with pytest.raises(Limited, match="2026-03-02 09:16:41 UTC"):
        pace.before(writes=False)
