"""When an issue is opened again, and when nothing is said although something fails."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from vibehq_smoke.config.issues import IssuePolicy, Maintenance

from .stage import DAY, Stage, steps, why

CLEAN = IssuePolicy().close_after


# -- opening again ---------------------------------------------------------------------------


def test_a_relapse_on_a_newer_deploy_reopens_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.closed_by_proof("API-02")
    stage.deploys()
    stage.sync("API-02", after=DAY)
    assert stage.issue().state == "closed", "a relapse is confirmed as well"
    assert steps(stage.sync("API-02")) == ["reopen"]
    assert stage.open == [1]
    assert "It is back" in stage.comments()[-1]
    assert len(stage.github.repository.issues) == 1


@pytest.mark.parametrize("reason", ["not_planned", "duplicate"])
def test_what_people_do_not_want_stays_closed(tmp_path: Path, reason: str) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    stage.github.people.close(1, reason)
    for _ in range(3):
        stage.deploys()
        assert steps(stage.sync("API-02", after=DAY)) == []
    assert len(stage.github.repository.issues) == 1


def test_what_people_mended_waits_for_the_deploy(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    stage.github.people.close(1)
    for _ in range(3):
        assert steps(stage.sync("API-02", after=DAY)) == []
    stage.deploys()
    assert steps(stage.sync("API-02")) == ["reopen"]


def test_a_relapse_on_the_deploy_it_was_proved_on_is_a_new_issue_after_the_grace(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.closed_by_proof("API-02")
    stage.sync("API-02")
    assert "nothing newer was deployed since" in why(stage.sync("API-02", after=3600))
    assert steps(stage.sync("API-02", after=DAY)) == ["open"]
    assert stage.open == [2]
    assert "#1" in stage.body(2)
    assert stage.issue(1).state == "closed"
    for _ in range(CLEAN):
        stage.sync()
    assert stage.open == []


@pytest.mark.parametrize(("deploy", "reopened"), [("v1", False), ("v2", True)])
def test_without_times_the_id_of_the_deploy_decides(tmp_path: Path, deploy: str, reopened: bool) -> None:
    stage = Stage(tmp_path)
    stage.truth.deployed_at = None
    stage.closed_by_proof("API-02")
    for _ in range(2):
        stage.sync("API-02", deploy=deploy)
    assert (stage.open == [1]) is reopened


def test_where_nobody_knows_what_is_deployed_the_grace_decides(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.truth.deployed_at = None
    stage.opened("API-02")
    for _ in range(CLEAN):
        stage.sync(deploy=None)
    stage.sync("API-02", deploy=None)
    stage.sync("API-02", deploy=None)
    assert stage.open == []
    stage.sync("API-02", deploy=None, after=DAY)
    assert stage.open == [1]


def test_an_old_closing_is_not_undone(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.closed_by_proof("API-02")
    stage.github.advance((stage.policy.reopen_within_days + 1) * DAY)
    stage.deploys()
    stage.opened("API-02")
    assert stage.open == [2]


# -- held back -------------------------------------------------------------------------------


def windowed(stage: Stage, **only: tuple[str, ...]) -> IssuePolicy:
    """Two hours of maintenance, from now on."""
    now = stage.github.clock.now()
    window = Maintenance.model_validate({"from": now, "to": now + timedelta(hours=2), "reason": "new disks", **only})
    return IssuePolicy(maintenance=(window,))


def test_nothing_is_filed_during_maintenance(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.policy = windowed(stage)
    for _ in range(3):
        assert "maintenance until 2026-03-02 11:00: new disks" in why(stage.sync("HLT-01", "API-02"))
    assert stage.github.writes == []
    stage.sync("HLT-01", "API-02", after=7200)
    assert len(stage.open) == 2


@pytest.mark.parametrize(
    ("only", "filed"),
    [
        ({"components": ("part-of-hlt-01",)}, False),
        ({"components": ("part-of-api-02",)}, True),
        ({"environments": ("staging",)}, False),
        ({"environments": ("production",)}, True),
        ({"components": ("part-of-hlt-01",), "environments": ("production",)}, True),
    ],
)
def test_maintenance_may_be_of_a_part(tmp_path: Path, only: dict[str, tuple[str, ...]], filed: bool) -> None:
    stage = Stage(tmp_path)
    stage.policy = windowed(stage, **only)
    stage.sync("HLT-01")
    assert bool(stage.open) is filed


def test_what_is_quarantined_is_counted_but_not_filed(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for _ in range(3):
        run = stage.run("HLT-01")
        held = run.sightings[0].model_copy(update={"held": "quarantined: flaky"})
        assert "quarantined: flaky" in why(stage.take(run.model_copy(update={"sightings": (held,)})))
    assert stage.github.writes == []
    stage.sync("HLT-01")
    assert stage.open == [1]
    assert "failing in 4 runs in a row" in stage.body()


def test_a_muted_issue_is_left_in_peace(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.opened("API-02")
    stage.github.people.label(1, "quiet")
    written = len(stage.github.writes)
    for failing in (["API-02"], [], [], [], ["API-02"], ["API-02"]):
        stage.deploys()
        stage.sync(*failing, says="it does not answer", after=DAY)
    assert len(stage.github.writes) == written
    stage.github.people.unlabel(1, "quiet")
    assert steps(stage.sync("API-02", says="it does not answer")) == ["update"]
