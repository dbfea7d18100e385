"""Answers that GitHub would not give: one clear line, no half truths, and never the token."""

from __future__ import annotations

import gzip
import json
import logging
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.github.double.clock import VirtualClock
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.github import open_client, open_tracker
from vibehq_smoke.issues.github.client import Client
from vibehq_smoke.issues.tracker import Ambiguous, Draft, LookUpFailed, Refused, TrackerError

from .rude import TOKEN, http, rude

BOMB = gzip.compress(b"[" + b" " * (80 * 1024 * 1024) + b"]")
UNREADABLE = {
    "html": (http("<!DOCTYPE html><title>Sign in</title>", headers={"Content-Type": "text/html"}), "text/html"),
    "cut json": (http('[{"number": 1'), "no JSON"),
    "deep json": (http("[" * 100_000), "no JSON"),
    "a number too long": (http("9" * 5000), "no JSON"),
    "no text": (http(b"\xff\xfe\x00"), "no JSON"),
    "no http": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "broke off"),
    "nothing": (b"", "broke off"),
    "half of it": (http("[]", headers={"Content-Length": "4000"}), "broke off"),
    "no gzip": (http("[]", headers={"Content-Encoding": "gzip"}), "broke off"),
    "a bomb": (http(BOMB, headers={"Content-Encoding": "gzip"}), "more than 64 MiB"),
    "an unknown status": (http("{}", status="799 What"), "799"),
    "a status of 1xx and no end": (b"HTTP/1.1 103 Early Hints\r\n\r\n", "broke off"),
    "the token sent back": (http("{token}", headers={"Content-Type": "{token}"}), "[REDACTED]"),
}
"""What the server answers, and what the error has to say."""


