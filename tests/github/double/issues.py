"""The routes of single issues."""

from __future__ import annotations

from typing import Any

from .call import Call
from .messages import Answer, Problem, custom, invalid

MOST_TITLE, MOST_BODY, MOST_LABEL, MOST_LABELS, MOST_ASSIGNEES = 256, 65_536, 50, 100, 10


def get_issue(call: Call) -> Answer:
    """One issue, or pull request."""
    return Answer(200, call.shapes.issue(call.repo, *call.issue_seen()))


def create_issue(call: Call) -> Answer:
    """A new one. Whoever may not triage gets it without labels, milestone and assignees, and is not told."""
    call.needs_write()
    changes = _wanted(call)
    title = changes.pop("title", None)
    if not title or not title.strip():
        raise custom("Issue", "title", "title can't be blank")
    issue = call.repo.add_issue(title, call.account.login, **changes)
    url = f"{call.request.root}/repos/{call.repo.full_name}/issues/{issue.number}"
    return Answer(201, call.shapes.issue(call.repo, issue, issue.now), {"location": url})


def update_issue(call: Call) -> Answer:
    """The same drops as on creation; what others opened is for those who may triage."""
    call.needs_write()
    issue = call.issue()
    if issue.by != call.account.login and not call.account.may("triage"):
        raise Problem(403, "Must have admin rights to Repository.")
    changes = _wanted(call)
    if "title" in changes and not (changes["title"] or "").strip():
        raise custom("Issue", "title", "title can't be blank")
    if changes:
        issue.becomes(call.now, **changes)
    if "state" in call.body:
        call.repo.set_state(issue, call.body["state"], call.body.get("state_reason"), call.account.login)
    return Answer(200, call.shapes.issue(call.repo, issue, issue.now))


def _wanted(call: Call) -> dict[str, Any]:
    """What a body asks for, checked, as fields of the issue's state."""
    body = call.body
    changes: dict[str, Any] = {}
    for key, most in (("title", MOST_TITLE), ("body", MOST_BODY)):
        if key in body:
            changes[key] = body[key] if body[key] is None else str(body[key])
            if len(changes[key] or "") > most:
                raise custom("Issue", key, f"{key} is too long (maximum is {most} characters)")
    if call.account.may("triage"):
        changes |= _sorted_in(call, body)
    return changes


def _sorted_in(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "milestone" in body:
        changes["milestone"] = milestone = body["milestone"]
        if milestone is not None and milestone not in call.repo.milestones:
            raise invalid("Issue", "milestone", milestone)
    if "assignees" in body or "assignee" in body:
        changes["assignees"] = _assignees(call, body)
    if "labels" in body:
        names = label_names(body["labels"])
        check_labels(names, count=len({name.lower() for name in names}))
        changes["labels"] = call.repo.label_ids(names)
    return changes


def _assignees(call: Call, body: dict[str, Any]) -> tuple[str, ...]:
    one = [body["assignee"]] if body.get("assignee") else []
    logins = one or [who if isinstance(who, str) else who["login"] for who in body.get("assignees") or []]
    known = {login.lower(): login for login in (call.repo.owner, *call.repo.collaborators)}
    unknown = [login for login in logins if login.lower() not in known]
    if unknown:
        raise invalid("Issue", "assignees", unknown)
    if len(logins) > MOST_ASSIGNEES:
        raise custom("Issue", "assignees", f"cannot have more than {MOST_ASSIGNEES} assignees")
    return tuple(dict.fromkeys(known[login.lower()] for login in logins))


def label_names(said: list[Any]) -> list[str]:
    """Labels may be sent as names or as objects."""
    return [one if isinstance(one, str) else one["name"] for one in said]


def check_labels(names: list[str], count: int) -> None:
    """422 for a name that no label can have, and for too many of them."""
    for name in names:
        if not name.strip() or len(name) > MOST_LABEL:
            raise invalid("Label", "name", name)
    if count > MOST_LABELS:
        raise custom("Issue", "labels", f"cannot have more than {MOST_LABELS} labels")
