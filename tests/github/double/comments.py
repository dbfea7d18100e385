"""The routes of an issue's comments."""

from __future__ import annotations

from datetime import datetime

from .call import Call
from .issues import MOST_BODY
from .messages import Answer, Problem, unprocessable


def list_comments(call: Call) -> Answer:
    """The oldest first."""
    issue, _ = call.issue_seen()
    since = call.request.query.get("since")
    begin = datetime.fromisoformat(since) if since else issue.at
    rows = [one for one in issue.comments if begin.replace(microsecond=0) <= one.at <= call.seen_at]
    return call.page(rows, lambda one: call.shapes.comment(call.repo, issue, one))


def create_comment(call: Call) -> Answer:
    """Not on a locked issue, unless one may push."""
    call.needs_write()
    issue, text = call.issue(), call.body["body"]
    if issue.now.locked and not call.account.may("push"):
        raise Problem(403, "Unable to create comment because issue is locked.")
    if not text.strip():
        raise unprocessable("IssueComment", "Body can not be blank")
    if len(text) > MOST_BODY:
        raise unprocessable("IssueComment", f"Body is too long (maximum is {MOST_BODY} characters)")
    comment = call.repo.add_comment(issue, text, call.account.login)
    shown = call.shapes.comment(call.repo, issue, comment)
    return Answer(201, shown, {"location": shown["url"]})
