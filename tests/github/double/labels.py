"""The routes of labels: a repository's, and an issue's."""

from __future__ import annotations

import re
from typing import Any

from .call import Call
from .issues import MOST_LABEL, check_labels, label_names
from .messages import Answer, Problem, custom, taken
from .state import Label

MOST_DESCRIPTION = 100


def list_labels(call: Call) -> Answer:
    """By name."""
    rows = sorted(call.repo.labels.values(), key=lambda label: label.name.lower())
    return call.page(rows, lambda label: call.shapes.label(call.repo, label))


def get_label(call: Call) -> Answer:
    """By its name."""
    return Answer(200, call.shapes.label(call.repo, _label(call)))


def create_label(call: Call) -> Answer:
    """422 ``already_exists`` when there is one, whatever its case."""
    call.needs_push()
    body = call.body
    _check(call, body)
    if call.repo.label(body["name"]):
        raise taken("Label", "name")
    label = call.repo.add_label(body["name"], body.get("color", "ededed").lower(), body.get("description"))
    shown = call.shapes.label(call.repo, label)
    return Answer(201, shown, {"location": shown["url"]})


def update_label(call: Call) -> Answer:
    """Its name, colour or description."""
    call.needs_push()
    label, body = _label(call), call.body
    name = body.get("new_name", label.name)
    _check(call, body | {"name": name})
    other = call.repo.label(name)
    if other and other is not label:
        raise taken("Label", "name")
    label.name, label.color = name, body.get("color", label.color).lower()
    label.description = body.get("description", label.description)
    return Answer(200, call.shapes.label(call.repo, label))


def delete_label(call: Call) -> Answer:
    """From the repository, and so from all of its issues."""
    call.needs_push()
    del call.repo.labels[_label(call).id]
    return Answer(204)


def _label(call: Call) -> Label:
    label = call.repo.label(call.names["name"])
    if label is None:
        raise Problem(404, "Not Found")
    return label


def _check(call: Call, body: dict[str, Any]) -> None:
    if not body["name"].strip():
        raise custom("Label", "name", "name can't be blank")
    if len(body["name"]) > MOST_LABEL:
        raise custom("Label", "name", f"name is too long (maximum is {MOST_LABEL} characters)")
    if not re.fullmatch(r"[0-9a-fA-F]{6}", body.get("color", "ededed")):
        raise custom("Label", "color", "color is invalid")
    if len(body.get("description") or "") > MOST_DESCRIPTION:
        raise custom("Label", "description", f"description is too long (maximum is {MOST_DESCRIPTION} characters)")


def list_issue_labels(call: Call) -> Answer:
    """Those of an issue."""
    _, state = call.issue_seen()
    return _shown(call, state.labels)


def add_issue_labels(call: Call) -> Answer:
    """Beside those that it has; makes those that are not there."""
    return _relabel(call, keep=True)


def set_issue_labels(call: Call) -> Answer:
    """In place of those that it has."""
    return _relabel(call, keep=False)


def _relabel(call: Call, *, keep: bool) -> Answer:
    call.needs_push()
    issue, sent = call.issue(), call.request.json
    names = label_names(sent.get("labels", []) if isinstance(sent, dict) else sent or [])
    check_labels(names, len(set(issue.now.labels) | set(names)) if keep else len(names))
    ids = ((*issue.now.labels,) if keep else ()) + call.repo.label_ids(names)
    issue.becomes(call.now, labels=tuple(dict.fromkeys(ids)))
    return _shown(call, issue.now.labels)


def remove_issue_label(call: Call) -> Answer:
    """404 when the issue does not have it."""
    call.needs_push()
    issue, label = call.issue(), call.repo.label(call.names["name"])
    if label is None or label.id not in issue.now.labels:
        raise Problem(404, "Label does not exist")
    issue.becomes(call.now, labels=tuple(one for one in issue.now.labels if one != label.id))
    return _shown(call, issue.now.labels)


def _shown(call: Call, ids: tuple[int, ...]) -> Answer:
    labels = [call.repo.labels[one] for one in ids if one in call.repo.labels]
    return Answer(200, [call.shapes.label(call.repo, label) for label in labels])
