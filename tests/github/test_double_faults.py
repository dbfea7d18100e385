"""What goes wrong on the way: before the effect, after it, slowly, not at all, or out of date."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vibehq_smoke.issues.clock import SystemClock

from .asking import ISSUES, asking, numbers
from .double import (
    AMBIGUOUS,
    FAULTS,
    NOT_DONE,
    REFUSALS,
    Double,
    Fault,
    Request,
    VirtualClock,
    conflict,
    drop,
    hang,
    limited,
    running_double,
    status,
)

DOORS = pytest.mark.parametrize("door", ["socket", "inside"])


def create(client: httpx.Client) -> int | type[Exception]:
    """What the client is told."""
    try:
        return client.post(ISSUES, json={"title": "a"}, timeout=0.3).status_code
    except httpx.TransportError as error:
        return type(error)


@DOORS
@pytest.mark.parametrize("fault", [*AMBIGUOUS, *NOT_DONE], ids=str)
def test_a_fault_strikes_once_before_or_after_the_effect(github: Double, door: str, fault: Fault) -> None:
    told: dict[str, object] = {"drop": httpx.RemoteProtocolError, "hang": httpx.ReadTimeout, "status": fault.status}
    github.faults.next(fault, "POST")
    with asking(github, door=door) as client:
        assert client.get(ISSUES).status_code == 200, "no POST"
        heard = create(client)
        assert heard == told[fault.kind] or (fault.kind == "drop" and heard is httpx.ReadError)
        assert len(github.repository.issues) == int(fault in AMBIGUOUS)
        github.advance(60)
        assert create(client) == 201
    seen = github.log[1]
    assert (seen.status, seen.effect) == (fault.status or None, 201 if fault in AMBIGUOUS else None)


@DOORS
def test_faults_come_by_number_by_hook_and_by_path(github: Double, door: str) -> None:
    github.faults.numbered = {1: status(500), 3: conflict()}
    with asking(github, door=door) as client:
        assert [client.get(ISSUES).status_code for _ in range(4)] == [500, 200, 409, 200]
        github.faults.hook = lambda request: status(503) if request.number == 6 else None
        assert [client.get(ISSUES).status_code for _ in range(2)] == [200, 503]
        github.faults.next(status(504), path="/user$", times=2)
        paths = (ISSUES, "/user", "/user", "/user")
        assert [client.get(path).status_code for path in paths] == [200, 504, 504, 200]
        github.faults.next(drop(), times=9)
        github.faults.clear()
        assert client.get(ISSUES).status_code == 200


def test_trouble_comes_as_a_page_of_html(github: Double) -> None:
    github.faults.next(status(502))
    with asking(github) as client:
        reply = client.get(ISSUES)
        assert reply.headers["content-type"].startswith("text/html")
        assert "Unicorn" in reply.text


@pytest.mark.parametrize("fault", REFUSALS[:3], ids=str)
def test_a_limit_out_of_the_blue_stays_for_its_time(github: Double, fault: Fault) -> None:
    github.faults.next(fault)
    with asking(github) as client:
        reply = client.get(ISSUES)
        assert reply.status_code == fault.status
        assert "secondary rate limit" in reply.json()["message"]
        assert reply.headers.get("retry-after") == ("60" if fault.says_how_long else None)
        assert reply.headers["x-ratelimit-remaining"] != "0"
        github.advance(59)
        assert (client.get(ISSUES).status_code, github.ignored_limits) == (403, 1)
        github.advance(1)
        assert (client.get(ISSUES).status_code, github.ignored_limits) == (200, 1)


def test_a_client_that_is_left_hanging_does_not_keep_the_double_from_ending() -> None:
    with running_double() as github, asking(github) as client:
        github.faults.next(hang(after=True))
        assert create(client) is httpx.ReadTimeout
        github.faults.next(limited())
        assert client.get(ISSUES).status_code == 403


@DOORS
def test_latency_passes_on_the_clock(github: Double, door: str) -> None:
    github.latency = 2.5
    with asking(github, door=door) as client:
        before = github.clock.now()
        client.get(ISSUES)
        assert github.clock.now() - before == timedelta(seconds=2.5)


@DOORS
def test_latency_passes_in_earnest_with_a_clock_that_runs(door: str) -> None:
    with running_double(clock=SystemClock(), latency=0.05) as github, asking(github, door=door) as client:
        assert client.get(ISSUES).status_code == 200
        assert github.log[0].at <= SystemClock().now()
        begun = SystemClock().now()
        client.get(ISSUES)
        assert SystemClock().now() - begun >= timedelta(seconds=0.05)
        with pytest.raises(AssertionError, match="a clock that runs by itself"):
            github.advance(1)


@DOORS
def test_a_list_is_behind_the_time_and_a_read_is_not(github: Double, door: str) -> None:
    github.lag = 5
    with asking(github, door=door) as client:
        client.post(ISSUES, json={"title": "first", "labels": ["smoke-test"]})
        github.advance(4.9)
        assert numbers(client.get(ISSUES)) == []
        assert client.get(f"{ISSUES}/1").json()["title"] == "first"
        github.advance(0.1)
        assert numbers(client.get(f"{ISSUES}?labels=smoke-test")) == [1]
        client.patch(f"{ISSUES}/1", json={"title": "second", "state": "closed", "labels": []})
        assert [one["title"] for one in client.get(f"{ISSUES}?labels=smoke-test").json()] == ["first"]
        assert client.get(f"{ISSUES}/1").json()["title"] == "second"
        client.post(f"{ISSUES}/1/comments", json={"body": "a"})
        assert client.get(f"{ISSUES}/1/comments").json() == []
        github.people.delete(1)
        assert numbers(client.get(ISSUES)) == [1], "not gone there yet"
        github.advance(5)
        assert numbers(client.get(f"{ISSUES}?state=all")) == []


def test_reads_can_be_behind_too(github: Double) -> None:
    github.lag, github.lag_of_reads = 5, True
    with asking(github) as client:
        client.post(ISSUES, json={"title": "first"})
        assert client.get(f"{ISSUES}/1").status_code == 404
        github.advance(5)
        changed = client.patch(f"{ISSUES}/1", json={"title": "second"})
        assert changed.json()["title"] == "second", "the answer to a write is never behind"
        assert client.get(f"{ISSUES}/1").json()["title"] == "first"
        github.advance(5)
        assert client.get(f"{ISSUES}/1").json()["title"] == "second"
        github.people.delete(1)
        assert client.get(f"{ISSUES}/1").status_code == 200
        github.advance(5)
        assert client.get(f"{ISSUES}/1").status_code == 410


def test_the_search_is_always_behind_and_says_nothing_of_what_it_may_not_see(github: Double) -> None:
    secret = github.add_repository("acme/secret", private=True)
    github.hands(secret).open("It is down")
    github.people.open("It is down")
    with asking(github) as client, asking(github, token=None) as stranger:
        assert client.get("/search/issues?q=repo:acme/hq+down").json()["total_count"] == 0
        github.advance(90)
        assert client.get("/search/issues?q=repo:acme/hq+down").json()["total_count"] == 1
        assert client.get("/search/issues?q=repo:acme/secret+down").json()["total_count"] == 1
        hidden = stranger.get("/search/issues?q=repo:acme/secret+down")
        assert (hidden.status_code, hidden.json()["total_count"]) == (200, 0)
    assert github.searches == 4


@settings(max_examples=50)
@given(st.lists(st.sampled_from(FAULTS), max_size=12), st.floats(0, 10))
def test_with_any_faults_the_record_tells_what_happened(faults: list[Fault | None], lag: float) -> None:
    github = Double(lag=lag)
    left = list(faults)

    def drawn(request: Request) -> Fault | None:
        return left.pop(0) if left and request.is_write else None

    github.faults.hook = drawn
    with asking(github, door="inside") as client:
        for _ in faults:
            create(client)
            github.advance(60)
    assert [seen.effect == 201 for seen in github.log] == [fault is None or fault.after for fault in faults]
    assert len(github.repository.issues) == sum(fault is None or fault.after for fault in faults)
    assert github.violations == []
    assert github.ignored_limits == 0


def test_time_stands_still_until_it_is_told_to_pass() -> None:
    clock = VirtualClock()
    begun = clock.now()
    clock.sleep(1.5)
    clock.advance(2)
    assert (clock.now() - begun, clock.slept) == (timedelta(seconds=3.5), [1.5])
    with pytest.raises(AssertionError, match="does not run backwards"):
        clock.advance(-1)
