"""Each rule of the reconciler by itself: a cause and an issue, and what becomes of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from vibehq_smoke.config.issues import IssuePolicy, Maintenance
from vibehq_smoke.issues.batch import SMOKE_LABEL, BugType, Ticket
from vibehq_smoke.issues.cause import Cause
from vibehq_smoke.issues.known import known
from vibehq_smoke.issues.marker import Signer
from vibehq_smoke.issues.plan import Action, Step
from vibehq_smoke.issues.reconcile import Reconciler, digest
from vibehq_smoke.issues.tracker import Issue, Listing
from vibehq_smoke.models import Priority

from .world import START

SIGNER = Signer.of("a key", "somewhere")
NOW = START + timedelta(days=10)
POLICY = IssuePolicy()
TICKET = Ticket(bug_type=BugType.SMOKE, title="it fails", priority=Priority.P1, news="it is wrong")


def cause(**more: Any) -> Cause:
    said: dict[str, Any] = {
        "id": "1-a",
        "scope": "smoke/staging",
        "component": "api",
        "fingerprints": ("1-a",),
        "subjects": ("API-02",),
        "priority": Priority.P1,
        "fails": 2,
        "first_seen": START,
        "last_seen": NOW,
        "counted_at": NOW,
        "ticket": TICKET,
        "number": 7,
        "deploy": "v2",
        "deployed_at": NOW - timedelta(hours=1),
    }
    made = Cause.model_validate({**said, **more})
    return made if "news" in more else made.model_copy(update={"news": digest(made)})


def issue(told: Cause | None = None, **more: Any) -> Issue:
    said: dict[str, Any] = {
        "number": 7,
        "title": "it fails",
        "body": SIGNER.marker(told) if told else "",
        "state": "open",
        "state_reason": None,
        "labels": frozenset({SMOKE_LABEL}),
        "created_at": START,
        "closed_at": None,
        "url": "https://somewhere/7",
        "author": "hq-bot",
        "is_ours": True,
    }
    return Issue(**{**said, **more})


def closed(told: Cause, ago: timedelta = timedelta(hours=5), reason: str = "completed", **more: Any) -> Issue:
    return issue(told, state="closed", state_reason=reason, closed_at=NOW - ago, **more)


def decide(
    mine: Cause, *issues: Issue, policy: IssuePolicy = POLICY, begun: datetime | None = None, body: str = "as it was"
) -> Action:
    found = known({mine.id: mine}, Listing({one.number: one for one in issues}), SIGNER, policy)
    begins = {mine.id: begun} if begun else {}
    return Reconciler(found, policy, NOW, begins, lambda _cause, one: body or one.body).decide(found.causes["1-a"])


NEW = cause(number=None, first_seen=NOW)


@pytest.mark.parametrize(
    ("mine", "step", "why"),
    [
        (NEW, Step.OPEN, "failed in 2 attempts"),
        ({"fails": 1}, Step.NOTHING, "failed in 1 of the 2 attempts that confirm it"),
        ({"fails": 1, "tried": 2}, Step.OPEN, "failed in 2 attempts"),
        ({"fails": 2, "tried": 0}, Step.OPEN, "failed in 2 attempts"),
        ({"fails": 1, "certain": True}, Step.OPEN, "it needs no second look"),
        ({"fails": 1, "certain": True, "priority": Priority.P0}, Step.OPEN, "a P0 is filed at once"),
        ({"held": "quarantined"}, Step.NOTHING, "quarantined"),
        ({"state": "recovering", "fails": 0}, Step.NOTHING, "it holds again, and no issue was opened"),
        ({"state": "recovered", "fails": 0}, Step.NOTHING, "it holds again, and no issue was opened"),
        ({"ticket": None}, Step.NOTHING, "its issue is gone, and no run has told of it since"),
    ],
)
def test_without_an_issue(mine: Cause | dict[str, Any], step: Step, why: str) -> None:
    decided = decide(mine if isinstance(mine, Cause) else NEW.model_copy(update=mine))
    assert (decided.step, decided.why) == (step, why)


@pytest.mark.parametrize(("minutes", "step"), [(1, Step.NOTHING), (6, Step.OPEN)])
def test_what_may_have_been_opened_is_waited_for(minutes: int, step: Step) -> None:
    assert decide(NEW, begun=NOW - timedelta(minutes=minutes)).step is step


@pytest.mark.parametrize(
    ("mine", "step", "comment"),
    [
        ({}, Step.UPDATE, False),
        ({"news": "another digest"}, Step.UPDATE, True),
        ({"news": "another digest", "commented_at": NOW - timedelta(hours=23)}, Step.UPDATE, False),
        ({"news": "another digest", "commented_at": NOW - timedelta(hours=24)}, Step.UPDATE, True),
        ({"state": "recovering", "fails": 0, "clean": 1, "news": "another digest"}, Step.UPDATE, False),
        ({"state": "recovered", "fails": 0, "clean": 3}, Step.CLOSE, True),
        ({"state": "recovered", "fails": 0, "clean": 3, "commented_at": NOW}, Step.CLOSE, False),
        ({"state": "recovered", "fails": 0, "clean": 3, "held": "quarantined"}, Step.CLOSE, True),
        ({"held": "quarantined"}, Step.NOTHING, False),
    ],
)
def test_with_an_open_issue(mine: dict[str, Any], step: Step, comment: bool) -> None:
    decided = decide(cause(**mine), issue(cause(**mine)))
    assert (decided.step, decided.with_comment, decided.number) == (step, comment, 7)


def test_an_issue_that_says_all_already_is_not_written() -> None:
    assert decide(cause(), issue(cause()), body="").why == "up to date"


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (issue(cause(), is_ours=False), "#7 is of another account"),
        (issue(), "#7 lost its marker; it is left alone"),
        (issue(cause(), labels=frozenset()), "#7 lost the label smoke-test; it is left alone"),
        (issue(cause(), labels=frozenset({SMOKE_LABEL, "quiet"})), "#7 is muted by 'quiet'"),
    ],
)
@pytest.mark.parametrize("state", ["failing", "recovered"])
def test_an_issue_that_is_left_alone(seen: Issue, why: str, state: str) -> None:
    decided = decide(cause(state=state, clean=3), seen)
    assert (decided.step, decided.why) == (Step.NOTHING, why)


EARLIER = {"counted_at": NOW - timedelta(days=4), "last_seen": NOW - timedelta(days=5)}
OLD = EARLIER | {"deploy": "v1", "deployed_at": NOW - timedelta(days=6), "state": "recovered", "clean": 3}
BEFORE = {"deployed_at": NOW - timedelta(hours=9)}
NO_TIME = {"deployed_at": None}
UNKNOWN = {"deploy": None, "deployed_at": None}
LONG = timedelta(days=2)


@pytest.mark.parametrize(
    ("mine", "seen", "step"),
    [
        ({}, closed(cause(**OLD)), Step.REOPEN),
        (BEFORE, closed(cause(**OLD)), Step.NOTHING),
        (BEFORE | {"deploy": "another"}, closed(cause(**OLD)), Step.NOTHING),
        (BEFORE | {"deployed_at": NOW - LONG * 2}, closed(cause(**OLD), LONG), Step.OPEN),
        (BEFORE | {"deployed_at": NOW - LONG * 2}, closed(cause(**EARLIER), LONG), Step.NOTHING),
        (NO_TIME, closed(cause(**OLD)), Step.REOPEN),
        (NO_TIME | {"deploy": "v1"}, closed(cause(**OLD)), Step.NOTHING),
        (UNKNOWN, closed(cause(**OLD)), Step.NOTHING),
        (UNKNOWN, closed(cause(**OLD), LONG), Step.REOPEN),
        ({}, closed(cause(**OLD), reason="not_planned"), Step.NOTHING),
        ({}, closed(cause(**OLD), reason="duplicate"), Step.NOTHING),
        ({}, closed(cause(**OLD), labels=frozenset({SMOKE_LABEL, "quiet"})), Step.NOTHING),
        ({"state": "recovering", "clean": 1, "fails": 0}, closed(cause(**OLD)), Step.NOTHING),
        ({"fails": 1}, closed(cause(**OLD | {"fails": 0})), Step.NOTHING),
        ({"held": "quarantined"}, closed(cause(**OLD)), Step.NOTHING),
        ({}, closed(cause(**OLD), timedelta(days=31), created_at=START - LONG * 20), Step.OPEN),
        ({}, closed(cause(**OLD), labels=frozenset()), Step.OPEN),
    ],
)
def test_with_a_closed_issue(mine: dict[str, Any], seen: Issue, step: Step) -> None:
    decided = decide(cause(**mine), seen)
    assert decided.step is step, decided.why
    if step is Step.OPEN:
        assert (decided.cause.number, decided.cause.before) == (None, 7), "the new issue names the old one"


def window(begins: int, ends: int, **only: Any) -> IssuePolicy:
    told = {"from": NOW + timedelta(hours=begins), "to": NOW + timedelta(hours=ends), **only}
    return IssuePolicy(maintenance=(Maintenance.model_validate(told),))


@pytest.mark.parametrize(
    ("policy", "waits"),
    [
        (window(-1, 1), True),
        (window(0, 1), True),
        (window(-1, 0), False),
        (window(1, 2), False),
        (window(-1, 1, components=["ui", "api"]), True),
        (window(-1, 1, components=["ui"]), False),
        (window(-1, 1, environments=["staging"]), True),
        (window(-1, 1, environments=["production"]), False),
    ],
)
def test_maintenance_holds_back_what_fails(policy: IssuePolicy, waits: bool) -> None:
    told = cause(**OLD)
    expected = [Step.NOTHING] * 3 if waits else [Step.OPEN, Step.UPDATE, Step.REOPEN]
    assert [
        decide(NEW, policy=policy).step,
        decide(cause(), issue(cause()), policy=policy).step,
        decide(cause(), closed(told), policy=policy).step,
    ] == expected
    assert decide(cause(**OLD), issue(told), policy=policy).step is Step.CLOSE, "what holds is closed at any time"


def test_the_order_of_a_plan_is_that_of_what_people_wait_for() -> None:
    told = [
        Action(Step.UPDATE, NEW, "", told_at=NOW),
        Action(Step.UPDATE, NEW, "", told_at=START),
        Action(Step.OPEN, NEW, ""),
        Action(Step.OPEN, NEW.model_copy(update={"priority": Priority.P0}), ""),
        Action(Step.REOPEN, NEW, ""),
        Action(Step.CLOSE, NEW, ""),
    ]
    assert sorted(told, key=lambda action: action.order) == [told[5], told[4], told[3], told[2], told[1], told[0]]
