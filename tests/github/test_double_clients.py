"""Clients that others wrote use the double without noticing."""

from __future__ import annotations

from collections.abc import Iterator

import githubkit
import pytest

from github import Auth, BadCredentialsException, Github, GithubException, GithubObject, UnknownObjectException

from .double import ACTIONS_TOKEN, TOKEN, Double, running_double


def connected(url: str, token: str = TOKEN) -> Github:
    """PyGithub, which neither waits between requests nor tries again."""
    auth = Auth.Token(token)
    return Github(
        auth=auth, base_url=url, retry=None, seconds_between_requests=0, seconds_between_writes=0, per_page=7
    )  # fmt: skip


@pytest.fixture(params=["github.com", "enterprise"])
def pygithub(github: Double, request: pytest.FixtureRequest) -> Iterator[Github]:
    with connected(github.enterprise_url if request.param == "enterprise" else github.url) as client:
        yield client


def test_pygithub_opens_finds_changes_and_closes_an_issue(github: Double, pygithub: Github) -> None:
    github.repository.collaborators.add("bob")
    repo = pygithub.get_repo("acme/hq")
    assert repo.permissions.push
    label = repo.create_label("smoke-test", "b60205", "Ours")
    milestone = repo.create_milestone("stage-smoke")
    issue = repo.create_issue("It is down", "Very.", assignee="bob", milestone=milestone, labels=[label.name, "p0"])
    assert (issue.number, issue.user.login, issue.state) == (1, "hq-bot", "open")
    assert issue.milestone
    assert issue.milestone.title == "stage-smoke"
    assert [one.name for one in issue.labels] == ["smoke-test", "p0"]
    assert [one.login for one in issue.assignees] == ["bob"]

    issue.edit(title="It is still down", labels=["smoke-test", "p1"])
    issue.add_to_labels("ui")
    issue.remove_from_labels("p1")
    issue.create_comment("Still.")
    assert [one.body for one in issue.get_comments()] == ["Still."]
    issue.edit(state="closed", state_reason="not_planned")

    again = repo.get_issue(1)
    assert (again.title, again.state, again.state_reason) == ("It is still down", "closed", "not_planned")
    assert {one.name for one in again.labels} == {"smoke-test", "ui"}
    assert again.comments == 1
    assert again.closed_by
    assert again.closed_by.login == "hq-bot"
    assert again.closed_at == github.clock.now()
    again.edit(state="open")
    assert repo.get_issue(1).state_reason == "reopened"


def test_pygithub_reads_a_list_of_many_pages(github: Double, pygithub: Github) -> None:
    for index in range(30):
        github.people.open(f"number {index}", labels=["smoke-test"] if index % 2 else [])
        github.advance(1)
    repo = pygithub.get_repo("acme/hq")
    found = repo.get_issues(labels=["smoke-test"], sort="created", direction="asc")
    assert found.totalCount == 15
    assert [one.number for one in found] == list(range(2, 31, 2))
    assert [one.number for one in found.reversed] == list(range(30, 1, -2))


def test_pygithub_reads_labels_milestones_and_limits(github: Double, pygithub: Github) -> None:
    repo = pygithub.get_repo("acme/hq")
    for name in ("p0", "p1", "p2"):
        repo.create_label(name, "ededed")
    repo.get_label("p0").edit("P0", "b60205", "Critical")
    assert [(one.name, one.color) for one in repo.get_labels()] == [
        ("P0", "b60205"),
        ("p1", "ededed"),
        ("p2", "ededed"),
    ]
    repo.get_label("p2").delete()
    assert [one.name for one in repo.get_labels()] == ["P0", "p1"]
    milestone = repo.create_milestone("v1.0", description="One")
    milestone.edit("v1.1", state="closed")
    assert [one.title for one in repo.get_milestones(state="all")] == ["v1.1"]
    assert [one.title for one in repo.get_milestones()] == []
    limits = pygithub.get_rate_limit().rate
    spent = sum(one.path != "/rate_limit" for one in github.log)
    assert (limits.limit, limits.remaining) == (5_000, 5_000 - spent)
    assert pygithub.rate_limiting == (5_000 - spent, 5_000)


def test_pygithub_meets_the_refusals_that_it_knows(github: Double, pygithub: Github) -> None:
    with pytest.raises(UnknownObjectException):
        pygithub.get_repo("acme/none")
    with connected(github.url, "wrong") as stranger, pytest.raises(BadCredentialsException):
        stranger.get_repo("acme/hq")
    with pytest.raises(GithubException) as refused:
        pygithub.get_repo("acme/hq").create_issue("a", assignees=["eve"])
    assert refused.value.status == 422
    assert refused.value.data["errors"] == [
        {"value": ["eve"], "resource": "Issue", "field": "assignees", "code": "invalid"}
    ]


def test_pygithub_follows_an_issue_to_where_it_was_moved(github: Double, pygithub: Github) -> None:
    github.people.open("moved")
    github.people.transfer(1, github.add_repository("acme/elsewhere"))
    assert pygithub.get_repo("acme/hq").get_issue(1).title == "moved"


def test_pygithub_with_a_workflows_token() -> None:
    with running_double() as github, connected(github.url, ACTIONS_TOKEN) as client:
        issue = client.get_repo("acme/hq").create_issue("a", labels=["p0"], milestone=GithubObject.NotSet)
        assert issue.user.login == "github-actions[bot]"
        assert client.rate_limiting[1] == 1_000
        with pytest.raises(GithubException, match="not accessible by integration"):
            _ = client.get_user().login


def test_githubkit_uses_it_too_and_finds_its_own_models_in_it(github: Double) -> None:
    with githubkit.GitHub(TOKEN, base_url=github.url, http_cache=False, auto_retry=False) as client:
        rest = client.rest("2022-11-28")
        made = rest.issues.create("acme", "hq", title="a", body="b", labels=["smoke-test"]).parsed_data
        rest.issues.create_comment("acme", "hq", made.number, body="c")
        rest.issues.update("acme", "hq", made.number, state="closed", state_reason="completed")
        for index in range(5):
            github.people.open(f"number {index}")
        pages = client.rest.paginate(rest.issues.list_for_repo, owner="acme", repo="hq", state="all", per_page=2)
        assert [one.number for one in pages] == [6, 5, 4, 3, 2, 1]
        assert rest.users.get_authenticated().parsed_data.login == "hq-bot"
        assert rest.repos.get("acme", "hq").parsed_data.permissions
        with pytest.raises(githubkit.exception.RequestFailed) as refused:
            rest.issues.get("acme", "hq", 99)
        assert refused.value.response.status_code == 404
