"""The routes beside issues: the repository, who one is, what is left of the limits, and the search."""

from __future__ import annotations

from .call import FORBIDDEN, Call
from .messages import Answer, Problem


def get_repository(call: Call) -> Answer:
    """With what the token may do there."""
    return Answer(200, call.shapes.repository(call.repo, call.account))


def check_assignee(call: Call) -> Answer:
    """204 for who can be assigned, 404 for everybody else."""
    known = {login.lower() for login in (call.repo.owner, *call.repo.collaborators)}
    if call.names["name"].lower() not in known:
        raise Problem(404, "Not Found")
    return Answer(204)


def get_user(call: Call) -> Answer:
    """403 for the token of a workflow, which belongs to nobody."""
    if call.account.kind == "actions":
        raise Problem(403, FORBIDDEN)
    if call.request.token is None:
        raise Problem(401, "Requires authentication")
    return Answer(200, call.shapes.private_user(call.account, call.repo.created_at))


def get_rate_limit(call: Call) -> Answer:
    """Costs nothing."""
    core = call.double.left(call.request)
    search = {"limit": 30, "remaining": 30, "reset": core["reset"], "used": 0}
    content = {"resources": {"core": core, "search": search, "graphql": core}}
    return Answer(200, content if call.shapes.modern else content | {"rate": core})


def search_issues(call: Call) -> Answer:
    """Behind by minutes, and without a word about what the token may not see: nothing to build an identity on."""
    at = call.double.indexed_at()
    words = [word for word in call.request.query["q"].split() if ":" not in word]
    named = [word[5:].lower() for word in call.request.query["q"].split() if word.startswith("repo:")]
    rows = []
    for repo in call.double.repositories.values():
        if (named and repo.full_name.lower() not in named) or not repo.seen_by(call.account):
            continue
        for issue in repo.issues.values():
            state = issue.as_of(at)
            if state and state.is_here and all(word.lower() in f"{state.title} {state.body}".lower() for word in words):
                rows.append(call.shapes.found(repo, issue, state))
    content = {"total_count": len(rows), "incomplete_results": False, "items": rows[:30], "search_type": "lexical"}
    return Answer(200, content)