def client(url: str) -> Client:
    return open_client("acme/hq", {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": url}, VirtualClock())


def told(error: BaseException) -> str:
    """Everything that a person or a log could get to see of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_fails_the_look_up(name: str) -> None:
    answer, said = UNREADABLE[name]
    with rude(answer) as server, client(server.url) as asking, pytest.raises(LookUpFailed) as error:
        list(asking.pages("issues"))
    assert said in str(error.value), error.value
    assert "\n" not in str(error.value)
    assert "GET /repos/acme/hq/issues" in str(error.value)
    assert TOKEN not in told(error.value)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_leaves_a_write_in_doubt_and_is_not_tried_again(name: str) -> None:
    answer, said = UNREADABLE[name]
    with rude(answer) as server, client(server.url) as asking, pytest.raises(Ambiguous) as error:
        asking.write("POST", "issues", {"title": "x"})
    assert said in str(error.value), error.value
    assert TOKEN not in told(error.value)
    assert server.asked == ["POST /repos/acme/hq/issues HTTP/1.1"]


@pytest.mark.parametrize("items", ["{}", "null", '"x"', "[1]", "[null]", "[[]]", ""])
def test_a_list_of_another_shape_fails_the_look_up(items: str) -> None:
    with rude(http(items)) as server, client(server.url) as asking, pytest.raises(LookUpFailed, match="no list of"):
        list(asking.pages("issues"))


@pytest.mark.parametrize(
    "link",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://api.github.com/repos/acme/hq/issues?page=2",
        "{url}.example.com/repos/acme/hq/issues",
        "{url}@example.com/",
        "http://me:secret@{host}/repos/acme/hq/issues?page=2",
        "//example.com/x",
        "/repos/acme/hq/issues?page=2",
        "http://[::1",
        "file:///etc/passwd",
    ],
)
def test_pages_never_leave_the_api(link: str) -> None:
    page = http("[]", headers={"Link": f'<{link}>; rel="next"'})
    with rude(page) as server, client(server.url) as asking, pytest.raises(LookUpFailed, match="next page"):
        list(asking.pages("issues"))
    assert len(server.asked) == 1


def test_pages_in_a_circle_end() -> None:
    page = http("[]", headers={"Link": '<{url}/repos/acme/hq/issues?page=2>; rel="next"'})
    with rude(page) as server, client(server.url) as asking, pytest.raises(LookUpFailed, match="circle"):
        list(asking.pages("issues"))
    assert len(server.asked) == 2


@pytest.mark.parametrize("link", ["<", ";;;,,,<>", '<{url}/x>; rel="prev"', "<{url}/x>; rel", "x" * 5000])
def test_a_link_that_says_nothing_ends_the_list(link: str) -> None:
    with rude(http("[]", headers={"Link": link})) as server, client(server.url) as asking:
        assert list(asking.pages("issues")) == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_redirects_are_not_followed(status: str) -> None:
    answer = http("{}", status=status, headers={"Location": "http://169.254.169.254/"})
    with rude(answer) as server, client(server.url) as asking:
        for ask in (partial(asking.get, "issues/1"), partial(asking.write, "PATCH", "issues/1", {"title": "x"})):
            with pytest.raises(TrackerError, match="moved") as error:
                ask()
            assert "169.254" not in str(error.value)
    assert len(server.asked) == 2


def test_what_github_says_is_shown_in_one_line_and_without_the_token() -> None:
    message = "no\n::error::\x1b[31m {token} " + "x" * 5000
    answer = http(json.dumps({"message": message, "errors": [{"field": "a\nb", "code": {}}, "{token}"]}), "422 No")
    with rude(answer) as server, client(server.url) as asking, pytest.raises(Refused) as error:
        asking.write("POST", "issues", {"title": "x"})
    said = str(error.value)
    assert len(said) < 2000
    assert said.isprintable(), said
    assert TOKEN not in told(error.value)
    assert "[REDACTED]" in said


@pytest.mark.parametrize(
    "errors", ["x", 1, None, [], [[]], [None], [{}], {"field": 1}, [{"value": {"a": [1]}}], [{"message": None}]]
)
def test_errors_of_any_shape_are_a_refusal(errors: Any) -> None:
    answer = http(json.dumps({"message": "Validation Failed", "errors": errors}), "422 Unprocessable")
    with rude(answer) as server, client(server.url) as asking, pytest.raises(Refused, match="Validation Failed"):
        asking.write("POST", "issues", {"title": "x"})


REPO = http(json.dumps({"full_name": "acme/hq", "has_issues": True}))
USER = http(json.dumps({"login": "bot", "type": "User"}))
ISSUE: dict[str, Any] = {
    "number": 1,
    "title": "t",
    "body": None,
    "state": "open",
    "labels": ["x"],
    "created_at": "2026-03-02T09:00:00Z",
    "html_url": "http://x/1",
    "user": None,
}


def damaged(change: Callable[[dict[str, Any]], object]) -> bytes:
    issue = dict(ISSUE)
    change(issue)
    return http(json.dumps([issue]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda issue: issue.pop("number"), "number: Field required"),
        (lambda issue: issue.update(number="x"), "number"),
        (lambda issue: issue.update(state="half open"), "state"),
        (lambda issue: issue.update(labels=None), "labels"),
        (lambda issue: issue.update(created_at="yesterday"), "created_at"),
        (lambda issue: issue.update(created_at="2026-03-02T09:00:00"), "created_at"),
        (lambda issue: issue.update(user=[]), "user"),
        (lambda issue: issue.update(title=None), "title"),
    ],
)
def test_one_damaged_issue_fails_the_look_up(change: Callable[[dict[str, Any]], object], said: str) -> None:
    env = {"GITHUB_TOKEN": TOKEN}
    with rude(REPO, USER, damaged(change)) as server:
        tracker = open_tracker("acme/hq", env | {"GITHUB_API_URL": server.url}, IssuePolicy(), VirtualClock())
        with pytest.raises(LookUpFailed, match=said):
            tracker.look_up("smoke-test", (), VirtualClock().now())
        tracker.close()


def test_halves_of_characters_do_not_get_any_further() -> None:
    page = http("[" + json.dumps(ISSUE | {"body": "a\ud800b\0c", "title": "\udfff"}) + "]")
    with rude(REPO, USER, page) as server:
        env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": server.url}
        tracker = open_tracker("acme/hq", env, IssuePolicy(), VirtualClock())
        found = tracker.look_up("smoke-test", (), VirtualClock().now())
        tracker.close()
    assert (found.issues[1].title, found.issues[1].body) == ("?", "a?bc")
    assert found.issues[1].author is None
    assert not found.issues[1].is_ours


@pytest.mark.parametrize("answer", ["{}", "[]", "null", '{"number": 7}', ""])
def test_a_create_whose_answer_is_no_issue_is_in_doubt(answer: str) -> None:
    with rude(REPO, USER, http(answer, "201 Created")) as server:
        env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": server.url}
        tracker = open_tracker("acme/hq", env, IssuePolicy(), VirtualClock())
        with pytest.raises(Ambiguous, match="may have been created"):
            tracker.create(Draft("t", "b"))
        tracker.close()
    assert [line.split()[0] for line in server.asked] == ["GET", "GET", "POST"]


@pytest.mark.parametrize("value", ["somebody else", ["somebody else"], None, [], {"x": 1}])
def test_who_cannot_be_assigned_is_left_out_even_where_it_is_not_said_who(value: Any) -> None:
    errors = [{"field": "assignees", "code": "invalid", "value": value}]
    refusal = http(json.dumps({"message": "Validation Failed", "errors": errors}), "422 Unprocessable")
    with rude(REPO, USER, refusal, http(json.dumps(ISSUE), "201 Created"), http("{}", "500 Enough")) as server:
        env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": server.url}
        tracker = open_tracker("acme/hq", env, IssuePolicy(), VirtualClock())
        tracker.create(Draft("t", "b", assignees=("alice", "bob")))
        tracker.close()
    assert [json.loads(body).get("assignees") for body in server.sent[2:]] == [["alice", "bob"], None]
    assert len(tracker.notes) == 1
    assert "cannot be assigned" in tracker.notes[0]


@pytest.mark.parametrize("repository", ["[]", "null", "{}", '{"full_name": 1}'])
def test_a_repository_of_another_shape_fails_the_look_up(repository: str) -> None:
    with rude(http(repository)) as server:
        env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": server.url}
        tracker = open_tracker("acme/hq", env, IssuePolicy(), VirtualClock())
        with pytest.raises(LookUpFailed, match="no repository"):
            tracker.look_up("smoke-test", (), VirtualClock().now())
        tracker.close()


def test_another_server_at_the_address_is_named() -> None:
    page = http("<h1>Not here</h1>", "404 Not Found", {"Content-Type": "text/html"})
    with rude(page) as server:
        env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": server.url}
        tracker = open_tracker("acme/hq", env, IssuePolicy(), VirtualClock())
        with pytest.raises(UsageError, match=f"--repo acme/hq: not found at {server.url}"):
            tracker.look_up("smoke-test", (), VirtualClock().now())
        tracker.close()


def test_nobody_there_is_tried_a_few_times_and_said() -> None:
    with rude(b"") as server:
        pass
    clock = VirtualClock()
    with open_client("acme/hq", {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": server.url}, clock) as asking:
        for ask in (partial(asking.get, "issues/1"), partial(asking.write, "POST", "issues", {"title": "x"})):
            clock.slept.clear()
            with pytest.raises(LookUpFailed, match="no connection to 127"):
                ask()
            assert sum(clock.slept) >= 7, "nothing was sent, so a write may be tried again too"


def test_an_answer_that_drips_for_ever_is_given_up() -> None:
    answer = http("[{drip}" + " " * 400)
    with (
        rude(answer) as server,
        Client("acme/hq", TOKEN, server.url, clock=VirtualClock(), timeout_s=0.4) as asking,
        pytest.raises(Ambiguous, match=r"did not end within 1\.6 s"),
    ):
        asking.write("POST", "issues", {"title": "x"})


def test_no_proxy_is_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with rude(http('{"it": "came"}')) as server, client(server.url) as asking:
        assert asking.get("") == {"it": "came"}


def test_elsewhere_the_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with rude(http("no", "502 Bad Gateway")) as server:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, server.url)
        with client("https://ghe.example/api/v3") as asking, pytest.raises(LookUpFailed, match=r"ghe\.example"):
            asking.get("")
    assert server.asked == ["CONNECT ghe.example:443 HTTP/1.1"] * 4


@pytest.mark.parametrize(
    "setting", [("HTTPS_PROXY", "socks9://me:hunter2secret@proxy:1"), ("SSL_CERT_FILE", "/no/such/file")]
)
def test_an_environment_that_cannot_be_used_is_for_the_person_to_mend(
    monkeypatch: pytest.MonkeyPatch, setting: tuple[str, str]
) -> None:
    monkeypatch.setenv(*setting)
    with pytest.raises(UsageError, match="HTTPS_PROXY") as error:
        client("https://ghe.example/api/v3")
    assert "hunter2secret" not in told(error.value)


def test_no_log_holds_the_token(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), rude(http("{}")) as server, client(server.url) as asking:
        asking.get("")
        asking.write("POST", "issues", {"title": "x"})
    assert "/repos/acme/hq/issues" in caplog.text, "something was logged"
    assert TOKEN not in caplog.text
