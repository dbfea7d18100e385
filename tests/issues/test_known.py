"""Which issue belongs to which cause: other people's issues, what people do to ours, and several accounts of one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.github.double import status
from vibehq_smoke.issues.batch import SMOKE_LABEL
from vibehq_smoke.issues.cause import Cause
from vibehq_smoke.issues.known import one_account
from vibehq_smoke.issues.marker import Signer
from vibehq_smoke.models import Priority

from .stage import DAY, Stage, steps, why
from .world import START

TITLE = "[SMOKE FAIL] HLT-01 (staging)"


# -- issues of other people ------------------------------------------------------------------


def marked(stage: Stage) -> str:
    """The body of an issue of ours for HLT-01, as another repository's harness would sign it for itself."""
    other = Stage(stage.folder / "other")
    other.folder.mkdir()
    other.sync("HLT-01")
    return other.body()


def copied_marker(stage: Stage) -> int:
    return stage.github.people.open("Mine", marked(stage), [SMOKE_LABEL]).number


def same_title(stage: Stage) -> int:
    return stage.github.people.open(TITLE, "I saw it, too.", [SMOKE_LABEL, "bug"]).number


def pull_request(stage: Stage) -> int:
    return stage.github.people.open_pull_request(TITLE, marked(stage), [SMOKE_LABEL], by="hq-bot").number


def wrong_signature(stage: Stage) -> int:
    cause = stage.job("other").worker(None, stage.tracker()).signer.read(marked(stage))
    assert cause is not None
    forged = Signer.of("another key", "github.com/acme/hq").marker(cause)
    return stage.github.people.open("Something else", forged, [SMOKE_LABEL], by="hq-bot").number


@pytest.mark.parametrize("make", [copied_marker, same_title, pull_request, wrong_signature])
def test_what_others_opened_is_never_touched(tmp_path: Path, make: Callable[[Stage], int]) -> None:
    stage = Stage(tmp_path)
    number = make(stage)
    issue = stage.github.repository.issues[number]
    was = (issue.now, list(issue.comments))
    for failing in (["HLT-01"], ["HLT-01"], [], [], [], ["HLT-01"]):
        stage.deploys()
        stage.sync(*failing, after=DAY)
    assert (issue.now, issue.comments) == was


@pytest.mark.parametrize("make", [same_title, pull_request, wrong_signature])
def test_what_others_opened_does_not_stand_for_ours(tmp_path: Path, make: Callable[[Stage], int]) -> None:
    stage = Stage(tmp_path)
    number = make(stage)
    stage.sync("HLT-01")
    assert set(stage.open) - {number} == {number + 1}


