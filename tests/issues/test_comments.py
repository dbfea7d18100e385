"""A comment that belongs to a change is said once, whatever happens between the two, or it is said why it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.github.double import AMBIGUOUS, SILENT, Fault, limited, status
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues.batch import Batch
from vibehq_smoke.issues.commenting import mark
from vibehq_smoke.issues.folder import FolderTracker

from .mishaps import (
    COMMENTS,
    ENDS,
    WAIT_S,
    Act,
    closing,
    crash_before,
    dying,
    dying_at,
    meanwhile,
    owed,
    reopening,
    telling,
    title,
    told,
)
from .stage import Crash, Stage, steps
from .world import Job

# -- never lost, never doubled ---------------------------------------------------------------


@pytest.mark.parametrize("act", [telling, closing, reopening])
def test_a_crash_at_any_step_neither_loses_nor_doubles_a_comment(tmp_path: Path, act: Act) -> None:
    for at in range(1, 40):
        folder = tmp_path / str(at)
        folder.mkdir()
        stage = Stage(folder, IssuePolicy(close_after=1))
        run = act(stage)
        try:
            stage.take(run, around=dying(at))
        except Crash:
            stage.github.advance(WAIT_S)
            stage.take(run)
            stage.github.advance(WAIT_S)
            stage.take(run)
        else:
            assert at > 8, "there are several steps to die at"
            return
        assert len(stage.comments()) == ENDS[act][1], f"died at step {at}"
        assert owed(stage) == []
    pytest.fail("it never came to an end")


@pytest.mark.parametrize("lag", [0.0, 20.0])
@pytest.mark.parametrize("fault", [*AMBIGUOUS, *SILENT, limited(seconds=300)], ids=title)
def test_a_comment_of_which_nobody_knows_is_said_once(tmp_path: Path, fault: Fault, lag: float) -> None:
    stage = Stage(tmp_path, lag=lag)
    run = telling(stage)
    stage.github.faults.next(fault, "POST", COMMENTS, times=9)
    first = stage.take(run)
    stage.github.faults.clear()
    assert steps(first) == ["update"], "the change was made"
    for _ in range(2):
        stage.github.advance(WAIT_S)
        last = stage.take(run)
    assert last.is_complete
    assert stage.comments() == ["**What is new**\n\nit does not answer"]
    assert owed(stage) == []


def test_what_is_left_to_say_is_in_the_plan(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    run = telling(stage)
    crash_before(stage, run, "comment")
    assert steps(stage.plan(run)) == [], "what was done a moment ago may not show yet"
    stage.github.advance(WAIT_S)
    (action,) = [action for action in stage.plan(run).actions if action.writes]
    assert (action.step.value, action.number) == ("comment", 1)
    assert "is not known to have arrived" in action.why
    assert steps(stage.take(run)) == ["comment"]
    assert len(stage.comments()) == 1


def test_a_change_that_was_not_made_says_nothing_of_itself(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    run = telling(stage)
    stage.github.faults.next(status(422), "PATCH")
    assert not stage.take(run).is_complete
    assert owed(stage) == []
    crash_before(stage, run, "change")
    (one,) = owed(stage)
    stage.github.advance(WAIT_S)
    outcome = stage.take(run)
    assert steps(outcome) == ["update"]
    assert f"#1: the comment of {one.since:%Y-%m-%d %H:%M:%S} is not sent: something newer is said" in told(outcome)
    assert len(stage.comments()) == 1


def test_a_folder_is_commented_once_too(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    job = Job(
        tmp_path / "folder.db", lambda: FolderTracker(tmp_path / "issues", stage.github.clock), stage.github.clock
    )
    job.sync(stage.run("HLT-01"))
    run = stage.run("HLT-01", says="it does not answer")
    for step in ("comment", "note_sent"):
        stage.github.advance(WAIT_S)
        with pytest.raises(Crash):
            job.sync(run, dying_at(step))
    for _ in range(2):
        stage.github.advance(WAIT_S)
        job.sync(run)
    assert (tmp_path / "issues" / "0001.md").read_text(encoding="utf-8").count("**What is new**") == 1


# -- duplicates ------------------------------------------------------------------------------


def twice(stage: Stage) -> Batch:
    """Two issues of ours tell of the same; the sync that sees it closes the newer one."""
    stage.sync("HLT-01")
    stage.github.repository.add_issue("Mine", "hq-bot", body=stage.body(), labels=stage.issue().labels)
    return stage.run("HLT-01")


@pytest.mark.parametrize("step", ["comment", "change"])
def test_a_duplicate_is_named_once_whatever_happens(tmp_path: Path, step: str) -> None:
    stage = Stage(tmp_path)
    run = twice(stage)
    crash_before(stage, run, step)
    for _ in range(2):
        stage.github.advance(WAIT_S)
        stage.take(run)
    assert (stage.issue(2).state, stage.issue(2).state_reason) == ("closed", "duplicate")
    assert stage.comments(2) == ["Duplicate of #1"]
    assert owed(stage) == []


def test_of_two_jobs_one_names_a_duplicate(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    run = twice(stage)
    stage.take(run, "one", meanwhile("read", lambda: stage.take(run, "two")))
    assert stage.comments(2) == ["Duplicate of #1"]


def test_a_mark_is_of_one_issue_and_one_time() -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert mark(1, at) == mark(1, at)
    assert len({mark(1, at), mark(2, at), mark(1, at.replace(microsecond=1))}) == 3
