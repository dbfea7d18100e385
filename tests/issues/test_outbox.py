"""What goes wrong between two steps: nothing is lost, nothing is done twice, limits are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.github.double import AMBIGUOUS, SILENT, Fault, conflict, limited, status
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.history import History
from vibehq_smoke.issues.folder import FolderTracker

from .mishaps import ENDS, Act, dying, meanwhile, title
from .stage import DAY, Crash, Stage, steps
from .world import Job

ISSUES = r"/issues$"


# -- no look-up ------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [*SILENT, limited(seconds=3600)], ids=title)
def test_nothing_is_created_while_nobody_can_look(tmp_path: Path, fault: Fault) -> None:
    stage = Stage(tmp_path)
    stage.github.faults.next(fault, "GET", times=99)
    outcome = stage.sync("HLT-01")
    assert outcome.plan.trouble
    assert not outcome.is_complete
    assert stage.github.writes == []


def test_what_was_seen_meanwhile_is_filed_by_a_later_run(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.github.faults.next(status(503), "GET", times=99)
    stage.sync("HLT-01", "API-02")
    stage.sync("HLT-01", "API-02")
    stage.github.faults.clear()
    stage.sync(left_out=["HLT-01", "API-02"])
    assert [stage.issue(number).title for number in stage.open] == [
        "[SMOKE FAIL] HLT-01 (staging)",
        "[SMOKE FAIL] API-02 (staging)",
    ]


def test_half_a_list_is_no_list(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01")
    for number in range(120):
        stage.github.people.open(f"Other {number}", labels=["smoke-test"])
    stage.github.faults.hook = lambda request: status(502) if "page=2" in request.target else None
    assert stage.sync("HLT-01", job="without a record").plan.trouble
    assert stage.open == [1]


# -- opening ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lag", [0.0, 20.0])
@pytest.mark.parametrize("fault", [*AMBIGUOUS, *SILENT, conflict()], ids=title)
def test_an_issue_of_which_nobody_knows_is_opened_once(tmp_path: Path, fault: Fault, lag: float) -> None:
    stage = Stage(tmp_path, lag=lag)
    run = stage.run("HLT-01")
    stage.github.faults.next(fault, "POST", ISSUES)
    stage.take(run)
    for _ in range(2):
        stage.github.advance(600)
        outcome = stage.take(run)
    assert outcome.is_complete
    assert stage.open == [1]
    assert len(stage.github.repository.issues) == 1


def test_it_is_looked_for_before_it_is_given_up(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lag=2.0)
    stage.github.faults.next(status(502, after=True), "POST", ISSUES)
    outcome = stage.sync("HLT-01")
    assert steps(outcome) == ["open"]
    assert outcome.is_complete


def test_it_is_not_opened_again_before_it_had_time_to_show(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lag=120.0)
    stage.github.faults.next(status(502, after=True), "POST", ISSUES)
    run = stage.run("HLT-01")
    for _ in range(6):
        stage.take(run)
        stage.github.advance(50)
    assert len(stage.github.repository.issues) == 1
    assert stage.open == [1]


def test_after_a_limit_nothing_more_is_asked(tmp_path: Path) -> None:
    stage = Stage(tmp_path, p0=frozenset({"HLT-01", "API-02", "WRK-03"}))
    run = stage.run(*stage.checks)
    stage.github.faults.next(limited(seconds=3600), "POST", ISSUES)
    outcome = stage.take(run)
    assert len(outcome.undone) == 3
    assert not outcome.is_complete
    assert len(stage.github.writes) == 1
    stage.github.advance(3600)
    assert stage.take(run).is_complete
    assert len(stage.open) == len(stage.github.repository.issues) == 3


def test_an_issue_that_is_refused_does_not_hold_up_the_others(tmp_path: Path) -> None:
    stage = Stage(tmp_path, p0=frozenset({"HLT-01", "API-02"}))
    stage.github.faults.next(status(422), "POST", ISSUES)
    outcome = stage.sync("HLT-01", "API-02")
    assert (len(outcome.done), len(outcome.undone)) == (1, 1)
    assert stage.sync("HLT-01", "API-02").is_complete
    assert len(stage.open) == 2


# -- budget ----------------------------------------------------------------------------------


def test_what_the_budget_leaves_is_done_by_the_next_sync(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened(*stage.checks)
    stage.policy = IssuePolicy(writes_per_run=2)
    written = len(stage.github.writes)
    outcome = stage.sync(*stage.checks)
    assert (len(outcome.done), len(outcome.plan.later)) == (2, 1)
    assert len(stage.github.writes) == written + 2
    left = outcome.plan.later[0].number
    again = stage.sync(*stage.checks)
    assert left in {action.number for action, _ in again.done}, "what waited longest comes first"


def test_opening_and_closing_go_before_numbers(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02", "WRK-03")
    for _ in range(2):
        stage.sync("API-02")
    stage.policy = IssuePolicy(writes_per_run=3)
    assert steps(stage.sync("API-02", "HLT-01")) == ["close", "open"], "a closing is two writes"


# -- crashes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ENDS)
def test_a_crash_at_any_step_neither_loses_nor_doubles(tmp_path: Path, act: Act) -> None:
    for at in range(1, 30):
        folder = tmp_path / str(at)
        folder.mkdir()
        stage = Stage(folder, IssuePolicy(close_after=1))
        run = act(stage)
        try:
            stage.take(run, around=dying(at))
        except Crash:
            stage.github.advance(600)
            assert stage.take(run).is_complete
        else:
            assert at > 5, "there are several steps to die at"
            return
        state, comments = ENDS[act]
        assert [stage.issue(number).state for number in stage.github.repository.issues] == [state]
        assert len(stage.comments()) <= comments
    pytest.fail("it never came to an end")


# -- two at once -----------------------------------------------------------------------------


def test_of_two_that_were_opened_at_once_the_newer_is_closed(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    run = stage.run("HLT-01")
    stage.take(run, "a", meanwhile("create", lambda: stage.take(run, "b")))
    assert stage.open == [1]
    assert (stage.issue(2).state, stage.issue(2).state_reason) == ("closed", "duplicate")
    assert stage.comments(2) == ["Duplicate of #1"]
    for job in ("a", "b", "c"):
        stage.sync("HLT-01", job=job)
    assert stage.open == [1], "a duplicate is not reopened"
    for job in ("a", "b", "c"):
        stage.sync(job=job)
    assert stage.open == []


def test_a_duplicate_that_people_muted_is_left_in_peace(tmp_path: Path) -> None:
    stage = Stage(tmp_path, p0=frozenset({"HLT-01", "API-02"}))
    stage.sync("HLT-01")
    copy = stage.github.repository.add_issue("Mine", "hq-bot", body=stage.body(), labels=stage.issue().labels)
    stage.github.people.label(copy.number, "quiet")
    stage.sync("HLT-01", "API-02")
    assert stage.open == [1, copy.number, copy.number + 1]


def test_one_that_people_took_over_makes_no_other_unnecessary(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01")
    copy = stage.github.repository.add_issue("Mine", "hq-bot", body=stage.body(), labels=stage.issue().labels)
    stage.github.people.unlabel(1, "smoke-test")
    outcome = stage.sync("HLT-01")
    assert [action.number for action, _ in outcome.done] == [copy.number]
    assert stage.open == [1, copy.number]


def test_two_that_nobody_could_see_at_once_are_found_later(tmp_path: Path) -> None:
    stage = Stage(tmp_path, lag=20.0)
    run = stage.run("HLT-01")
    stage.take(run, "a", meanwhile("create", lambda: stage.take(run, "b")))
    stage.sync("HLT-01", job="b")
    assert stage.open == [1]


def test_what_another_job_counted_meanwhile_is_not_closed_over(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    for _ in range(2):
        stage.sync()
    clean, failing = stage.run(), stage.run("API-02")
    outcome = stage.take(clean, "one", meanwhile("read", lambda: stage.take(failing, "two")))
    assert [why for _, why in outcome.undone] == ["#1 was changed meanwhile"]
    assert stage.open == [1]
    assert "failing" in stage.body()


@pytest.mark.parametrize("step", ["read", "change"])
def test_what_is_deleted_meanwhile_is_no_disaster(tmp_path: Path, step: str) -> None:
    stage = Stage(tmp_path)
    stage.sync("HLT-01")
    run = stage.run("HLT-01", says="it does not answer")
    outcome = stage.take(run, around=meanwhile(step, lambda: stage.github.people.delete(1)))
    assert len(outcome.undone) == 1
    stage.sync("HLT-01")
    assert stage.open == [2]


# -- where everything is written down --------------------------------------------------------


def test_each_write_is_noted_and_settled(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.closed_by_proof("HLT-01")
    history = History(tmp_path / "one.db")
    try:
        place = stage.tracker().name
        assert history.unsettled(place) == []
        long_ago = stage.github.clock.now().replace(year=2000)
        # The labels and the issue are one write; the closing and its comment are two.
        assert len(history.sent_since(long_ago)) == len(stage.github.writes)
        assert history.done_since(place, "open", long_ago) == 1
        assert history.done_since(place, "close", long_ago) == 1
    finally:
        history.close()


def test_a_folder_is_a_place_like_another(tmp_path: Path) -> None:
    """The same life, and no GitHub."""
    stage = Stage(tmp_path)
    job = Job(
        tmp_path / "folder.db", lambda: FolderTracker(tmp_path / "issues", stage.github.clock), stage.github.clock
    )
    done: list[str] = []
    for failing in (["HLT-01"], ["HLT-01"], [], [], []):
        done += steps(job.sync(stage.run(*failing)))
    stage.deploys()
    done += steps(job.sync(stage.run("HLT-01", after=DAY)))
    assert done == ["open", "update", "update", "update", "close", "reopen"]
    assert [path.name for path in sorted((tmp_path / "issues").glob("0*.md"))] == ["0001.md"]
    assert "\nstate: open\n" in (tmp_path / "issues" / "0001.md").read_text(encoding="utf-8")
    assert stage.github.log == []


# -- before anything was sent ----------------------------------------------------------------


def test_who_is_interrupted_in_the_pause_before_an_issue_loses_no_time(tmp_path: Path) -> None:
    stage = Stage(tmp_path, p0=frozenset({"HLT-01", "API-02"}))
    run = stage.run("HLT-01", "API-02")

    def interrupts(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage.github.clock, "sleep", interrupts)
        with pytest.raises(KeyboardInterrupt):
            stage.take(run)
    assert len(stage.open) == 1, "the pause is between two issues"
    assert steps(stage.take(run)) == ["open"]
    assert len(stage.open) == 2


def test_what_may_have_been_sent_is_looked_for_first(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    run = stage.run("HLT-01")
    stage.github.faults.hook = lambda request: _interrupted() if request.method == "POST" else None
    with pytest.raises(KeyboardInterrupt):
        stage.take(run)
    stage.github.faults.hook = None
    outcome = stage.take(run)
    assert steps(outcome) == []
    assert "it is looked for again first" in outcome.plan.actions[0].why


def _interrupted() -> Fault:
    raise KeyboardInterrupt
