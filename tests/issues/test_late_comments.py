"""A comment that could not be said in time is said only as long as it is true."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.github.double import status

from .mishaps import COMMENTS, WAIT_S, crash_before, owed, telling, told
from .stage import DAY, Stage, steps


def days_pass(stage: Stage) -> None:
    stage.github.advance(8 * DAY)


def somebody_mutes_it(stage: Stage) -> None:
    stage.github.people.label(1, "quiet")


def somebody_takes_it_over(stage: Stage) -> None:
    stage.github.people.unlabel(1, "smoke-test")


def somebody_closes_it(stage: Stage) -> None:
    stage.github.people.close(1)


def another_job_comments(stage: Stage) -> None:
    issue = stage.github.repository.issues[1]
    stage.github.repository.add_comment(issue, f"It is so.\n\n<!-- vibehq-smoke:comment {'0' * 16} -->", "hq-bot")


def somebody_deletes_it(stage: Stage) -> None:
    stage.github.people.delete(1)


REASONS: dict[Callable[[Stage], None], str] = {
    days_pass: "it is older than 7 days",
    somebody_mutes_it: "the issue is muted by 'quiet'",
    somebody_takes_it_over: "the issue is left alone",
    somebody_closes_it: "the issue was closed or reopened since",
    another_job_comments: "another was added at 2026-03-02 ",
    somebody_deletes_it: "410",
}


@pytest.mark.parametrize("happens", REASONS)
def test_a_comment_that_comes_too_late_is_dropped(tmp_path: Path, happens: Callable[[Stage], None]) -> None:
    stage = Stage(tmp_path)
    run = telling(stage)
    crash_before(stage, run, "comment")
    stage.github.advance(WAIT_S)
    happens(stage)
    before = len(stage.comments())
    outcome = stage.take(run)
    assert outcome.is_complete, outcome.undone
    assert re.search(rf"#1: the comment of [-\d: ]+ is not sent: .*{REASONS[happens]}", told(outcome)), told(outcome)
    assert len(stage.comments()) == before
    assert owed(stage) == []


def test_a_comment_that_is_refused_is_not_tried_for_ever(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    run = telling(stage)
    stage.github.faults.next(status(403), "POST", COMMENTS)
    outcome = stage.take(run)
    assert outcome.is_complete
    assert "#1: the comment of " in told(outcome)
    assert owed(stage) == []


def test_what_another_job_just_said_is_not_followed_by_more(tmp_path: Path) -> None:
    """The marker may be that of a job that did not know it: what stands there counts."""
    stage = Stage(tmp_path)
    run = telling(stage)
    another_job_comments(stage)
    stage.github.advance(60)
    outcome = stage.take(run)
    assert (steps(outcome), len(stage.comments())) == (["update"], 1)
    assert "#1: no comment now, since one was added at 2026-03-02" in told(outcome)
    stage.sync("HLT-01", says="it does not answer", after=DAY)
    assert stage.comments()[1:] == ["**What is new**\n\nit does not answer"], "it is still news a day later"
