"""What becomes of an issue: what GitHub takes, refuses, drops, and no longer has."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from .asking import ISSUES, REPO, asking
from .double import ACTIONS_TOKEN, TOKEN, Double

MANY = [f"label {index}" for index in range(101)]


def custom(resource: str, name: str, message: str) -> dict[str, Any]:
    """The error of a rule that is broken."""
    return {"resource": resource, "field": name, "code": "custom", "message": message}


def unprocessable(message: str) -> dict[str, Any]:
    """The error of a comment that breaks a rule."""
    return {"resource": "IssueComment", "field": "data", "code": "unprocessable", "message": message}


REFUSED: dict[str, tuple[str, str, Any, dict[str, Any]]] = {
    "a title that is too long": (
        "POST", ISSUES, {"title": "x" * 257},
        custom("Issue", "title", "title is too long (maximum is 256 characters)"),
    ),
    "a body that is too long": (
        "PATCH", f"{ISSUES}/1", {"body": "x" * 65_537},
        custom("Issue", "body", "body is too long (maximum is 65536 characters)"),
    ),
    "an empty title": (
        "POST", ISSUES, {"title": " "},
        custom("Issue", "title", "title can't be blank"),
    ),
    "a label that is too long": (
        "POST", ISSUES, {"title": "x", "labels": ["x" * 51]},
        {"resource": "Label", "field": "name", "code": "invalid", "value": "x" * 51},
    ),
    "too many labels": (
        "POST", ISSUES, {"title": "x", "labels": MANY},
        custom("Issue", "labels", "cannot have more than 100 labels"),
    ),
    "too many labels in all": (
        "POST", f"{ISSUES}/1/labels", {"labels": MANY[:100]},
        custom("Issue", "labels", "cannot have more than 100 labels"),
    ),
    "an unknown milestone": (
        "PATCH", f"{ISSUES}/1", {"milestone": 7},
        {"resource": "Issue", "field": "milestone", "code": "invalid", "value": 7},
    ),
    "an unknown assignee": (
        "POST", ISSUES, {"title": "x", "assignees": ["hq-bot", "eve"]},
        {"resource": "Issue", "field": "assignees", "code": "invalid", "value": ["eve"]},
    ),
    "an empty comment": (
        "POST", f"{ISSUES}/1/comments", {"body": "\n"},
        unprocessable("Body can not be blank"),
    ),
    "a comment that is too long": (
        "POST", f"{ISSUES}/1/comments", {"body": "x" * 65_537},
        unprocessable("Body is too long (maximum is 65536 characters)"),
    ),
    "a new label that is too long": (
        "POST", f"{REPO}/labels", {"name": "x" * 51},
        custom("Label", "name", "name is too long (maximum is 50 characters)"),
    ),
    "a label that is there": (
        "POST", f"{REPO}/labels", {"name": "SMOKE-test"},
        {"resource": "Label", "field": "name", "code": "already_exists"},
    ),
    "a colour that is none": (
        "POST", f"{REPO}/labels", {"name": "new", "color": "#ff0000"},
        custom("Label", "color", "color is invalid"),
    ),
    "a description that is too long": (
        "PATCH", f"{REPO}/labels/smoke-test", {"description": "x" * 101},
        custom("Label", "description", "description is too long (maximum is 100 characters)"),
    ),
    "a label's name that is taken": (
        "PATCH", f"{REPO}/labels/smoke-test", {"new_name": "P0"},
        {"resource": "Label", "field": "name", "code": "already_exists"},
    ),
    "a milestone that is there": (
        "POST", f"{REPO}/milestones", {"title": "v1.0"},
        {"resource": "Milestone", "field": "title", "code": "already_exists"},
    ),
}  # fmt: skip


@pytest.fixture
def one(github: Double) -> Double:
    """With one issue of somebody else's, two labels and a milestone."""
    github.repository.add_milestone("v1.0", "alice")
    github.repository.add_label("p0")
    github.people.open("there", labels=["smoke-test"])
    return github


