"""A mass failure, run after run: one incident issue and no more, within GitHub's limits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.github.double import TOKEN, Double
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues.github.client import Client
from vibehq_smoke.issues.github.tracker import GitHubTracker

from .world import Job, Truth

pytestmark = pytest.mark.issues

CHECKS = tuple(f"CHK-{number:04}" for number in range(2000))


@pytest.fixture
def github() -> Iterator[Double]:
    double = Double()
    yield double
    assert double.violations == []


def job(github: Double, folder: Path, policy: IssuePolicy) -> Job:
    def tracker() -> GitHubTracker:
        client = Client("acme/hq", TOKEN, "http://localhost", clock=github.clock, transport=github.transport())
        return GitHubTracker(client, policy, github.clock)

    return Job(folder / "history.db", tracker, github.clock, policy)


def titles(github: Double) -> list[str]:
    return [issue.now.title for issue in github.repository.issues.values()]


def storm(github: Double, folder: Path, policy: IssuePolicy, failing: int, runs: int) -> Truth:
    truth = Truth(CHECKS, github.clock, deployed_at=github.clock.now())
    truth.failing = dict.fromkeys(CHECKS[:failing], "it is wrong")
    one = job(github, folder, policy)
    for _ in range(runs):
        outcome = one.sync(truth.run())
        assert outcome.is_complete, outcome.undone
        github.clock.sleep(60)
    return truth


def assert_within_limits(github: Double) -> None:
    assert github.ignored_limits == 0
    assert github.most_writes_within(60) <= 80
    assert github.most_writes_within(3600) <= 500
    assert github.searches == 0


def test_two_thousand_failing_checks_a_hundred_times_make_one_issue(github: Double, tmp_path: Path) -> None:
    storm(github, tmp_path, IssuePolicy(), 2000, 100)
    assert titles(github) == ["[SMOKE FAIL] Many causes at once in staging"]
    body = github.repository.issues[1].now.body or ""
    assert len(body) <= 60_000
    assert "2000 causes" in body
    assert len(github.repository.issues[1].comments) == 0
    assert_within_limits(github)


def test_more_than_may_be_opened_share_one_issue(github: Double, tmp_path: Path) -> None:
    policy = IssuePolicy()
    storm(github, tmp_path, policy, policy.mass_failure, 100)
    assert len(titles(github)) == policy.new_per_run + 1
    assert titles(github).count("[SMOKE FAIL] Many causes at once in staging") == 1
    assert_within_limits(github)


def test_what_outlasts_the_incident_gets_issues_of_its_own(github: Double, tmp_path: Path) -> None:
    policy = IssuePolicy()
    truth = storm(github, tmp_path, policy, 2000, 3)
    truth.failing = dict.fromkeys(CHECKS[:2], "it is wrong")
    one = job(github, tmp_path, policy)
    for _ in range(policy.close_after):
        github.clock.sleep(60)
        assert one.sync(truth.run()).is_complete
    states = {issue.now.title: issue.now.state for issue in github.repository.issues.values()}
    assert states == {
        "[SMOKE FAIL] Many causes at once in staging": "closed",
        "[SMOKE FAIL] CHK-0000 (staging)": "open",
        "[SMOKE FAIL] CHK-0001 (staging)": "open",
    }


def test_an_incident_ends_by_proof_only(github: Double, tmp_path: Path) -> None:
    truth = storm(github, tmp_path, IssuePolicy(), 2000, 3)
    truth.failing.clear()
    one = job(github, tmp_path, IssuePolicy())
    for _ in range(10):
        github.clock.sleep(60)
        assert one.sync(truth.run(left_out=CHECKS)).is_complete
    assert github.repository.issues[1].now.state == "open", "skipped checks prove nothing"


def test_a_second_storm_opens_the_same_incident_again(github: Double, tmp_path: Path) -> None:
    policy = IssuePolicy()
    truth = storm(github, tmp_path, policy, 2000, 3)
    one = job(github, tmp_path, policy)
    for failing in ({}, dict.fromkeys(CHECKS, "it is wrong")):
        truth.failing = dict(failing)
        truth.deployed_at = github.clock.now()
        for _ in range(4):
            github.clock.sleep(60)
            assert one.sync(truth.run()).is_complete
    assert len(titles(github)) == 1
    assert github.repository.issues[1].now.state == "open"
