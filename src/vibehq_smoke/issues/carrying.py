"""Carrying out a plan, write by write. The process may die between any two of them: nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .cause import Cause
from .compose import Said
from .known import Known
from .plan import Action, Step, duplicate
from .reconcile import digest
from .tracker import Ambiguous, Change, Gone, Issue, Limited, LookUpFailed, Refused, TrackerError

if TYPE_CHECKING:
    from .sync import Outcome, Sync, Watcher

T = TypeVar("T")

OPENING = frozenset({"open", "open incident"})
"""Kinds of writes that make an issue."""

_SAYS: dict[Step, Said] = {Step.CLOSE: "closed", Step.REOPEN: "reopened"}

LOOKS_AFTER_S = (5.0, 10.0, 20.0)
"""Seconds before each further look for an issue that may have been opened."""


class Carrier:
    """Sends the writes of a plan, one after the other, and enters each into the local record."""

    def __init__(self, sync: Sync, found: Known, outcome: Outcome, watch: Watcher) -> None:
        self.sync = sync
        self.found = found
        self.outcome = outcome
        self.watch = watch

    def carry_out(self) -> None:
        """Do what can be done now. After a limit nothing more is tried; other failures concern one action."""
        limited: str | None = None
        for action in self.outcome.plan.actions:
            if action.step is Step.NOTHING:
                continue
            if limited is not None:
                self._failed(action, limited)
                continue
            try:
                self._did(action, self._do(action))
            except Limited as error:
                limited = str(error)
                self.sync.note_limit(error)
                self._failed(action, limited)
            except (Refused, Gone, Ambiguous, LookUpFailed) as error:
                self._failed(action, str(error))

    def close_duplicates(self, found: Known) -> None:
        """Close the issues of ours that an older one makes unnecessary. Raises TrackerError."""
        for number, first in found.duplicates.items():
            if self.sync.policy.quiet_label in found.listing.issues[number].labels:
                continue
            action = duplicate(found.told[number], found.listing.issues[number], first)
            self._did(action, self._close_duplicate(action))
            cause = found.causes.get(found.told[first].id)
            if cause is not None:
                with self.sync.history.transaction():
                    self.sync.keep_one(cause)

    def _did(self, action: Action, url: str) -> None:
        self.outcome.done.append((action, url))
        self.watch(action, url)

    def _failed(self, action: Action, why: str) -> None:
        self.outcome.undone.append((action, why))
        self.watch(action, f"not now: {why}")

    def _do(self, action: Action) -> str:
        if action.duplicate_of is not None:
            return self._close_duplicate(action)
        if action.step is Step.OPEN:
            return self._open(action.cause)
        return self._change(action)

    # -- opening -----------------------------------------------------------------------------

    def _open(self, cause: Cause) -> str:
        told = cause.model_copy(update={"news": digest(cause), "number": None, "url": None})
        draft = self.sync.wording.draft(told)
        kind = "open incident" if cause.is_incident else "open"
        try:
            issue = self._noted(cause, kind, lambda: self.sync.tracker.create(draft))
        except Ambiguous as error:
            issue = self._looked_for(cause, error)
        with self.sync.history.transaction():
            self.sync.keep_one(told.model_copy(update={"number": issue.number, "url": issue.url}))
            for write in self.sync.history.unsettled(self.sync.tracker.name):
                if write.cause == cause.id and write.kind in OPENING:
                    self.sync.history.settle(write.id, "done", issue.number)
        return issue.url

    def _looked_for(self, cause: Cause, error: Ambiguous) -> Issue:
        """The issue that may have been opened. Raises Ambiguous when it is not there, or not there yet."""
        marks = frozenset(cause.fingerprints)
        for pause in LOOKS_AFTER_S:
            self.sync.clock.sleep(pause)
            try:
                found = self.sync.look_up()
            except TrackerError:
                continue
            for number, told in sorted(found.told.items()):
                issue = found.listing.issues[number]
                if issue.state == "open" and told.scope == cause.scope and marks.intersection(told.fingerprints):
                    return issue
        raise Ambiguous(f"{error}; it is looked for again before another is opened")

    # -- changing ----------------------------------------------------------------------------

    def _change(self, action: Action) -> str:
        number = action.number
        assert number is not None, f"{action.step} without an issue"
        tells = action.with_comment or action.step is Step.REOPEN
        now = self.sync.clock.now()
        updates: dict[str, Any] = {"news": digest(action.cause)} if tells and action.cause.ticket else {}
        if action.with_comment:
            updates["commented_at"] = now
        told = action.cause.model_copy(update=updates)
        issue = self.found.listing.issues[number]
        # Lists lag: a failure that another job has just entered must not be written over with "held".
        if action.with_comment or action.step is not Step.UPDATE or action.cause.state != "failing":
            self._unchanged(issue)
        change = self._what(action, told, issue)
        changed = self._noted(told, action.step.value, lambda: self.sync.tracker.change(number, change))
        if action.with_comment:
            self._comment(told, number, _SAYS.get(action.step, "news"))
        with self.sync.history.transaction():
            self.sync.keep_one(told)
        return changed.url

    def _unchanged(self, seen: Issue) -> None:
        """Somebody else, perhaps another job, may know better by now. Raises Refused when the issue was changed."""
        now = self.sync.tracker.read(seen.number)
        if (now.body, now.state, now.labels) != (seen.body, seen.state, seen.labels):
            raise Refused(f"#{seen.number} was changed meanwhile")

    def _what(self, action: Action, told: Cause, issue: Issue) -> Change:
        body = self.sync.wording.body(told, issue)
        before = self.found.told.get(issue.number)
        labels: dict[str, Any] = {}
        if before is not None and before.priority != told.priority:
            labels = {"add_labels": (told.priority.value,), "remove_labels": (before.priority.value,)}
        if action.step is Step.CLOSE:
            return Change(body=body, state="closed", state_reason="completed")
        if action.step is Step.REOPEN:
            return Change(body=body, state="open", state_reason="reopened", **labels)
        return Change(body=body, **labels)

    def _comment(self, told: Cause, number: int, what: Said) -> None:
        text = self.sync.wording.comment(told, what)
        try:
            self._noted(told, "comment", lambda: self.sync.tracker.comment(number, text))
        except Ambiguous:
            self.outcome.notes.append(f"#{number}: nobody knows whether a comment arrived; it is not sent twice")

    def _close_duplicate(self, action: Action) -> str:
        number, first = action.number, action.duplicate_of
        assert number is not None, "a duplicate without a number"
        change = Change(state="closed", state_reason="duplicate")
        closed = self._noted(action.cause, "close", lambda: self.sync.tracker.change(number, change))
        if action.cause.commented_at is None:
            self._comment_plainly(number, f"Duplicate of #{first}")
        return closed.url

    def _comment_plainly(self, number: int, text: str) -> None:
        try:
            self.sync.tracker.comment(number, text)
        except TrackerError as error:
            self.outcome.notes.append(f"#{number}: no comment: {error}")

    def _noted(self, cause: Cause, kind: str, write: Callable[[], T]) -> T:
        """Send a write, and note before that it is sent and after what became of it, as far as is known."""
        history, place = self.sync.history, self.sync.tracker.name
        id_ = history.begin(place, cause.id, kind, self.sync.clock.now(), cause.number)
        try:
            answer = write()
        except (Refused, Limited, Gone, LookUpFailed):
            history.settle(id_, "not done")
            raise
        except Ambiguous:
            if kind not in OPENING:
                history.settle(id_, "done")
            raise
        if kind not in OPENING:
            history.settle(id_, "done")
        return answer
