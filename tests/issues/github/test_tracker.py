"""Writing issues, over a socket: what is sent, what GitHub drops, and what else happens to them meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.github.double import ACTIONS_TOKEN, TOKEN, Double, Fault, conflict, drop, limited, status
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.github import open_tracker
from vibehq_smoke.issues.github.tracker import GitHubTracker
from vibehq_smoke.issues.tracker import Ambiguous, Change, Draft, Gone, LookUpFailed, Refused, Tracker

from .conftest import Tracks

DRAFT = Draft("It is slow", "Very.", ("smoke-test", "p1"), "stage-smoke", ("@alice", "bob"))


@pytest.fixture
def tracker(github: Double, tracks: Tracks) -> GitHubTracker:
    """In a repository with a milestone, in which alice and bob can be assigned."""
    github.repository.add_milestone("Stage-Smoke", "alice")
    github.repository.collaborators |= {"alice", "bob"}
    return tracks()


def sent(github: Double) -> list[str]:
    return [f"{one.method} {one.path.removeprefix('/repos/acme/hq/')}" for one in github.writes]


def test_it_is_a_tracker(tracker: GitHubTracker) -> None:
    promised: Tracker = tracker
    assert promised.name.endswith("/acme/hq")
    assert promised.notes == []


def test_an_issue_is_created_with_all_that_was_asked_for(github: Double, tracker: GitHubTracker) -> None:
    issue = tracker.create(DRAFT)
    now = github.repository.issues[1].now
    assert (now.title, now.body, now.milestone, now.assignees) == ("It is slow", "Very.", 1, ("alice", "bob"))
    assert issue.labels == {"smoke-test", "p1"}
    assert (issue.number, issue.state, issue.is_ours) == (1, "open", True)
    assert tracker.notes == []
    assert sent(github) == ["POST issues"]


def test_who_cannot_be_assigned_is_left_out_and_noted(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(Draft("t", "b", assignees=("alice", "nobody")))
    assert github.repository.issues[1].now.assignees == ("alice",)
    assert tracker.notes == ["acme/hq: cannot be assigned: nobody"]
    tracker.create(Draft("t", "b", assignees=("nobody",)))
    assert github.repository.issues[2].now.assignees == ()
    assert len(tracker.notes) == 1, "each thing once"


def test_a_milestone_that_is_not_there_is_noted_and_looked_for_once(github: Double, tracker: GitHubTracker) -> None:
    for _ in range(2):
        tracker.create(Draft("t", "b", milestone="v9"))
    assert [issue.now.milestone for issue in github.repository.issues.values()] == [None, None]
    assert len(tracker.notes) == 1
    assert "no open milestone 'v9'" in tracker.notes[0]
    assert [one.path for one in github.log].count("/repos/acme/hq/milestones") == 1


def test_a_milestone_that_went_meanwhile_is_left_out(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    github.repository.milestones.clear()
    issue = tracker.create(DRAFT)
    assert issue.number == 2
    assert tracker.notes == ["acme/hq: the milestone is not accepted and is left out"]
    assert github.repository.issues[2].now.assignees == ("alice", "bob")


def test_what_github_drops_in_silence_is_noted(github: Double, tracker: GitHubTracker) -> None:
    github.permit("read")
    issue = tracker.create(DRAFT)
    assert issue.labels == frozenset()
    assert tracker.notes == [
        "acme/hq: the token may not set labels (needs issues: write): smoke-test, p1",
        "acme/hq: the token may not set assignees (needs issues: write): alice, bob",
        "acme/hq: the token may not set a milestone (needs issues: write)",
    ]


def test_a_refused_create_says_why(github: Double, tracker: GitHubTracker) -> None:
    with pytest.raises(Refused, match="title can't be blank"):
        tracker.create(Draft(" ", "b"))
    assert github.repository.issues == {}


@pytest.mark.parametrize("fault", [status(502), status(502, after=True), drop(), drop(after=True), conflict()], ids=str)
def test_a_create_without_a_clear_answer_is_in_doubt(github: Double, tracker: GitHubTracker, fault: Fault) -> None:
    github.faults.next(fault, "POST")
    with pytest.raises(Ambiguous):
        tracker.create(DRAFT)
    assert sent(github) == ["POST issues"], "not sent twice"


def test_a_create_that_cannot_look_first_is_not_sent(github: Double, tracker: GitHubTracker) -> None:
    github.faults.next(status(502), "GET", "milestones", times=4)
    with pytest.raises(LookUpFailed):
        tracker.create(DRAFT)
    assert sent(github) == []
    assert tracker.create(DRAFT).number == 1


def test_a_repository_that_takes_no_issues_is_for_the_person_to_mend(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    github.repository.has_issues = False
    with pytest.raises(UsageError, match="takes no issues"):
        tracker.create(DRAFT)


def test_more_than_github_takes_is_never_sent(github: Double, tracker: GitHubTracker) -> None:
    labels = ("smoke-test", "x" * 51, "a,b", " ", *(f"label {number}" for number in range(120)))
    issue = tracker.create(Draft("t" * 300, "b" * 65_536, labels))
    assert len(issue.title) == 256
    assert len(issue.labels) == 100
    assert "GitHub takes no such labels: " + "x" * 51 + ", a,b,  , label 99" in tracker.notes[0]
    assert "smoke-test" in issue.labels
    for write in (
        lambda: tracker.create(Draft("t", "b" * 65_537)),
        lambda: tracker.change(1, Change(body="b" * 65_537)),
        lambda: tracker.comment(1, "b" * 65_537),
    ):
        with pytest.raises(Refused, match="65,537 characters"):
            write()
    assert sent(github) == ["POST issues"]


def test_an_issue_is_changed_in_one_write(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    issue = tracker.change(1, Change(title="Other", body="New", state="closed", state_reason="completed"))
    assert (issue.title, issue.body, issue.state, issue.state_reason) == ("Other", "New", "closed", "completed")
    assert sent(github)[1:] == ["PATCH issues/1"]
    again = tracker.change(1, Change(state="open", state_reason="reopened"))
    assert (again.state, again.body) == ("open", "New")


def test_labels_change_one_by_one_and_peoples_own_stay(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    github.people.label(1, "needs: look/see?", "team a")
    issue = tracker.change(1, Change(body="New", add_labels=("p0", "SMOKE-TEST"), remove_labels=("P1", "not there")))
    assert issue.labels == {"smoke-test", "p0", "needs: look/see?", "team a"}
    assert sent(github)[1:] == ["PATCH issues/1", "POST issues/1/labels", "DELETE issues/1/labels/P1"]
    issue = tracker.change(1, Change(remove_labels=("needs: look/see?",)))
    assert issue.labels == {"smoke-test", "p0", "team a"}
    assert tracker.notes == []


def test_labels_that_are_as_they_should_be_cost_no_write(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    issue = tracker.change(1, Change(add_labels=("P1",), remove_labels=("p0",)))
    assert issue.labels == {"smoke-test", "p1"}
    assert sent(github) == ["POST issues"]


def test_a_label_that_somebody_took_off_meanwhile_is_off(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    github.faults.hook = lambda request: github.people.unlabel(1, "p1") if request.method == "DELETE" else None
    issue = tracker.change(1, Change(remove_labels=("p1",)))
    assert issue.labels == {"smoke-test"}
    assert tracker.notes == []


def test_labels_that_may_not_be_set_are_noted_and_the_rest_is_done(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    github.permit("read")
    issue = tracker.change(1, Change(body="New", add_labels=("p0",), remove_labels=("p1",)))
    assert issue.body == github.repository.issues[1].now.body == "New"
    assert issue.labels == {"smoke-test", "p1"}
    tracker.change(1, Change(add_labels=("p2",)))
    assert tracker.notes == [
        "acme/hq: GitHub refuses to set labels (needs issues: write): p0, p2",
        "acme/hq: GitHub refuses to remove labels (needs issues: write): p1",
    ]


def test_a_comment_is_added(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    tracker.comment(1, "Still slow.")
    assert [one.body for one in github.repository.issues[1].comments] == ["Still slow."]


def test_comments_are_read_with_who_wrote_them(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    begin = github.clock.now()
    github.people.comment(1, "Long ago.")
    github.clock.sleep(3600)
    github.people.comment(1, "Is it?")
    tracker.comment(1, "Still slow.")
    since = tracker.remarks(1, begin + timedelta(minutes=30))
    assert [(one.text, one.is_ours) for one in since] == [("Is it?", False), ("Still slow.", True)]
    assert all(begin < one.at <= github.clock.now() for one in since)
    with pytest.raises(Gone):
        tracker.remarks(99, begin)


def test_only_what_may_have_been_carried_out_counts(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    assert tracker.carried_out == 1
    github.faults.next(status(422), "PATCH")
    with pytest.raises(Refused):
        tracker.change(1, Change(body="New"))
    github.faults.next(limited(seconds=5), "PATCH")
    tracker.change(1, Change(body="New"))
    assert tracker.carried_out == 2, "what was refused, or turned away at first, was not carried out"
    github.faults.next(status(502), "POST")
    with pytest.raises(Ambiguous):
        tracker.comment(1, "Still slow.")
    assert tracker.carried_out == 3


@pytest.mark.parametrize("fate", ["deleted", "transferred"])
def test_what_went_meanwhile_is_gone(github: Double, tracker: GitHubTracker, fate: str) -> None:
    tracker.create(DRAFT)
    other = github.add_repository("acme/other")
    if fate == "deleted":
        github.people.delete(1)
    else:
        github.people.transfer(1, other)
    for change in (Change(body="New"), Change(add_labels=("p0",))):
        with pytest.raises(Gone):
            tracker.change(1, change)
    with pytest.raises(Gone):
        tracker.comment(1, "Still slow.")
    assert all(issue.now.body == "Very." and not issue.comments for issue in other.issues.values())


@pytest.mark.parametrize("path", ["/issues/1$", "/labels$", "/comments$"])
def test_a_conflict_is_tried_once_more_after_looking(github: Double, tracker: GitHubTracker, path: str) -> None:
    tracker.create(DRAFT)
    github.faults.next(conflict(), "PATCH", path)
    github.faults.next(conflict(), "POST", path)
    tracker.change(1, Change(body="New", add_labels=("p0",)))
    tracker.comment(1, "Still slow.")
    asked = [one.method for one in github.log if one.at > github.writes[0].at]
    assert asked.count("GET") == 1
    assert len(github.writes) == 5, "one more than without"
    assert github.repository.issues[1].now.body == "New"
    assert len(github.repository.issues[1].comments) == 1


def test_a_conflict_that_stays_is_a_refusal(github: Double, tracker: GitHubTracker) -> None:
    tracker.create(DRAFT)
    github.faults.next(conflict(), "PATCH", times=2)
    with pytest.raises(Refused, match="409"):
        tracker.change(1, Change(body="New"))


@pytest.mark.parametrize("write", ["PATCH", "POST", "DELETE"])
@pytest.mark.parametrize("after", [False, True])
def test_a_change_without_a_clear_answer_is_in_doubt(
    github: Double, tracker: GitHubTracker, write: str, after: bool
) -> None:
    tracker.create(DRAFT)
    change = Change(body="New", add_labels=("p0",), remove_labels=("p1",))
    github.faults.next(status(504, after=after), write)
    with pytest.raises(Ambiguous):
        tracker.change(1, change)
    issue = tracker.change(1, change)
    assert issue.body == "New"
    assert issue.labels == {"smoke-test", "p0"}, "doing it again does no harm"


def test_what_others_wrote_is_left_alone(github: Double, tracker: GitHubTracker) -> None:
    github.people.open("Mine", "as it was", ["smoke-test"], by="alice")
    github.people.open_pull_request("A fix", "as it was", by="hq-bot")
    for number in (1, 2):
        for change in (Change(body="New"), Change(add_labels=("p0",))):
            with pytest.raises(Refused, match=f"acme/hq#{number}: is no issue of ours"):
                tracker.change(number, change)
        with pytest.raises(Refused, match="no issue of ours"):
            tracker.comment(number, "x")
    assert github.writes == []


def test_what_another_process_opened_is_changed(github: Double, tracks: Tracks, tracker: GitHubTracker) -> None:
    tracks().create(DRAFT)
    assert tracker.change(1, Change(title="Other")).title == "Other"
    tracks().comment(1, "Still slow.")


def test_a_workflows_token_opens_and_changes_its_own(github: Double, tracks: Tracks) -> None:
    tracker = tracks(ACTIONS_TOKEN)
    issue = tracker.create(Draft("t", "b", ("smoke-test",)))
    assert (issue.author, issue.is_ours) == ("github-actions[bot]", True)
    assert tracker.change(1, Change(state="closed", state_reason="not_planned")).state_reason == "not_planned"


def test_a_workflow_without_the_right_is_told_which_one(github: Double, tracks: Tracks) -> None:
    github.permit("push", ACTIONS_TOKEN, may_write_issues=False)
    with pytest.raises(Refused, match=r"not accessible by integration.*issues: write"):
        tracks(ACTIONS_TOKEN).create(Draft("t", "b"))


def test_an_enterprise_server_is_a_tracker_too(github: Double) -> None:
    env = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.enterprise_url}
    tracker = open_tracker("acme/hq", env, IssuePolicy(), github.clock)
    for number in range(101):
        github.people.open(f"Issue {number}", labels=["smoke-test"], by="hq-bot")
    issue = tracker.create(Draft("t", "b", ("smoke-test",)))
    tracker.change(102, Change(body="New"))
    assert sorted(tracker.look_up("smoke-test", (), github.clock.now()).issues) == list(range(1, 103))
    assert issue.number == 102
    tracker.close()
