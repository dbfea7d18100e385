"""Too many at once: caps, the one issue that stands for the rest, and its end. (The storm itself: test_storm.py.)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vibehq_smoke.config.issues import IssuePolicy

from .stage import DAY, Stage, steps, why

MANY = tuple(f"CHK-{number:02}" for number in range(12))
INCIDENT = "[SMOKE FAIL] Many causes at once in staging"


def staged(folder: Path, **policy: Any) -> Stage:
    said = {"new_per_run": 2, "new_per_day": 3, "mass_failure": 5, "confirm_after": 1}
    return Stage(folder, IssuePolicy(**{**said, **policy}), checks=MANY, p0=frozenset({MANY[3]}))


def titles(stage: Stage) -> list[str]:
    return [stage.issue(number).title for number in stage.open]


def test_the_worst_get_issues_and_one_more_stands_for_the_rest(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    outcome = stage.sync(*MANY[:4])
    worst, another, incident = titles(stage)
    assert (worst, incident) == ("[SMOKE FAIL] CHK-03 (staging)", INCIDENT)
    assert "2 more than may be opened now: one incident issue stands for it" in why(outcome)
    body = stage.body(3)
    assert {check for check in MANY if check in body} == set(MANY[:3]) - {another.split()[2]}
    assert {"smoke-test", "bug", "incident"} <= stage.github.repository.label_names(stage.github.repository.issues[3])


def test_a_mass_failure_opens_the_incident_only(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    outcome = stage.sync(*MANY[:6])
    assert titles(stage) == [INCIDENT]
    assert "6 at once: one incident issue stands for it" in why(outcome)
    assert steps(stage.sync(*MANY[:6])) == ["update"]
    assert titles(stage) == [INCIDENT]


def test_the_cap_of_a_day_is_kept_over_runs_and_jobs(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.sync(*MANY[:2])
    stage.sync(*MANY[:4], job="without a record")
    assert {f"[SMOKE FAIL] {check} (staging)" for check in MANY[:2]} < set(titles(stage))
    assert titles(stage)[-1] == INCIDENT
    assert len(stage.github.repository.issues) == stage.policy.new_per_day + 1


def test_what_was_opened_yesterday_leaves_room(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.sync(*MANY[:2])
    stage.sync(MANY[4], after=DAY)
    stage.sync(MANY[5], MANY[4])
    assert INCIDENT not in titles(stage)
    assert len(stage.github.repository.issues) == 4


def test_while_it_goes_on_nothing_new_is_opened(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.sync(*MANY[:6])
    outcome = stage.sync(*MANY[:7], after=2 * DAY)
    assert f"the incident #{stage.open[0]} stands for it" in why(outcome)
    assert titles(stage) == [INCIDENT]
    assert "CHK-06" in stage.body(stage.open[0])


def test_it_ends_by_proof_and_what_outlasts_it_is_filed(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.sync(*MANY[:6])
    for count in range(1, stage.policy.close_after + 1):
        assert titles(stage) == [INCIDENT], f"after {count - 1} better runs"
        stage.sync(MANY[0])
    assert titles(stage) == ["[SMOKE FAIL] CHK-00 (staging)"]
    assert stage.issue(1).state_reason == "completed"
    assert "**Over.**" in stage.comments(1)[0]


def test_another_one_on_the_same_deploy_opens_it_again(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    for failing in (6, 0, 0, 0, 6):
        stage.sync(*MANY[:failing])
    assert titles(stage) == [INCIDENT]
    assert len(stage.github.repository.issues) == 1


def test_one_bad_run_in_between_keeps_it_open(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    for failing in (6, 0, 0, 6, 0, 0):
        stage.sync(*MANY[:failing])
    assert titles(stage) == [INCIDENT]


def test_each_scope_has_its_own(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.sync(*MANY[:6])
    stage.sync(*MANY[:6], scope="smoke/production")
    assert titles(stage) == [INCIDENT, INCIDENT.replace("staging", "production")]


def test_somebody_who_does_not_want_it_is_not_flooded_instead(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.sync(*MANY[:6])
    stage.github.people.close(1, "not_planned")
    for _ in range(3):
        stage.sync(*MANY[:6], after=DAY)
    assert titles(stage) == []
    assert len(stage.github.repository.issues) == 1


def test_maintenance_and_quarantine_do_not_make_a_mass(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    run = stage.run(*MANY[:8])
    held = tuple(one.model_copy(update={"held": "quarantined"}) for one in run.sightings[1:])
    stage.take(run.model_copy(update={"sightings": (run.sightings[0], *held)}))
    assert titles(stage) == ["[SMOKE FAIL] CHK-00 (staging)"]
