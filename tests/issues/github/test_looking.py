"""What a look-up finds: every issue that may be ours, wherever it hides, and no pull request."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.github.double import (
    ACTIONS_TOKEN,
    Account,
    Double,
    Issue,
    VirtualClock,
    limited,
    running_double,
    status,
)
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.github import open_tracker
from vibehq_smoke.issues.tracker import Gone, Limited, LookUpFailed

from .conftest import Tracks
from .rude import http, rude

LABEL = "smoke-test"
MONTH = timedelta(days=30)
BOT = "hq-bot"


def opened(github: Double, title: str = "Slow", *, by: str = BOT, labels: tuple[str, ...] = (LABEL,)) -> Issue:
    return github.people.open(title, "body", labels, by=by)


def test_labelled_issues_are_found_and_pull_requests_are_none(github: Double, tracks: Tracks) -> None:
    opened(github)
    github.people.open_pull_request("A fix", labels=[LABEL], by=BOT)
    opened(github, by="alice")
    opened(github, by="alice", labels=("bug",))
    opened(github, "Closed")
    github.people.close(5, "not_planned")
    found = tracks().look_up(LABEL, (2,), github.clock.now() - MONTH)
    assert sorted(found.issues) == [1, 3, 5]
    assert found.gone == {}
    assert [issue.is_ours for issue in found.issues.values()] == [True, False, True]
    ours = found.issues[1]
    assert (ours.title, ours.body, ours.state, ours.state_reason) == ("Slow", "body", "open", None)
    assert (ours.labels, ours.author, ours.created_at) == (frozenset({LABEL}), BOT, github.clock.now())
    assert ours.url.endswith("/acme/hq/issues/1")
    closed = found.issues[5]
    assert (closed.state, closed.state_reason, closed.closed_at) == ("closed", "not_planned", github.clock.now())


def test_closed_issues_are_found_when_they_were_closed_lately(github: Double, tracks: Tracks) -> None:
    for _ in range(2):
        opened(github)
    github.people.close(1)
    github.advance(40 * 86_400)
    github.people.close(2)
    github.people.comment(1, "Still here?")
    found = tracks().look_up(LABEL, (), github.clock.now() - MONTH)
    assert sorted(found.issues) == [2], "a comment makes nothing newly closed"


def test_own_issues_that_lost_the_label_are_found(github: Double, tracks: Tracks) -> None:
    for who in (BOT, "github-actions[bot]", "Other-Bot", "alice"):
        opened(github, by=who, labels=())
    found = tracks(authors=("@other-bot",)).look_up(LABEL, (), github.clock.now() - MONTH)
    assert sorted(found.issues) == [1, 2, 3]
    assert all(issue.is_ours for issue in found.issues.values())


def test_known_numbers_are_asked_for_one_by_one(github: Double, tracks: Tracks) -> None:
    for number in range(1, 6):
        opened(github, str(number))
    for number in (1, 2):
        github.people.close(number)
    github.people.delete(3)
    github.people.transfer(4, github.add_repository("acme/other"))
    github.advance(90 * 86_400)
    found = tracks().look_up(LABEL, (1, 3, 4, 5, 77), github.clock.now() - MONTH)
    assert sorted(found.issues) == [1, 5], "closed long ago, but known"
    assert found.gone == {3: "deleted", 4: "transferred", 77: "deleted"}


def test_what_was_opened_a_moment_ago_is_not_taken_for_deleted() -> None:
    with running_double(lag=5.0, lag_of_reads=True) as github:
        env = {"GITHUB_TOKEN": "token-of-hq-bot", "GITHUB_API_URL": github.url}
        github.advance(60)
        opened(github)
        tracker = open_tracker("acme/hq", env, IssuePolicy(), github.clock)
        found = tracker.look_up(LABEL, (1,), github.clock.now() - MONTH)
        tracker.close()
    assert sorted(found.issues) == [1]
    assert found.gone == {}


def test_more_than_a_page_is_read_to_its_end(github: Double, tracks: Tracks) -> None:
    for number in range(230):
        opened(github, str(number))
    assert len(tracks().look_up(LABEL, (), github.clock.now() - MONTH).issues) == 230


def test_a_workflows_token_knows_its_own_without_asking_who_it_is(github: Double, tracks: Tracks) -> None:
    github.accounts["app"] = Account("acme-app[bot]", "actions")
    for who in ("github-actions[bot]", "acme-app[bot]", BOT):
        opened(github, by=who)
    opened(github, by="github-actions[bot]", labels=())
    found = tracks(ACTIONS_TOKEN).look_up(LABEL, (), github.clock.now() - MONTH)
    assert {number: issue.is_ours for number, issue in found.issues.items()} == {1: True, 2: True, 3: False, 4: True}


def test_a_person_does_not_take_other_bots_for_itself(github: Double, tracks: Tracks) -> None:
    opened(github, by="acme-app[bot]")
    found = tracks().look_up(LABEL, (), github.clock.now() - MONTH)
    assert [issue.is_ours for issue in found.issues.values()] == [False]


@pytest.mark.parametrize("path", ["/user$", "hq$", "/issues$", "/issues/1$"])
def test_a_failure_anywhere_fails_the_look_up(github: Double, tracks: Tracks, path: str) -> None:
    opened(github, labels=(), by="alice")
    tracker = tracks()
    github.faults.next(status(502), "GET", path, times=4)
    with pytest.raises(LookUpFailed, match="502"):
        tracker.look_up(LABEL, (1,), github.clock.now() - MONTH)
    assert sorted(tracker.look_up(LABEL, (1,), github.clock.now() - MONTH).issues) == [1], "and the next one works"


@pytest.mark.parametrize("path", ["/user$", "hq$", "/issues$"])
def test_a_limit_anywhere_fails_the_look_up_and_says_until_when(github: Double, tracks: Tracks, path: str) -> None:
    github.faults.next(limited(403, 300), "GET", path)
    with pytest.raises(LookUpFailed) as error:
        tracks().look_up(LABEL, (), github.clock.now() - MONTH)
    assert isinstance(error.value, Limited)
    assert error.value.until == github.clock.now() + timedelta(seconds=300)


def test_a_repository_that_cannot_be_seen_is_for_the_person_to_mend(github: Double, tracks: Tracks) -> None:
    with pytest.raises(UsageError, match=r"--repo acme/none: not found at http.*GITHUB_TOKEN may not see it"):
        tracks(repo="acme/none").look_up(LABEL, (), github.clock.now() - MONTH)


def test_a_repository_without_issues_is_for_the_person_to_mend(github: Double, tracks: Tracks) -> None:
    github.repository.has_issues = False
    with pytest.raises(UsageError, match="--repo acme/hq: has its issues turned off"):
        tracks().look_up(LABEL, (), github.clock.now() - MONTH)


def test_a_repository_that_was_renamed_is_named_anew() -> None:
    moved = http("{}", "301 Moved Permanently", {"Location": "{url}/repositories/7"})
    with rude(moved, http('{"full_name": "acme/new"}')) as server:
        env = {"GITHUB_TOKEN": "t", "GITHUB_API_URL": server.url}
        tracker = open_tracker("acme/old", env, IssuePolicy(), VirtualClock())
        with pytest.raises(UsageError, match="--repo acme/old: has moved; give the name that it has now, acme/new"):
            tracker.look_up(LABEL, (), VirtualClock().now())
        tracker.close()


def test_who_and_where_is_asked_once(github: Double, tracks: Tracks) -> None:
    tracker = tracks()
    for _ in range(2):
        tracker.look_up(LABEL, (), github.clock.now() - MONTH)
    asked = [one.path for one in github.log]
    assert asked.count("/user") == asked.count("/repos/acme/hq") == 1


def test_one_issue_is_read_as_it_is_now(github: Double, tracks: Tracks) -> None:
    opened(github)
    opened(github, by="alice")
    github.people.open_pull_request("A fix", by=BOT)
    for number in (4, 5):
        opened(github)
        assert number in github.repository.issues
    github.people.delete(4)
    github.people.transfer(5, github.add_repository("acme/other"))
    tracker = tracks()
    github.people.edit(1, title="Slower")
    assert (tracker.read(1).title, tracker.read(1).is_ours) == ("Slower", True)
    assert not tracker.read(2).is_ours
    with pytest.raises(LookUpFailed, match="acme/hq#3: is a pull request"):
        tracker.read(3)
    for number in (4, 5, 77):
        with pytest.raises(Gone):
            tracker.read(number)
    github.faults.next(status(500), "GET", times=4)
    with pytest.raises(LookUpFailed):
        tracker.read(1)
