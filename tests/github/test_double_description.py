"""Requests and answers are held against GitHub's published description, each way, and it bites."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from githubkit_schemas.v2022_11_28.rest import issues, rate_limit, repos, search, users

from .asking import ISSUES, REPO, asking
from .double import ACTIONS_TOKEN, Double, Limits, running_double
from .double.described import VERSIONS, operation
from .double.routes import ROUTES
from .double.shapes import Shapes

WRONG_REQUESTS = {
    "a wrong type": ("POST", ISSUES, {"title": "a", "labels": "smoke-test"}, "labels: Input should be a valid array"),
    "a wrong type inside": ("POST", ISSUES, {"title": "a", "labels": [1]}, "labels.0"),
    "a number as text": ("PATCH", f"{ISSUES}/1", {"duplicate_issue_id": "7"}, "Input should be a valid integer"),
    "an unknown key": ("POST", ISSUES, {"title": "a", "priority": "p0"}, "priority: Extra inputs are not permitted"),
    "a missing key": ("POST", ISSUES, {"body": "a"}, "title: Field required"),
    "an empty object": ("POST", f"{ISSUES}/1/comments", {}, "body: Field required"),
    "null where none may be": ("POST", ISSUES, {"title": "a", "body": None}, "body: Input should be a valid string"),
    "a value that is none": ("PATCH", f"{ISSUES}/1", {"state": "resolved"}, "Input should be 'open' or 'closed'"),
    "a reason that is none": ("PATCH", f"{ISSUES}/1", {"state_reason": "fixed"}, "state_reason"),
    "a list for an object": ("POST", f"{REPO}/labels", ["a"], "should be an object"),
    "no body": ("POST", ISSUES, None, "all: "),
    "a body that none asked for": ("DELETE", f"{ISSUES}/1/labels/a", {"a": 1}, "a body, none is described"),
    "an unknown filter": ("GET", f"{ISSUES}?label=smoke-test", None, "label: Extra inputs are not permitted"),
    "a filter's wrong value": ("GET", f"{ISSUES}?state=any", None, "state: Input should be 'open', 'closed' or 'all'"),
    "a filter's wrong type": ("GET", f"{ISSUES}?per_page=all", None, "per_page: Input should be a valid integer"),
    "a time that is none": ("GET", f"{ISSUES}?since=yesterday", None, "since: Input should be a valid datetime"),
    "a filter that is missing": ("GET", "/search/issues", None, "q: Field required"),
    "a filter where there are none": ("GET", f"{ISSUES}/1?state=open", None, "state: Extra inputs are not permitted"),
}


@pytest.mark.parametrize(("method", "path", "body", "why"), WRONG_REQUESTS.values(), ids=WRONG_REQUESTS)
def test_a_wrong_request_is_refused_noted_and_has_no_effect(method: str, path: str, body: Any, why: str) -> None:
    with running_double(expect_violations=True) as github, asking(github) as client:
        github.people.open("there", labels=["a"])
        before = github.repository.issues[1].now
        reply = client.request(method, path, json=body)
        assert reply.status_code == 500
        assert why in reply.json()["message"]
        assert [why in violation for violation in github.violations] == [True]
        assert github.repository.issues[1].now is before
        assert len(github.repository.issues) == 1


Json = dict[str, Any]
WRONG_ANSWERS: dict[str, tuple[Callable[[Json], object], str]] = {
    "a wrong type": (lambda said: said.update(number="1"), "number: Input should be a valid integer"),
    "an unknown key": (lambda said: said.update(priority="p0"), "priority: Extra inputs are not permitted"),
    "a missing key": (lambda said: said.pop("html_url"), "html_url: Field required"),
    "null where none may be": (lambda said: said.update(title=None), "title: Input should be a valid string"),
    "null for what may only be missing": (
        lambda said: said.update(draft=None),
        "draft: Input should be a valid boolean",
    ),
    "an unknown key inside": (lambda said: said.update(user=said["user"] | {"age": 7}), "user.age: Extra inputs"),
    "a missing key inside": (lambda said: said.update(milestone={"number": 1}), "milestone.title: Field required"),
    "a value that is none": (lambda said: said.update(state_reason="fixed"), "state_reason"),
    "a time that is none": (
        lambda said: said.update(created_at="today"),
        "created_at: Input should be a valid datetime",
    ),
}


@pytest.mark.parametrize(("lie", "why"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
@pytest.mark.parametrize("path", [ISSUES, f"{ISSUES}/1"], ids=["in a list", "alone"])
def test_a_wrong_answer_of_the_double_is_not_given(
    lie: Callable[[Json], object], why: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = Shapes.issue

    def lying(*args: Any) -> Json:
        said = truth(*args)
        lie(said)
        return said

    monkeypatch.setattr(Shapes, "issue", lying)
    with running_double(expect_violations=True) as github, asking(github) as client:
        github.people.open("there")
        assert client.get(path).status_code == 500
        assert [why in violation for violation in github.violations] == [True], github.violations


def test_a_wrong_refusal_of_the_double_is_not_given_either(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_double(expect_violations=True) as github, asking(github) as client:
        operation("issues.get")
        monkeypatch.setattr("tests.github.double.messages.Problem.__init__", _without_words)
        assert client.get(f"{ISSUES}/9").status_code == 500
        assert len(github.violations) == 1
        assert "answer 404: reason: Extra inputs are not permitted" in github.violations[0]


def _without_words(problem: Any, status: int, message: str, **more: Any) -> None:
    from .double.messages import Answer

    problem.answer = Answer(status, {"reason": message})


def test_a_fault_of_the_double_itself_does_not_pass_for_one_of_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shapes, "issue", None)
    with running_double(expect_violations=True) as github, asking(github) as client:
        github.people.open("there")
        assert client.get(f"{ISSUES}/1").status_code == 500
        assert "the double broke" in github.violations[0]


def test_what_the_double_does_not_serve_is_noted() -> None:
    with running_double(expect_violations=True) as github, asking(github) as client:
        assert client.get(f"{REPO}/pulls").status_code == 404
        assert github.violations == ["GET /repos/acme/hq/pulls: the double does not serve this"]


def test_a_violation_fails_the_test_that_caused_it() -> None:
    with pytest.raises(AssertionError, match=r"not as GitHub describes it:\nPOST .*title: Field required"):
        _violate(validate=True)


def test_the_validation_can_be_switched_off() -> None:
    assert _violate(validate=False).status_code == 422


def _violate(*, validate: bool) -> httpx.Response:
    with running_double(validate=validate) as github, asking(github) as client:
        return client.post(ISSUES, json={"priority": "p0"})


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_every_route_is_one_that_is_described(route: Any, version: str) -> None:
    assert operation(route.operation, version).name == route.operation
    area, method = route.operation.split(".")
    places = {"issues": issues, "rate_limit": rate_limit, "repos": repos, "search": search, "users": users}
    client = getattr(places[area], f"{area.title().replace('_', '')}Client")
    described = re.search(r"^ *(GET|POST|PUT|PATCH|DELETE) (\S+)$", getattr(client, method).__doc__, re.MULTILINE)
    assert described, route.operation
    assert described[1] == route.method
    assert route.path.fullmatch(described[2].replace("{", "").replace("}", "")), described[2]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("root", ["", "/api/v3"], ids=["github.com", "enterprise"])
@pytest.mark.parametrize("door", ["socket", "inside"])
def test_every_route_answers_as_described(github: Double, version: str, root: str, door: str) -> None:
    github.repository.collaborators.add("bob")
    with asking(github, door=door) as client:
        client.headers["x-github-api-version"] = version
        for method, path, body, status in WALK:
            reply = client.request(method, f"{root}{path}", json=body)
            assert reply.status_code == status, f"{method} {path}: {reply.text}"
            assert reply.headers["x-github-api-version-selected"] == version
    assert _walked() == {route.operation for route in ROUTES}


WALK: tuple[tuple[str, str, Any, int], ...] = (
    ("GET", "/user", None, 200),
    ("GET", "/rate_limit", None, 200),
    ("GET", REPO, None, 200),
    ("GET", "/repos/acme/none", None, 404),
    ("POST", f"{REPO}/labels", {"name": "smoke-test", "color": "B60205", "description": "Ours"}, 201),
    ("POST", f"{REPO}/labels", {"name": "SMOKE-test"}, 422),
    ("PATCH", f"{REPO}/labels/smoke-test", {"color": "0e8a16", "description": ""}, 200),
    ("GET", f"{REPO}/labels/smoke-test", None, 200),
    ("GET", f"{REPO}/labels/none", None, 404),
    ("GET", f"{REPO}/labels", None, 200),
    ("POST", f"{REPO}/milestones", {"title": "v1.0", "due_on": "2026-12-24T00:00:00Z", "description": "One"}, 201),
    ("POST", f"{REPO}/milestones", {"title": "v1.0"}, 422),
    ("PATCH", f"{REPO}/milestones/1", {"state": "closed"}, 200),
    ("GET", f"{REPO}/milestones/1", None, 200),
    ("GET", f"{REPO}/milestones/2", None, 404),
    ("GET", f"{REPO}/milestones?state=all", None, 200),
    ("GET", f"{REPO}/assignees/bob", None, 204),
    ("GET", f"{REPO}/assignees/eve", None, 404),
    ("POST", ISSUES, {"title": "a", "body": "b", "labels": ["p0"], "milestone": 1, "assignees": ["Bob"]}, 201),
    ("POST", ISSUES, {"title": "a", "milestone": 9}, 422),
    ("GET", ISSUES, None, 200),
    ("GET", f"{ISSUES}/1", None, 200),
    ("GET", f"{ISSUES}/2", None, 404),
    ("PATCH", f"{ISSUES}/1", {"state": "closed", "state_reason": "not_planned", "milestone": None}, 200),
    ("PATCH", f"{ISSUES}/2", {"state": "closed"}, 404),
    ("POST", f"{ISSUES}/1/comments", {"body": "c"}, 201),
    ("GET", f"{ISSUES}/1/comments", None, 200),
    ("POST", f"{ISSUES}/1/labels", {"labels": ["ui"]}, 200),
    ("GET", f"{ISSUES}/1/labels", None, 200),
    ("DELETE", f"{ISSUES}/1/labels/ui", None, 200),
    ("DELETE", f"{ISSUES}/1/labels/ui", None, 404),
    ("PUT", f"{ISSUES}/1/labels", {"labels": ["p1"]}, 200),
    ("DELETE", f"{REPO}/labels/p1", None, 204),
    ("GET", "/search/issues?q=repo:acme/hq+a", None, 200),
)


def _walked() -> set[str]:
    from .double.messages import Request
    from .double.routes import find

    seen = set()
    for number, (method, path, _, _) in enumerate(WALK):
        request = Request(number, method, path, {}, b"", None)  # type: ignore[arg-type]  # no time has to be known here
        found = find(request, request.path)
        assert found, path
        seen.add(found[0].operation)
    return seen


def test_the_two_versions_differ_as_described(github: Double) -> None:
    github.repository.collaborators.add("bob")
    number = github.people.open("there").number
    github.people.assign(number, "bob")
    with asking(github) as client:
        older = client.get(f"{ISSUES}/1").json()
        newer = client.get(f"{ISSUES}/1", headers={"x-github-api-version": VERSIONS[1]}).json()
        assert older["assignee"]["login"] == "bob"
        assert older.keys() - newer.keys() == {"assignee"}
        assert client.get(ISSUES, headers={"x-github-api-version": "2020-01-01"}).status_code == 400


def test_refusals_before_any_route_are_as_described_too() -> None:
    with running_double(limits=Limits(primary=1)) as github:
        for token, path, status in (("wrong", ISSUES, 401), (ACTIONS_TOKEN, "/user", 403)):
            with asking(github, token=token) as client:
                assert client.get(path).status_code == status
        with asking(github) as client:
            assert [client.get(ISSUES).status_code for _ in range(2)] == [200, 403]
