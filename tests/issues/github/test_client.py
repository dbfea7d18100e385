"""The client, over a socket: lists to their end, limits obeyed, and nothing sent twice that may have been done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import httpx
import pytest
import respx

from tests.github.double import (
    ACTIONS_TOKEN,
    AMBIGUOUS,
    SILENT,
    TOKEN,
    Double,
    Fault,
    Limits,
    VirtualClock,
    conflict,
    drop,
    hang,
    limited,
    running_double,
    status,
)
from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.github.client import Client
from vibehq_smoke.issues.github.errors import Conflict, Invalid
from vibehq_smoke.issues.tracker import Ambiguous, Gone, Limited, LookUpFailed, Refused, TrackerError

from .conftest import Asks

UNHEARD = [fault for fault in (*SILENT, *AMBIGUOUS) if fault.kind != "hang"]
"""No answer that says anything; without those that last as long as the client has patience."""


def slept(github: Double) -> list[float]:
    assert isinstance(github.clock, VirtualClock)
    return github.clock.slept


@contextmanager
def few_requests_left() -> Iterator[tuple[Double, Client]]:
    """A token that may ask five times an hour."""
    with (
        running_double(limits=Limits(primary=5)) as github,
        Client("acme/hq", TOKEN, github.url, clock=github.clock) as client,
    ):
        yield github, client


def test_a_list_is_read_to_its_end(github: Double, asks: Asks) -> None:
    for number in range(1, 251):
        github.people.open(f"Issue {number}")
    found = [issue["number"] for issue in asks().pages("issues", sort="created", direction="asc")]
    assert found == list(range(1, 251))
    assert len(github.log) == 3


def test_paths_are_within_the_repository_unless_they_are_absolute(github: Double, asks: Asks) -> None:
    client = asks()
    assert client.get("")["full_name"] == "acme/hq"
    assert client.get("/user")["login"] == "hq-bot"
    assert client.write("POST", "labels", {"name": "p0", "color": "b60205"})["name"] == "p0"
    assert [label["name"] for label in client.pages("labels")] == ["p0"]
    assert client.get("labels/p0")["color"] == "b60205"
    assert client.write("DELETE", "labels/p0") is None


def test_an_enterprise_server_is_asked_below_its_prefix(github: Double, asks: Asks) -> None:
    for number in range(101):
        github.people.open(f"Issue {number}")
    client = asks(api_url=github.enterprise_url)
    assert len(list(client.pages("issues"))) == 101
    client.write("PATCH", "issues/1", {"title": "Other"})
    assert github.repository.issues[1].now.title == "Other"


def test_a_list_that_breaks_off_is_no_list(github: Double, asks: Asks) -> None:
    for number in range(150):
        github.people.open(f"Issue {number}")
    github.faults.next(status(502), path="repositories|page=2", times=9)
    found = []
    with pytest.raises(LookUpFailed, match="502"):
        found += [issue["number"] for issue in asks().pages("issues")]
    assert found == []


@pytest.mark.parametrize("fault", UNHEARD, ids=str)
def test_a_read_is_tried_again_a_few_times(github: Double, asks: Asks, fault: Fault) -> None:
    client = asks()
    github.faults.next(fault, "GET", times=3)
    assert client.get("")["full_name"] == "acme/hq"
    assert slept(github) == [1.0, 2.0, 4.0]
    github.faults.next(fault, "GET", times=4)
    with pytest.raises(LookUpFailed, match="GET /repos/acme/hq"):
        client.get("")
    assert len(github.log) == 8


def test_a_read_without_an_answer_in_time_is_tried_again(github: Double, asks: Asks) -> None:
    github.faults.next(hang(), "GET")
    assert asks(timeout_s=0.2).get("")["full_name"] == "acme/hq"
    github.faults.next(hang(), "GET", times=4)
    with pytest.raises(LookUpFailed, match="no answer in time"):
        asks(timeout_s=0.1).get("")


@pytest.mark.parametrize("fault", UNHEARD, ids=str)
def test_a_write_without_an_answer_is_in_doubt_and_not_tried_again(github: Double, asks: Asks, fault: Fault) -> None:
    github.faults.next(fault, "POST")
    with pytest.raises(Ambiguous, match="may have been done"):
        asks().write("POST", "issues", {"title": "Once"})
    assert len(github.writes) == 1
    assert len(github.repository.issues) == int(fault.after)


def test_a_write_that_lasts_too_long_is_in_doubt(github: Double, asks: Asks) -> None:
    github.faults.next(hang(after=True), "POST")
    with pytest.raises(Ambiguous, match="no answer in time"):
        asks(timeout_s=0.1).write("POST", "issues", {"title": "Once"})
    assert len(github.writes) == len(github.repository.issues) == 1


@pytest.mark.parametrize("fault", [limited(403), limited(429), limited(403, says_how_long=False)], ids=str)
def test_a_limit_is_waited_out_and_the_write_done_once(github: Double, asks: Asks, fault: Fault) -> None:
    github.faults.next(fault, "POST")
    asks().write("POST", "issues", {"title": "Once"})
    assert len(github.repository.issues) == 1
    first, second = github.writes
    assert second.at - first.at >= timedelta(seconds=60)


def test_a_long_wait_is_not_waited_out_but_told_and_kept(github: Double, asks: Asks) -> None:
    client = asks()
    github.faults.next(limited(429, 600), "GET")
    with pytest.raises(Limited) as met:
        client.get("")
    assert met.value.until == github.clock.now() + timedelta(seconds=600)
    assert isinstance(met.value, LookUpFailed), "nobody knows which issues there are"
    with pytest.raises(Limited) as again:
        client.write("POST", "issues", {"title": "Once"})
    assert len(github.log) == 1, "nothing more is asked before the time has come"
    assert again.value.until == met.value.until
    github.advance(600)
    client.write("POST", "issues", {"title": "Once"})


def test_limits_without_a_word_of_how_long_make_longer_and_longer_waits(github: Double, asks: Asks) -> None:
    github.faults.next(limited(403, says_how_long=False), times=9)
    with pytest.raises(Limited) as met:
        asks().get("")
    assert sum(slept(github)) == 60
    assert met.value.until == github.clock.now() + timedelta(seconds=120)


def test_limits_over_and_over_are_not_waited_out_for_ever(github: Double, asks: Asks) -> None:
    github.faults.next(limited(429, 30), times=99)
    with pytest.raises(Limited):
        asks().get("")
    assert len(github.log) == 4


def test_the_primary_limit_is_never_reached(asks: Asks) -> None:
    with (
        running_double(limits=Limits(primary=5)) as github,
        Client("acme/hq", TOKEN, github.url, clock=github.clock) as client,
    ):
        for _ in range(5):
            client.get("")
        with pytest.raises(Limited) as met:
            client.get("")
        assert len(github.log) == 5, "the last answer said that none is left"
        github.advance((met.value.until - github.clock.now()).total_seconds())
        client.get("")
        assert {one.status for one in github.log} == {200}


def test_a_short_wait_for_the_reset_is_waited_out() -> None:
    with (
        running_double(limits=Limits(primary=5)) as github,
        Client("acme/hq", TOKEN, github.url, clock=github.clock) as client,
    ):
        client.get("")
        github.advance(3570)
        for _ in range(9):
            client.get("")
        assert {one.status for one in github.log} == {200}
        assert sum(slept(github)) <= 32


def test_a_storm_of_creates_stays_within_githubs_limits(github: Double, asks: Asks) -> None:
    client, done, stopped = asks(), 0, 0
    while done < 520:
        try:
            client.write("POST", "issues", {"title": f"Issue {done}"})
            done += 1
        except Limited as error:
            stopped += 1
            github.advance((error.until - github.clock.now()).total_seconds())
    assert stopped > 0
    assert github.ignored_limits == 0
    assert {one.status for one in github.log} == {201}
    assert github.most_writes_within(60) <= 20, "three seconds after each"
    assert github.most_writes_within(3600) < 500


def test_a_storm_of_reads_stays_within_githubs_limits(github: Double, asks: Asks) -> None:
    client = asks()
    for _ in range(1000):
        client.get("labels")
    assert {one.status for one in github.log} == {200}
    assert slept(github), "it had to wait"


def test_writes_are_serial_and_apart(github: Double, asks: Asks) -> None:
    client = asks()
    client.write("POST", "issues", {"title": "One"})
    client.write("PATCH", "issues/1", {"title": "Two"})
    client.write("POST", "issues/1/comments", {"body": "Three"})
    times = [one.at for one in github.writes]
    assert [later - earlier for earlier, later in pairwise(times)] == [
        timedelta(seconds=3),
        timedelta(seconds=1),
    ]


def test_a_bad_token_is_for_the_person_to_mend(github: Double, asks: Asks) -> None:
    client = asks(token="token-that-was-revoked")
    for ask in (lambda: list(client.pages("issues")), lambda: [client.write("POST", "issues", {"title": "x"})]):
        with pytest.raises(UsageError, match=r"GITHUB_TOKEN: is not accepted.*Bad credentials") as error:
            ask()
        assert "token-that-was-revoked" not in str(error.value)


def test_a_right_that_is_missing_is_refused(github: Double, asks: Asks) -> None:
    github.permit("push", ACTIONS_TOKEN, may_write_issues=False)
    with pytest.raises(Refused, match=r"Resource not accessible by integration.*issues: write"):
        asks(token=ACTIONS_TOKEN).write("POST", "issues", {"title": "x"})
    assert slept(github) == [], "it is no limit"


def test_what_is_wrong_is_told_in_githubs_words(github: Double, asks: Asks) -> None:
    client = asks()
    client.write("POST", "labels", {"name": "p0"})
    with pytest.raises(Invalid, match=r"422: GitHub says 'Validation Failed' \(name already_exists\)") as error:
        client.write("POST", "labels", {"name": "P0"})
    assert error.value.has("already_exists")


def test_what_is_not_there_is_gone(github: Double, asks: Asks) -> None:
    client = asks()
    github.people.open("Deleted")
    github.people.open("Moved")
    github.people.delete(1)
    github.people.transfer(2, github.add_repository("acme/other"))
    for number, said in ((1, "410"), (2, "moved"), (3, "404")):
        with pytest.raises(Gone, match=said):
            client.get(f"issues/{number}")
        with pytest.raises(Gone, match=said):
            client.write("PATCH", f"issues/{number}", {"title": "x"})
    assert github.repositories["acme/other"].issues[1].now.title == "Moved", "a redirect is not followed"


def test_a_conflict_is_not_done(github: Double, asks: Asks) -> None:
    github.faults.next(conflict(), "POST")
    with pytest.raises(Conflict):
        asks().write("POST", "issues", {"title": "x"})
    assert github.repository.issues == {}


def test_a_connection_that_drops_between_two_writes_is_made_anew(github: Double, asks: Asks) -> None:
    client = asks()
    client.write("POST", "issues", {"title": "One"})
    github.faults.next(drop(), "GET")
    client.get("issues/1")
    client.write("PATCH", "issues/1", {"title": "Two"})
    assert github.repository.issues[1].now.title == "Two"


@pytest.mark.parametrize("path", ["issues/7", "/repos/acme/none", "labels/none", "/repos/acme/none/issues"])
def test_an_error_names_what_was_asked(github: Double, asks: Asks, path: str) -> None:
    with pytest.raises(TrackerError, match=r"GET /repos/acme/.*404: GitHub says 'Not Found'"):
        asks().get(path)


@respx.mock
def test_a_list_without_an_end_is_given_up() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        following = int(request.url.params.get("page", 1)) + 1
        link = f'<https://api.github.com/repos/acme/hq/issues?page={following}>; rel="next"'
        return httpx.Response(200, json=[{}], headers={"Link": link})

    asked = respx.get("https://api.github.com/repos/acme/hq/issues").mock(side_effect=page)
    with Client("acme/hq", TOKEN, clock=VirtualClock()) as client, pytest.raises(LookUpFailed, match="200 pages"):
        list(client.pages("issues"))
    assert asked.call_count == 200


@respx.mock
def test_every_request_says_what_github_asks_for() -> None:
    asked = respx.route(host="api.github.com").respond(200, json={})
    with Client("acme/hq", "ghp_token", clock=VirtualClock()) as client:
        client.get("issues/1")
        client.write("POST", "issues", {"title": "Grüße \ud800"})
    assert [call.request.headers["authorization"] for call in asked.calls] == ["Bearer ghp_token"] * 2
    read, write = (call.request for call in asked.calls)
    assert read.headers["accept"] == "application/vnd.github+json"
    assert read.headers["x-github-api-version"] == "2022-11-28"
    assert read.headers["user-agent"] == "vibehq-smoke"
    assert write.headers["content-type"] == "application/json"
    assert json.loads(write.content) == {"title": "Grüße \ud800"}
