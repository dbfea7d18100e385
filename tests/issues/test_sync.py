"""From runs to issues and back, as it happens on GitHub: filed, kept current, closed by proof."""

from __future__ import annotations

from pathlib import Path

from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues.batch import Batch

from .stage import DAY, Stage, steps, why

CLEAN = IssuePolicy().close_after


def as_newer_formula(run: Batch) -> Batch:
    """The run as a harness sees it whose formula for fingerprints is newer."""
    shown = run.sightings[0].symptoms[0]
    newer = shown.model_copy(
        update={"fingerprint": f"2-{shown.fingerprint[2:][::-1]}", "aliases": (shown.fingerprint,)}
    )
    return run.model_copy(update={"sightings": (run.sightings[0].model_copy(update={"symptoms": (newer,)}),)})


# -- planning --------------------------------------------------------------------------------


def test_a_plan_leaves_no_trace(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    run = stage.run("HLT-01", "API-02")
    plans = [stage.plan(run) for _ in range(3)]
    assert steps(plans[0]) == ["open"]
    assert plans[0] == plans[1] == plans[2], "planning counts nothing"
    assert stage.github.writes == []
    assert stage.job().causes() == {}


def test_what_is_planned_is_what_is_done(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for failing in (["HLT-01", "API-02"], ["HLT-01", "API-02"], ["API-02"], ["API-02"], ["API-02"]):
        run = stage.run(*failing)
        plan = stage.plan(run)
        outcome = stage.take(run)
        assert plan.actions == outcome.plan.actions
        assert [action for action, _ in outcome.done] == [action for action in plan.actions if action.writes]


# -- filing ----------------------------------------------------------------------------------


def test_a_p0_is_filed_at_once_and_the_others_when_they_fail_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    first = stage.sync("HLT-01", "API-02")
    assert steps(first) == ["open"]
    assert "a P0 is filed at once" in why(first)
    assert "failed in 1 of the 2 attempts that confirm it" in why(first)
    stage.sync("HLT-01", "API-02")
    assert [stage.issue(number).title for number in stage.open] == [
        "[SMOKE FAIL] HLT-01 (staging)",
        "[SMOKE FAIL] API-02 (staging)",
    ]
    assert stage.github.repository.label_names(stage.github.repository.issues[2]) == {"smoke-test", "bug", "p1"}


def test_a_blip_leaves_no_issue(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for failing in (["API-02"], [], ["API-02"], []):
        stage.sync(*failing)
    assert stage.github.writes == []


def test_a_run_that_did_not_execute_it_neither_confirms_nor_clears(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync("API-02")
    stage.sync(left_out=["API-02"])
    assert stage.open == []
    stage.sync("API-02")
    assert stage.open == [1]


def test_the_same_results_count_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    run = stage.run("API-02")
    for _ in range(3):
        stage.take(run)
    assert stage.open == []
    stage.sync("API-02")
    clean = stage.run()
    for _ in range(CLEAN + 1):
        stage.take(clean)
    assert stage.open == [1]
    assert f"1 of {CLEAN}" in stage.body()


def test_an_older_run_comes_too_late(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    late = stage.run("API-02", says="it is older news")
    stage.sync()
    body = stage.body()
    assert steps(stage.take(late)) == []
    assert stage.body() == body
    assert "it is older news" not in "".join([body, *stage.comments()])


# -- keeping current -------------------------------------------------------------------------


def test_numbers_go_into_the_body_without_a_comment(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    for count in (3, 4):
        assert steps(stage.sync("API-02")) == ["update"]
        assert f"failing in {count} runs in a row" in stage.body()
    assert stage.comments() == []


def test_news_are_said_at_most_once_a_day_and_not_lost_meanwhile(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    stage.sync("API-02", says="it does not answer")
    assert stage.comments() == ["**What is new**\n\nit does not answer"]
    stage.sync("API-02", says="it answers nonsense")
    assert "API-02 says: it answers nonsense" in stage.body()
    assert len(stage.comments()) == 1, "not twice within a day"
    stage.sync("API-02", says="it answers nonsense", after=DAY)
    assert stage.comments()[1:] == ["**What is new**\n\nit answers nonsense"]
    stage.sync("API-02", says="it answers nonsense", after=2 * DAY)
    assert len(stage.comments()) == 2, "what was said is no news"


def test_news_that_are_none_any_more_are_not_told(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    stage.sync("API-02", says="it does not answer")
    stage.sync("API-02", says="it answers nonsense")
    stage.sync("API-02", says="it does not answer", after=DAY)
    assert len(stage.comments()) == 1


def test_a_check_that_changes_its_words_keeps_its_issue(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    stage.sync("API-02", says="it is wrong in another way")
    stage.sync("API-02")
    assert stage.open == [1]
    assert len(stage.github.repository.issues) == 1


def test_what_people_write_stays(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    stage.github.people.edit(1, title="It is the cache", body=f"Ann is on it.\n\n{stage.body()}\n\n- [ ] ask Bob")
    for failing in (["API-02"], [], [], []):
        stage.sync(*failing, says="it does not answer")
    assert stage.body().startswith("Ann is on it.\n")
    assert stage.body().endswith("\n- [ ] ask Bob")
    assert stage.issue().title == "It is the cache"
    assert stage.issue().state == "closed"


def test_an_older_fingerprint_leads_to_the_issue(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    for job in ("one", "without a record"):
        assert steps(stage.take(as_newer_formula(stage.run("API-02")), job)) == ["update"]
    assert len(stage.github.repository.issues) == 1
    for _ in range(CLEAN):
        stage.sync()
    assert stage.issue().state == "closed"


def test_a_worse_failure_changes_the_priority_label(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    stage.github.people.label(1, "team-red")
    stage.truth.p0 = frozenset({"API-02"})
    stage.sync("API-02")
    names = stage.github.repository.label_names(stage.github.repository.issues[1])
    assert names == {"smoke-test", "bug", "p0", "team-red"}


# -- closing ---------------------------------------------------------------------------------


def test_it_is_closed_after_clean_runs_and_the_proof_is_named(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    for count in range(1, CLEAN):
        stage.sync(url=f"https://ci.test/runs/{count}")
        assert stage.issue().state == "open"
    assert steps(stage.sync(url=f"https://ci.test/runs/{CLEAN}")) == ["close"]
    assert (stage.issue().state, stage.issue().state_reason) == ("closed", "completed")
    (proof,) = stage.comments()
    assert all(f"https://ci.test/runs/{count}" in proof for count in range(1, CLEAN + 1))


def test_what_was_not_executed_proves_nothing_and_harms_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    for _ in range(CLEAN + 2):
        stage.sync(left_out=["API-02"])
    assert stage.issue().state == "open"
    for _ in range(CLEAN - 1):
        stage.sync()
        stage.sync(left_out=stage.checks)
    assert stage.issue().state == "open"
    stage.sync()
    assert stage.issue().state == "closed"


def test_a_failure_in_between_starts_the_count_anew(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    for failing in ([], [], ["API-02"], [], []):
        stage.sync(*failing)
    assert stage.issue().state == "open"
    stage.sync()
    assert stage.issue().state == "closed"


def test_every_check_that_showed_it_has_to_hold(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    two = [stage.run("API-02", "WRK-03") for _ in range(2)]
    for run in two:
        symptoms = tuple(one.symptoms[0] for one in run.sightings)
        together = run.sightings[0].model_copy(update={"symptoms": symptoms})
        stage.take(run.model_copy(update={"sightings": (together,)}))
    assert stage.open == [1]
    for _ in range(CLEAN):
        stage.sync(left_out=["WRK-03"])
    assert stage.issue().state == "open"
    for _ in range(CLEAN):
        stage.sync()
    assert stage.issue().state == "closed"


def test_another_environment_proves_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    for _ in range(CLEAN + 1):
        stage.sync(scope="smoke/production")
    assert stage.issue().state == "open"
