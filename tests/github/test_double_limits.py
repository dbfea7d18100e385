"""The double keeps GitHub's rate limits, and a record of how they were met."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from .asking import ISSUES, asking
from .double import ACTIONS_TOKEN, UNLIMITED, Double, Limits, running_double


def comment(client: httpx.Client) -> int:
    """One write."""
    return client.post(f"{ISSUES}/1/comments", json={"body": "a"}).status_code


def limited_double(limits: Limits | None = None) -> Double:
    """With one issue, without a socket."""
    github = Double(limits=limits)
    github.people.open("there")
    return github


@pytest.mark.parametrize(("token", "hourly"), [(None, 60), (ACTIONS_TOKEN, 1_000), ("token-of-hq-bot", 5_000)])
def test_every_answer_says_what_is_left(github: Double, token: str | None, hourly: int) -> None:
    with asking(github, token=token) as client:
        for used in (1, 2):
            said = client.get("/repos/acme/none").headers
            assert said["x-ratelimit-limit"] == str(hourly)
            assert said["x-ratelimit-remaining"] == str(hourly - used)
            assert said["x-ratelimit-used"] == str(used)
            assert said["x-ratelimit-resource"] == "core"
            assert int(said["x-ratelimit-reset"]) == (github.clock.now() + timedelta(hours=1)).timestamp()
        asked = client.get("/rate_limit")
        assert asked.json()["resources"]["core"]["remaining"] == hourly - 2, "to ask is free"


def test_a_workflows_thousand_requests_an_hour_and_not_one_more() -> None:
    github = limited_double()
    with asking(github, token=ACTIONS_TOKEN, door="inside") as client:
        for _ in range(1_000):
            assert client.get(f"{ISSUES}/1").status_code == 200
            github.advance(1)
        refused = client.get(f"{ISSUES}/1")
        assert (refused.status_code, refused.headers["x-ratelimit-remaining"]) == (403, "0")
        assert refused.json()["message"].startswith("API rate limit exceeded")
        assert "retry-after" not in refused.headers
        github.advance(int(refused.headers["x-ratelimit-reset"]) - github.clock.now().timestamp())
        assert client.get(f"{ISSUES}/1").status_code == 200
    assert github.ignored_limits == 1
    assert github.violations == []


def test_points_a_minute_count_writes_five_times() -> None:
    github = limited_double(Limits(points_a_minute=23))
    with asking(github, door="inside") as client:
        assert [comment(client) for _ in range(4)] == [201] * 4
        assert [client.get(f"{ISSUES}/1").status_code for _ in range(4)] == [200, 200, 200, 403]
        github.advance(60)
        assert client.get(f"{ISSUES}/1").status_code == 200
    assert github.ignored_limits == 0


@pytest.mark.parametrize("refusal", [403, 429])
@pytest.mark.parametrize("says_how_long", [True, False])
def test_eighty_writes_a_minute(refusal: int, says_how_long: bool) -> None:
    github = limited_double(Limits(refusal=refusal, says_how_long=says_how_long))
    with asking(github, door="inside") as client:
        assert [comment(client) for _ in range(80)] == [201] * 80
        github.advance(10)
        refused = client.post(f"{ISSUES}/1/comments", json={"body": "a"})
        assert refused.status_code == refusal
        assert refused.headers.get("retry-after") == ("60" if says_how_long else None)
        assert "secondary rate limit" in refused.json()["message"]
        assert refused.json()["documentation_url"].endswith("#about-secondary-rate-limits")
        github.advance(20.5)
        assert client.get(f"{ISSUES}/1").headers.get("retry-after") == ("40" if says_how_long else None)
        github.advance(39.5)
        assert comment(client) == 201
    assert len(github.repository.issues[1].comments) == 81
    assert github.most_writes_within(60) == 81, "the one that was refused was a request too"
    assert github.ignored_limits == 1


def test_five_hundred_writes_an_hour() -> None:
    github = limited_double()
    with asking(github, door="inside") as client:
        for _ in range(500):
            assert comment(client) == 201
            github.advance(2)
        assert comment(client) == 403
        github.advance(60)
        assert client.get(f"{ISSUES}/1").status_code == 200
        assert comment(client) == 403, "the hour is not over"
        github.advance(3_600 - 1_060)
        assert comment(client) == 201
    assert github.most_writes_within(3_600) == 502
    assert github.most_writes_within(60) == 30


def test_limits_are_each_tokens_own_and_can_be_left_out() -> None:
    with running_double(limits=Limits(writes_a_minute=1)) as github:
        github.people.open("there")
        with asking(github) as ours, asking(github, token=ACTIONS_TOKEN) as other:
            assert [comment(client) for client in (ours, ours, other)] == [201, 403, 201]
    with asking(limited_double(UNLIMITED), door="inside") as client:
        assert {comment(client) for _ in range(600)} == {201}