def test_a_copied_marker_in_an_open_issue_is_told_of(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    number = copied_marker(stage)
    outcome = stage.sync("HLT-01")
    assert steps(outcome) == []
    assert f"#{number}, of another account, tells of it; [issues] authors may name that" in why(outcome)
    stage.github.people.close(number)
    assert steps(stage.sync("HLT-01")) == ["open"]


def test_a_copy_does_not_disturb_the_original(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01")
    stage.github.people.open(TITLE, stage.body(), [SMOKE_LABEL])
    assert steps(stage.sync("HLT-01")) == ["update"]
    for _ in range(3):
        stage.sync()
    assert stage.issue(1).state == "closed"
    assert stage.issue(2).state == "open"


# -- what people do to ours ------------------------------------------------------------------


def unlabelled(stage: Stage) -> None:
    stage.github.people.unlabel(1, SMOKE_LABEL)


def cut(stage: Stage) -> None:
    stage.github.people.edit(1, body="It is the cache.")


def doubled(stage: Stage) -> None:
    stage.github.people.edit(1, body=f"{stage.body()}\n\nand again\n\n{stage.body()}")


@pytest.mark.parametrize("job", ["one", "without a record"])
@pytest.mark.parametrize("meddle", [unlabelled, cut, doubled])
def test_what_people_took_over_is_left_alone(tmp_path: Path, meddle: Callable[[Stage], None], job: str) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01")
    meddle(stage)
    was = stage.issue()
    for failing in (["HLT-01"], ["HLT-01"], [], [], []):
        assert steps(stage.sync(*failing, job=job)) == []
    assert stage.issue() == was
    assert len(stage.github.repository.issues) == 1, "no second issue for the same cause"


@pytest.mark.parametrize("failing", [True, False])
def test_a_deleted_issue_is_opened_again_while_it_fails(tmp_path: Path, failing: bool) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01")
    stage.github.people.delete(1)
    for _ in range(3):
        stage.sync(*(["HLT-01"] if failing else []))
    assert stage.open == ([2] if failing else [])


def test_a_transferred_issue_is_left_alone(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01")
    other = stage.github.add_repository("acme/other")
    stage.github.people.transfer(1, other)
    was = other.issues[1].now
    for failing in (["HLT-01"], ["HLT-01"], [], [], []):
        outcome = stage.sync(*failing)
        assert steps(outcome) == []
    assert "#1 was transferred" in why(outcome)
    assert stage.open == []
    assert other.issues[1].now == was


def test_a_token_that_may_not_label_opens_one_issue_and_says_so(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.github.permit("read")
    outcome = stage.sync("HLT-01")
    assert any("smoke-test" in note for note in outcome.notes), outcome.notes
    for job in ("one", "without a record"):
        stage.sync("HLT-01", job=job)
    assert stage.open == [1]
    assert len(stage.github.repository.issues) == 1


# -- several accounts of one -----------------------------------------------------------------


def test_a_job_without_a_record_goes_on_where_others_stopped(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01", job="a")
    stage.sync("HLT-01", job="b")
    assert "failing in 2 runs in a row" in stage.body()
    for job in ("c", "d", "e"):
        stage.sync(job=job)
    assert stage.issue().state == "closed"
    stage.deploys()
    stage.sync("HLT-01", job="f")
    assert stage.open == [1]


def test_two_records_that_each_saw_a_part_agree(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01", job="a")
    stage.sync(job="a")
    stage.sync("HLT-01", job="b")
    for _ in range(2):
        stage.sync(job="a")
    assert stage.issue().state == "open", "the failure that b saw counts for a as well"
    stage.sync(job="b")
    assert stage.issue().state == "closed"


def test_what_is_gone_where_nobody_knew_of_an_issue_still_needs_the_proof(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    first, second = stage.run("API-02"), stage.run("API-02")
    for job in ("a", "b"):
        stage.take(first, job)
    stage.github.faults.next(status(503), "GET", times=99)
    stage.take(second, "a")
    stage.sync(job="a")
    stage.github.faults.clear()
    stage.take(second, "b")
    assert stage.open == [1]
    stage.sync(job="a", left_out=["API-02"])
    assert stage.open == [1], "one clean run is not enough"


ACCOUNTS = st.builds(
    lambda seen, later, clean, runs, number: Cause(
        id="1-a",
        scope="smoke/staging",
        component="api",
        fingerprints=("1-a",),
        subjects=("API-02",),
        priority=Priority.P1,
        state="failing" if not clean else "recovered" if clean >= 3 else "recovering",
        fails=0 if clean else 1,
        clean=clean,
        first_seen=START,
        last_seen=START + timedelta(hours=seen),
        counted_at=START + timedelta(hours=seen + (later if clean else 0)),
        runs=runs,
        number=number,
    ),
    st.integers(0, 5),
    st.integers(1, 5),
    st.integers(0, 4),
    st.integers(1, 9),
    st.just(7),
)


@settings(max_examples=150)
@given(ACCOUNTS, ACCOUNTS)
def test_of_two_accounts_none_is_cleaner_than_the_other_allows(mine: Cause, told: Cause) -> None:
    one = one_account(mine, told, 3)
    last_failed = max((mine, told), key=lambda cause: cause.last_seen)
    assert one.last_seen == last_failed.last_seen
    assert one.clean <= max(mine.clean, told.clean)
    assert one.clean >= 3 or one.state != "recovered"
    if mine.last_seen != told.last_seen:
        assert one.clean <= last_failed.clean, "runs before the last failure prove nothing"


@settings(max_examples=50)
@given(ACCOUNTS)
def test_an_account_agrees_with_itself(cause: Cause) -> None:
    assert one_account(cause, cause, 3) == cause
