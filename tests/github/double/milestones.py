"""The routes of a repository's milestones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .call import Call
from .messages import Answer, Problem, taken
from .state import Milestone


def list_milestones(call: Call) -> Answer:
    """Open ones unless asked otherwise, by due date."""
    query = call.request.query
    wanted = query.get("state", "open")
    rows = [one for one in call.repo.milestones.values() if wanted in {"all", one.state}]
    backwards = query.get("direction", "asc") == "desc"
    rows.sort(key=lambda one: (one.due_on is None, one.due_on or one.at, one.number), reverse=backwards)
    return call.page(rows, lambda one: call.shapes.milestone(call.repo, one))


def get_milestone(call: Call) -> Answer:
    """By its number."""
    return Answer(200, call.shapes.milestone(call.repo, _milestone(call)))


def create_milestone(call: Call) -> Answer:
    """422 ``already_exists`` when there is one with the title, open or closed."""
    call.needs_push()
    body = call.body
    if any(one.title == body["title"] for one in call.repo.milestones.values()):
        raise taken("Milestone", "title")
    milestone = call.repo.add_milestone(body["title"], call.account.login, **_dated(body))
    shown = call.shapes.milestone(call.repo, milestone)
    return Answer(201, shown, {"location": shown["url"]})


def update_milestone(call: Call) -> Answer:
    """Its title, description, due date or state."""
    call.needs_push()
    milestone, body = _milestone(call), call.body
    if any(one.title == body.get("title") for one in call.repo.milestones.values() if one is not milestone):
        raise taken("Milestone", "title")
    for key, value in (_dated(body) | {key: body[key] for key in ("title",) if key in body}).items():
        setattr(milestone, key, value)
    milestone.updated_at = call.now
    milestone.closed_at = (milestone.closed_at or call.now) if milestone.state == "closed" else None
    return Answer(200, call.shapes.milestone(call.repo, milestone))


def _milestone(call: Call) -> Milestone:
    number = call.names["number"]
    milestone = call.repo.milestones.get(int(number)) if number.isdigit() else None
    if milestone is None:
        raise Problem(404, "Not Found")
    return milestone


def _dated(body: dict[str, Any]) -> dict[str, Any]:
    said = {key: body[key] for key in ("state", "description") if key in body}
    return said | ({"due_on": datetime.fromisoformat(body["due_on"])} if body.get("due_on") else {})