@pytest.mark.parametrize(("method", "path", "body", "error"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused_with_the_reason_and_changes_nothing(
    one: Double, method: str, path: str, body: Any, error: dict[str, Any]
) -> None:
    before = one.repository.issues[1].now
    with asking(one) as client:
        reply = client.request(method, path, json=body)
    assert reply.status_code == 422
    assert (reply.json()["message"], reply.json()["errors"]) == ("Validation Failed", [error])
    assert list(one.repository.issues) == [1]
    assert one.repository.issues[1].now is before
    assert one.repository.issues[1].comments == []
    assert {label.name for label in one.repository.labels.values()} == {"smoke-test", "p0"}
    assert len(one.repository.milestones) == 1


def test_the_longest_that_is_allowed_is_taken(one: Double) -> None:
    body = {"title": "t" * 256, "body": "ü" * 65_536, "labels": ["l" * 50, *MANY[:99]]}
    with asking(one) as client:
        said = client.post(ISSUES, json=body).json()
    assert (len(said["title"]), len(said["body"]), len(said["labels"])) == (256, 65_536, 100)


def test_labels_that_are_patched_replace_the_set_and_new_ones_are_made(one: Double) -> None:
    with asking(one) as client:
        said = client.patch(f"{ISSUES}/1", json={"labels": ["P0", "new"]}).json()
        assert [label["name"] for label in said["labels"]] == ["p0", "new"], "by the name that they have"
        assert client.get(f"{REPO}/labels/new").json()["color"] == "ededed"
        client.patch(f"{REPO}/labels/new", json={"new_name": "newer"})
        assert [label["name"] for label in client.get(f"{ISSUES}/1/labels").json()] == ["p0", "newer"]


@pytest.mark.parametrize("door", ["socket", "inside"])
@pytest.mark.parametrize("name", ["rpc/api", "good first issue", "50%", "größer?", "a#b"])
def test_a_labels_name_may_be_anything(one: Double, name: str, door: str) -> None:
    one.people.label(1, name)
    with asking(one, door=door) as client:
        label = client.get(f"{ISSUES}/1").json()["labels"][1]
        assert client.get(label["url"]).json()["name"] == name
        assert client.get(ISSUES, params={"labels": name}).json()[0]["number"] == 1
        assert client.delete(f"{ISSUES}/1/labels/{quote(name, safe='')}").status_code == 200
    assert one.repository.label_names(one.repository.issues[1]) == {"smoke-test"}


def test_closing_and_reopening_keep_the_reason(one: Double) -> None:
    with asking(one) as client:

        def patched(**body: str) -> tuple[str, str | None, bool, bool]:
            said = client.patch(f"{ISSUES}/1", json=body).json()
            return said["state"], said["state_reason"], said["closed_at"] is None, said["closed_by"] is None

        assert patched(state="closed") == ("closed", "completed", False, False)
        assert patched(state="closed", state_reason="duplicate") == ("closed", "completed", False, False), "no change"
        assert patched(state_reason="duplicate") == ("closed", "completed", False, False), "ignored without a change"
        assert patched(state="open") == ("open", "reopened", True, True)
        assert patched(state="closed", state_reason="not_planned") == ("closed", "not_planned", False, False)


def test_without_rights_labels_milestone_and_assignees_are_dropped_without_a_word(one: Double) -> None:
    wanted = {"title": "x", "labels": ["smoke-test"], "milestone": 1, "assignees": ["hq-bot"]}
    one.permit("read")
    with asking(one) as client:
        made = client.post(ISSUES, json=wanted)
        changed = client.patch(f"{ISSUES}/2", json=wanted | {"body": "mine"})
        assert (made.status_code, changed.status_code) == (201, 200)
        for said in (made.json(), changed.json(), client.get(f"{ISSUES}/2").json()):
            assert (said["labels"], said["milestone"], said["assignees"]) == ([], None, [])
        assert changed.json()["body"] == "mine"
        assert client.get(REPO).json()["permissions"] == {
            "admin": False, "maintain": False, "push": False, "triage": False, "pull": True,
        }  # fmt: skip


FOR_OTHERS: dict[str, tuple[str, str, Any]] = {
    "another's issue": ("PATCH", f"{ISSUES}/1", {"state": "closed"}),
    "labels on an issue": ("POST", f"{ISSUES}/1/labels", {"labels": ["p0"]}),
    "labels off an issue": ("DELETE", f"{ISSUES}/1/labels/smoke-test", None),
    "a label": ("POST", f"{REPO}/labels", {"name": "new"}),
    "a label's colour": ("PATCH", f"{REPO}/labels/p0", {"color": "ff0000"}),
    "a milestone": ("POST", f"{REPO}/milestones", {"title": "new"}),
}


@pytest.mark.parametrize(("method", "path", "body"), FOR_OTHERS.values(), ids=FOR_OTHERS)
def test_without_rights_the_rest_is_refused(one: Double, method: str, path: str, body: Any) -> None:
    one.permit("read")
    with asking(one) as client:
        assert client.request(method, path, json=body).status_code == 403
        one.permit("push")
        assert client.request(method, path, json=body).status_code in {200, 201}


def test_a_workflow_without_the_permission_may_read_only(one: Double) -> None:
    one.permit("push", ACTIONS_TOKEN, may_write_issues=False)
    with asking(one, token=ACTIONS_TOKEN) as client:
        assert client.get(ISSUES).status_code == 200
        for path, body in ((ISSUES, {"title": "a"}), (f"{ISSUES}/1/comments", {"body": "a"})):
            refused = client.post(path, json=body)
            assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")


def test_who_may_see_nothing_sees_that_nothing_is_there(one: Double) -> None:
    secret = one.add_repository("acme/secret", private=True)
    one.hands(secret).open("hidden")
    path = "/repos/acme/secret/issues"
    with asking(one) as client, asking(one, token=None) as stranger, asking(one, token="wrong") as liar:
        assert client.get(path).status_code == 200
        assert stranger.get(path).status_code == 404
        assert stranger.get(ISSUES).status_code == 200
        assert stranger.post(ISSUES, json={"title": "a"}).status_code == 401
        assert (liar.get(ISSUES).status_code, liar.get(ISSUES).json()["message"]) == (401, "Bad credentials")
        one.permit("none")
        assert client.get(path).status_code == 404
        assert client.get("/repos/acme/none").status_code == 404


def test_issues_can_be_switched_off(one: Double) -> None:
    one.repository.has_issues = False
    with asking(one) as client:
        assert [client.get(path).status_code for path in (ISSUES, f"{ISSUES}/1", REPO)] == [410, 410, 200]
        assert client.post(ISSUES, json={"title": "a"}).status_code == 410
        assert client.get(REPO).json()["has_issues"] is False


def test_a_deleted_issue_is_gone_for_good(one: Double) -> None:
    one.people.delete(1)
    with asking(one) as client:
        assert client.get(f"{ISSUES}/1").status_code == 410
        assert client.patch(f"{ISSUES}/1", json={"state": "closed"}).status_code == 410
        assert client.post(f"{ISSUES}/1/comments", json={"body": "a"}).status_code == 410
        assert client.get(f"{ISSUES}?state=all").json() == []
        assert client.post(ISSUES, json={"title": "next"}).json()["number"] == 2, "no number is used twice"


def test_a_transferred_issue_says_where_it_is(one: Double) -> None:
    moved = one.people.transfer(1, one.add_repository("acme/elsewhere"))
    with asking(one) as client:
        for reply in (client.get(f"{ISSUES}/1"), client.patch(f"{ISSUES}/1", json={"state": "closed"})):
            assert reply.status_code == 301
            assert reply.headers["location"] == reply.json()["url"]
            assert client.get(reply.headers["location"]).json()["title"] == "there"
        assert client.get(f"{ISSUES}?state=all").json() == []
        assert client.get(f"/repos/acme/elsewhere/issues/{moved.number}").json()["state"] == "open"


def test_on_a_locked_issue_only_those_with_rights_comment(one: Double) -> None:
    one.people.lock(1)
    with asking(one) as client:
        assert client.get(f"{ISSUES}/1").json()["locked"] is True
        assert client.post(f"{ISSUES}/1/comments", json={"body": "a"}).status_code == 201
        one.permit("triage")
        assert client.post(f"{ISSUES}/1/comments", json={"body": "a"}).status_code == 403


def test_what_people_do_is_seen_at_once(one: Double) -> None:
    people = one.people
    people.edit(1, title="Other", body="two\nlines")
    people.label(1, "quiet", "p0")
    people.unlabel(1, "smoke-test")
    people.comment(1, "On it.", by="bob")
    people.close(1, "duplicate", by="bob")
    with asking(one) as client:
        said = client.get(f"{ISSUES}/1").json()
        assert (said["title"], said["body"]) == ("Other", "two\r\nlines"), "as a browser sends it"
        assert {label["name"] for label in said["labels"]} == {"quiet", "p0"}
        assert (said["state_reason"], said["closed_by"]["login"]) == ("duplicate", "bob")
        assert client.get(f"{ISSUES}/1/comments").json()[0]["user"]["login"] == "bob"
        people.reopen(1)
        assert client.get(f"{ISSUES}/1").json()["closed_by"] is None
    assert one.writes == [], "people's hands are no requests"
    assert [issue.number for issue in one.repository.open_issues("p0")] == [1]
    assert one.repository.open_issues("smoke-test") == one.repository.open_issues("none such") == []
    assert one.repository.label_names(one.repository.issues[1]) == {"quiet", "p0"}


def test_every_request_is_on_record(one: Double) -> None:
    with asking(one) as client:
        client.get("/search/issues?q=there")
        one.advance(1)
        client.post(f"{ISSUES}/1/comments", json={"body": "a"})
        client.post(f"{ISSUES}/9/comments", json={"body": "a"})
    assert one.searches == 1
    assert [(seen.method, seen.path, seen.status, seen.token) for seen in one.writes] == [
        ("POST", f"{ISSUES}/1/comments", 201, TOKEN),
        ("POST", f"{ISSUES}/9/comments", 404, TOKEN),
    ]
    assert {seen.at for seen in one.writes} == {one.clock.now()}
