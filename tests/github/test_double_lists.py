"""Lists of issues: filters, order, pages, pull requests among them."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .asking import ISSUES, REPO, asking, numbers
from .double import Double


def walked(client: httpx.Client, url: str) -> list[int]:
    """The numbers on all pages, by the links."""
    found: list[int] = []
    while url:
        reply = client.get(url)
        found += numbers(reply)
        url = reply.links.get("next", {}).get("url", "")
    return found


@settings(max_examples=50)
@given(count=st.integers(0, 60), size=st.integers(1, 25))
def test_every_issue_is_on_exactly_one_page(count: int, size: int) -> None:
    github = Double()
    for index in range(count):
        github.people.open(f"number {index}")
    with asking(github, door="inside") as client:
        assert walked(client, f"{ISSUES}?per_page={size}&state=all") == list(range(count, 0, -1))
        assert len(github.log) == max(1, -(-count // size))
    assert github.violations == []


def test_links_lead_to_all_four_ends(github: Double) -> None:
    for index in range(50):
        github.people.open(f"number {index}")
    here = f"{github.url}/repositories/{github.repository.id}/issues?per_page=20&page="
    with asking(github) as client:
        links = [client.get(f"{ISSUES}?per_page=20&page={page}").links for page in (1, 2, 3, 4)]
        assert client.get(f"{ISSUES}?per_page=50").headers.get("link") is None
        assert client.get("/repos/ACME/Hq/issues?per_page=20").links == links[0]
    found = [{rel: int(link["url"].removeprefix(here)) for rel, link in page.items()} for page in links]
    assert found == [
        {"next": 2, "last": 3},
        {"prev": 1, "next": 3, "last": 3, "first": 1},
        {"prev": 2, "first": 1},
        {"prev": 3, "first": 1},
    ]


@pytest.mark.parametrize(("asked", "given_"), [(None, 30), (500, 100), (0, 1)])
def test_pages_have_githubs_sizes(github: Double, asked: int | None, given_: int) -> None:
    for index in range(120):
        github.people.open(f"number {index}")
    with asking(github) as client:
        assert len(numbers(client.get(ISSUES if asked is None else f"{ISSUES}?per_page={asked}"))) == given_


@pytest.fixture
def five(github: Double) -> Double:
    """Five issues and a pull request, an hour apart."""
    people, repo = github.people, github.repository
    repo.collaborators.add("bob")
    repo.add_milestone("v1.0", "bob")
    people.open("1", labels=["smoke-test", "p0"])
    github.advance(3600)
    people.open("2", labels=["Smoke-Test"], by="hq-bot")
    github.advance(3600)
    people.open("3", by="hq-bot")
    people.assign(3, "bob")
    github.advance(3600)
    people.open_pull_request("4", labels=["smoke-test"])
    github.advance(3600)
    repo.issues[people.open("5").number].becomes(github.clock.now(), milestone=1)
    github.advance(3600)
    people.close(2)
    people.comment(1, "a")
    return github


FILTERS: dict[str, list[int]] = {
    "": [5, 4, 3, 1],
    "state=open": [5, 4, 3, 1],
    "state=closed": [2],
    "state=all": [5, 4, 3, 2, 1],
    "state=all&labels=smoke-test": [4, 2, 1],
    "labels=SMOKE-TEST,p0": [1],
    "labels=none-such": [],
    "state=all&creator=hq-bot": [3, 2],
    "assignee=bob": [3],
    "assignee=none": [5, 4, 1],
    "assignee=*": [3],
    "milestone=1": [5],
    "milestone=none": [4, 3, 1],
    "milestone=*": [5],
    "direction=asc": [1, 3, 4, 5],
    "sort=updated": [1, 5, 4, 3],
    "sort=updated&direction=asc": [3, 4, 5, 1],
    "sort=comments": [1, 5, 4, 3],
    "state=all&since=2026-03-02T12:30:00Z": [5, 2, 1],
}


@pytest.mark.parametrize(("query", "expected"), FILTERS.items(), ids=FILTERS)
def test_a_filter_keeps_what_it_should(five: Double, query: str, expected: list[int]) -> None:
    with asking(five) as client:
        assert numbers(client.get(f"{ISSUES}?{query}")) == expected


def test_only_the_key_pull_request_tells_one_from_an_issue(five: Double) -> None:
    with asking(five) as client:
        said = {one["number"]: "pull_request" in one for one in client.get(f"{ISSUES}?state=all").json()}
        assert said == {1: False, 2: False, 3: False, 4: True, 5: False}
        assert client.get(f"{ISSUES}/4").json()["html_url"].endswith("/acme/hq/pull/4")


@pytest.mark.parametrize(
    ("path", "make"),
    [
        (f"{REPO}/labels", lambda github, index: github.repository.add_label(f"l{index:02}")),
        (f"{REPO}/milestones", lambda github, index: github.repository.add_milestone(f"m{index:02}", "bob")),
        (f"{ISSUES}/1/comments", lambda github, index: github.people.comment(1, f"c{index:02}")),
    ],
    ids=["labels", "milestones", "comments"],
)
def test_other_lists_have_pages_too(github: Double, path: str, make: Callable[[Double, int], object]) -> None:
    github.people.open("there")
    for index in range(25):
        make(github, index)
    with asking(github) as client:
        first = client.get(f"{path}?per_page=10")
        rest = client.get(first.links["last"]["url"])
        said = [one.get("name") or one.get("title") or one["body"] for one in [*first.json(), *rest.json()]]
    assert [text[1:] for text in said] == [f"{index:02}" for index in (*range(10), *range(20, 25))]


def test_comments_can_be_asked_for_since_a_time(github: Double) -> None:
    github.people.open("there")
    github.people.comment(1, "old")
    github.advance(60)
    github.people.comment(1, "new")
    since = github.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    with asking(github) as client:
        assert [one["body"] for one in client.get(f"{ISSUES}/1/comments?since={since}").json()] == ["new"]


def test_an_answer_that_is_known_is_not_sent_again_and_costs_nothing(github: Double) -> None:
    github.people.open("there")
    with asking(github) as client:
        first = client.get(ISSUES)
        known = {"if-none-match": first.headers["etag"]}
        again = client.get(ISSUES, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["x-ratelimit-used"] == first.headers["x-ratelimit-used"] == "1"
        github.people.comment(1, "news")
        assert client.get(ISSUES, headers=known).status_code == 200
