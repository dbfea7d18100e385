"""From causes and issues to a plan: what should be, against what is. Pure, so that each rule can be tried alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from ..config.issues import IssuePolicy
from ..models import Priority
from .batch import SMOKE_LABEL
from .cause import Cause
from .known import Known
from .plan import Action, Step, duplicate
from .tracker import Issue

SETTLES_AFTER = timedelta(minutes=5)
"""How long an issue that was opened may stay out of the lists of a tracker."""

_LEAVE = {"not_planned": "closed as not planned", "duplicate": "closed as a duplicate"}


@dataclass(frozen=True)
class Reconciler:
    """Decides about each cause by itself; who may be opened is decided over all of them (``issues.incident``)."""

    found: Known
    policy: IssuePolicy
    now: datetime
    begun: Mapping[str, datetime]
    """When the opening of an issue was begun of which nobody knows whether it was done, by cause."""
    render: Callable[[Cause, Issue], str]
    """The body that an issue should have."""

    def decide(self, cause: Cause) -> Action:
        """What becomes of the issue of a cause; ``OPEN`` where it should have one, the caps aside."""
        issue = self.found.issue_of(cause)
        if issue is None:
            if cause.number is not None:
                moved = self.found.listing.gone.get(cause.number)
                return _nothing(cause, f"#{cause.number} was {moved}" if moved else f"#{cause.number} was not read")
            return self._without_issue(cause)
        action = self._open(cause, issue) if issue.state == "open" else self._closed(cause, issue)
        return action if cause.ticket else replace(action, titled=issue.title)

    def duplicates(self) -> list[Action]:
        """Issues of ours that an older one makes unnecessary."""
        return [
            duplicate(self.found.told[number], self.found.listing.issues[number], first)
            for number, first in self.found.duplicates.items()
            if not self._is_left_alone(self.found.listing.issues[number])
        ]

    def reason_to_wait(self, cause: Cause) -> str | None:
        """Why a failing cause is not to be told of now, however long it fails."""
        if cause.held:
            return cause.held
        for window in self.policy.maintenance:
            named = not window.components or cause.component in window.components
            there = not window.environments or cause.scope.partition("/")[2] in window.environments
            if named and there and window.begins <= self.now < window.ends:
                return f"maintenance until {window.ends:%Y-%m-%d %H:%M}{f': {window.reason}' if window.reason else ''}"
        return None

    # -- without an issue --------------------------------------------------------------------

    def _without_issue(self, cause: Cause) -> Action:
        if cause.state != "failing":
            return _nothing(cause, "it holds again, and no issue was opened")
        if wait := self.reason_to_wait(cause) or self._unconfirmed(cause) or self._told_elsewhere(cause):
            return _nothing(cause, wait)
        if cause.ticket is None:
            return _nothing(cause, "its issue is gone, and no run has told of it since")
        begun = self.begun.get(cause.id)
        if begun is not None and self.now - begun < SETTLES_AFTER:
            return _nothing(cause, f"an issue may have been opened at {begun:%H:%M:%S}; it is looked for again first")
        return Action(Step.OPEN, cause, self._why_now(cause))

    def _unconfirmed(self, cause: Cause) -> str | None:
        if cause.certain or cause.attempts >= self.policy.confirm_after:
            return None
        return f"failed in {cause.attempts} of the {self.policy.confirm_after} attempts that confirm it"

    def _why_now(self, cause: Cause) -> str:
        if cause.is_incident:
            return "it stands for the causes that get no issue of their own"
        if cause.attempts >= self.policy.confirm_after:
            return f"failed in {cause.attempts} attempts"
        return "a P0 is filed at once" if cause.priority is Priority.P0 else "it needs no second look"

    def _told_elsewhere(self, cause: Cause) -> str | None:
        for mark in cause.fingerprints:
            if mark in self.found.foreign:
                return f"#{self.found.foreign[mark]}, of another account, tells of it; [issues] authors may name that"
        title = cause.ticket.title if cause.ticket else None
        for number, issue in self.found.listing.issues.items():
            alike = issue.title == title and SMOKE_LABEL in issue.labels and issue.is_ours
            if alike and issue.state == "open" and number not in self.found.told:
                return f"#{number} has the same title and lost its marker; it is left alone"
        return None

    # -- with an open one --------------------------------------------------------------------

    def _open(self, cause: Cause, issue: Issue) -> Action:
        if alone := self._is_left_alone(issue):
            return _nothing(cause, alone, issue.number)
        if cause.state == "recovered":
            runs = (run.rstrip("/").rpartition("/")[2] for run in cause.clean_runs[-3:])
            why = f"held in {cause.clean} runs: {', '.join(runs)}"
            return Action(Step.CLOSE, cause, why, issue.number, with_comment=self._may_comment(cause))
        if cause.state == "failing" and (wait := self.reason_to_wait(cause)):
            return _nothing(cause, wait, issue.number)
        is_news = cause.state == "failing" and bool(cause.ticket) and digest(cause) != cause.news
        update = partial(
            Action, Step.UPDATE, cause, number=issue.number, told_at=self.found.told[issue.number].counted_at
        )
        if is_news and self._may_comment(cause):
            return update("there is something new to say", with_comment=True)
        if self.render(cause, issue) == issue.body:
            return _nothing(cause, "up to date", issue.number)
        if cause.strip.endswith("."):
            # A run of some checks only would otherwise cost a write for each issue about the others.
            return _nothing(cause, "not executed in this run", issue.number)
        clean = f"held in {cause.clean} of {self.policy.close_after} runs"
        return update("still failing" if cause.state == "failing" else clean)

    def _is_left_alone(self, issue: Issue) -> str | None:
        if not issue.is_ours:
            return f"#{issue.number} is of another account"
        if issue.number not in self.found.told:
            return f"#{issue.number} lost its marker; it is left alone"
        if SMOKE_LABEL not in issue.labels:
            return f"#{issue.number} lost the label {SMOKE_LABEL}; it is left alone"
        return f"#{issue.number} is muted by {self.policy.quiet_label!r}" if self._is_quiet(issue) else None

    def _is_quiet(self, issue: Issue) -> bool:
        return self.policy.quiet_label in issue.labels

    def _may_comment(self, cause: Cause) -> bool:
        pause = timedelta(hours=self.policy.comment_every_h)
        return cause.commented_at is None or self.now - cause.commented_at >= pause

    # -- with a closed one -------------------------------------------------------------------

    def _closed(self, cause: Cause, issue: Issue) -> Action:
        if cause.state != "failing":
            return _nothing(cause, "closed, and it holds", issue.number)
        if left := _LEAVE.get(issue.state_reason or ""):
            return _nothing(cause, f"#{issue.number} was {left}", issue.number)
        if self._is_quiet(issue):
            return _nothing(cause, f"#{issue.number} is muted by {self.policy.quiet_label!r}", issue.number)
        if wait := self.reason_to_wait(cause) or self._unconfirmed(cause):
            return _nothing(cause, wait, issue.number)
        closed_at = issue.closed_at or issue.created_at
        if self.now - closed_at > timedelta(days=self.policy.reopen_within_days):
            days = self.policy.reopen_within_days
            return self._anew(cause, issue, f"#{issue.number} was closed more than {days} days ago")
        # A mass failure is no relapse of one cause: what fails now may be something else altogether.
        again = cause.is_incident and self._was_proved(issue)
        if again or self._is_newer_deploy(cause, issue, closed_at):
            if alone := self._is_left_alone(issue):
                return self._anew(cause, issue, alone)
            return Action(Step.REOPEN, cause, self._relapse(cause), issue.number, with_comment=self._may_comment(cause))
        return self._same_deploy(cause, issue, closed_at)

    def _is_newer_deploy(self, cause: Cause, issue: Issue, closed_at: datetime) -> bool:
        """Newer than the closing: deployed after it, or, where no time is known, another one than was known then."""
        if cause.deployed_at is not None:
            return cause.deployed_at > closed_at
        told = self.found.told.get(issue.number)
        if cause.deploy is not None and told is not None:
            return cause.deploy != told.deploy
        return False

    def _same_deploy(self, cause: Cause, issue: Issue, closed_at: datetime) -> Action:
        grace = timedelta(hours=self.policy.deploy_grace_h)
        is_late = self.now - closed_at > grace
        if cause.deploy is None and cause.deployed_at is None:
            hours = f"{self.policy.deploy_grace_h:g} hours"
            why = f"nobody knows what is deployed, and it fails more than {hours} after the closing"
            if is_late and not self._is_left_alone(issue):
                return Action(Step.REOPEN, cause, why, issue.number, with_comment=self._may_comment(cause))
            if is_late:
                return self._anew(cause, issue, why)
        elif is_late and self._was_proved(issue):
            # It was proved to hold on this very deploy, so no newer one will come to mend it.
            return self._anew(cause, issue, f"#{issue.number} was closed by proof, and it fails on the same deploy")
        return _nothing(cause, f"#{issue.number} was closed, and nothing newer was deployed since", issue.number)

    def _anew(self, cause: Cause, issue: Issue, why: str) -> Action:
        fresh = cause.model_copy(update={"number": None, "url": None, "before": issue.number})
        other = self._without_issue(fresh)
        return Action(Step.OPEN, fresh, why) if other.step is Step.OPEN else other

    def _was_proved(self, issue: Issue) -> bool:
        """Whether it was closed by proof, and not by somebody who knew why."""
        told = self.found.told.get(issue.number)
        return told is None or told.state == "recovered"

    def _relapse(self, cause: Cause) -> str:
        return f"fails again, on {cause.deploy}" if cause.deploy else "fails again, on a newer deploy"


def digest(cause: Cause) -> str:
    """A mark of what there is to tell of a cause."""
    return hashlib.sha256((cause.ticket.news if cause.ticket else "").encode()).hexdigest()[:12]


def _nothing(cause: Cause, why: str, number: int | None = None) -> Action:
    return Action(Step.NOTHING, cause, why, number if number is not None else cause.number)
