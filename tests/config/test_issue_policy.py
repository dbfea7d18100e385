"""``[issues]`` as the rest of the harness gets it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from vibehq_smoke.config import Config, IssuePolicy
from vibehq_smoke.errors import ConfigError

Load = Callable[..., Config]


def test_without_the_table_there_are_the_defaults(config: Load) -> None:
    assert Config().issues == config("").issues == config("[issues]\n").issues == IssuePolicy()


def test_times_days_and_lists_arrive_as_what_they_are(config: Load) -> None:
    policy = config(
        """
        [[issues.maintenance]]
        from = 2026-05-01T22:00:00Z
        to = 2026-05-02T02:00:00+02:00
        components = ["d1-ops"]
        [[issues.quarantine]]
        check = "HLT-03"
        until = 2026-06-30
        [[issues.owners]]
        pattern = "agent-*"
        assignees = ["ann", "@bob"]
        [issues]
        authors = ["hq-bot"]
        """
    ).issues
    (window,) = policy.maintenance
    assert window.begins == datetime(2026, 5, 1, 22, tzinfo=UTC)
    assert window.ends == datetime(2026, 5, 2, 2, tzinfo=timezone(timedelta(hours=2)))
    assert (window.components, window.environments, window.reason) == (("d1-ops",), (), "")
    assert [(one.check, one.until) for one in policy.quarantine] == [("HLT-03", date(2026, 6, 30))]
    assert [(one.pattern, one.assignees) for one in policy.owners] == [("agent-*", ("ann", "@bob"))]
    assert policy.authors == ("hq-bot",)


def test_variables_are_looked_up_when_issues_are_kept(staging: Load) -> None:
    text = '[issues]\nmilestone = "${MILESTONE}"\n'
    assert staging(text, MILESTONE="v1.0").issues.milestone == "v1.0"
    without = staging(text)
    assert without.target("staging").name == "staging"
    with pytest.raises(
        ConfigError, match=r"smoke\.toml:6: issues\.milestone: the environment variable 'MILESTONE' is not set"
    ):
        _ = without.issues


def test_a_target_without_its_variables_does_not_keep_issues_from_being_kept(config: Load) -> None:
    text = '[targets.x]\nenvironment = "local"\nbase_url = "https://${HOST}"\n[issues]\nclose_after = 1\n'
    assert config(text).issues.close_after == 1
