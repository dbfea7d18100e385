"""Carrying out a plan, write by write. The process may die between any two of them: nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ..history import Owed
from .cause import Cause
from .commenting import Commenting, reminder
from .compose import Said
from .known import Known
from .opening import Opening
from .outbox import Outbox
from .plan import Action, Step, duplicate
from .reconcile import digest
from .tracker import Ambiguous, Change, Gone, Issue, Limited, LookUpFailed, Refused

if TYPE_CHECKING:
    from .sync import Outcome, Sync, Watcher

_SAYS: dict[Step, Said] = {Step.CLOSE: "closed", Step.REOPEN: "reopened"}


class Carrier:
    """Sends the writes of a plan, one after the other, and enters each into the local record."""

    def __init__(self, sync: Sync, found: Known, outcome: Outcome, watch: Watcher) -> None:
        self.sync = sync
        self.found = found
        self.outcome = outcome
        self.watch = watch
        self.outbox = Outbox(sync.history, sync.tracker, sync.clock)
        self.opening = Opening(sync, self.outbox)
        self.commenting = Commenting(sync, self.outbox, outcome.notes)
        self.limited: str | None = None

    def carry_out(self) -> None:
        """Do what can be done now. After a limit nothing more is tried; other failures concern one action."""
        for action in self.outcome.plan.actions:
            if action.step is not Step.NOTHING:
                self._tried(action, partial(self._do, action))

    def close_duplicates(self, found: Known) -> None:
        """Close the issues of ours that an older one makes unnecessary. Raises TrackerError."""
        for number, first in found.duplicates.items():
            if self.sync.policy.quiet_label in found.listing.issues[number].labels:
                continue
            self._close_duplicate(duplicate(found.told[number], found.listing.issues[number], first))
            cause = found.causes.get(found.told[first].id)
            if cause is not None:
                with self.sync.history.transaction():
                    self.sync.ledger.keep_one(cause)

    def _tried(self, action: Action, do: Callable[[], object]) -> None:
        if self.limited is not None:
            self._failed(action, self.limited)
            return
        try:
            do()
        except Limited as error:
            self.limited = str(error)
            self.sync.note_limit(error)
            self._failed(action, self.limited)
        except (Refused, Gone, Ambiguous, LookUpFailed) as error:
            self._failed(action, str(error))

    def _did(self, action: Action, url: str) -> None:
        self.outcome.done.append((action, url))
        self.watch(action, url)

    def _failed(self, action: Action, why: str) -> None:
        self.outcome.undone.append((action, why))
        self.watch(action, f"not now: {why}")

    def _do(self, action: Action) -> None:
        if action.owed is not None:
            self._say_late(action, action.owed)
        elif action.duplicate_of is not None:
            self._close_duplicate(action)
        elif action.step is Step.OPEN:
            self._did(action, self.opening.open(action.cause))
        else:
            self._change(action)

    # -- changing ----------------------------------------------------------------------------

    def _change(self, action: Action) -> None:
        number = action.number
        assert number is not None, f"{action.step} without an issue"
        told, owed = self._to_say(action, number)
        issue = self.found.listing.issues[number]
        # Lists lag: a failure that another job has just entered must not be written over with "held".
        if owed is not None or action.step is not Step.UPDATE or action.cause.state != "failing":
            self._unchanged(issue)
        change = self._what(action, told, issue)
        changed = self._sent(action, number, change, owed, keep=told)
        self._did(action, changed.url)
        self._say(action, owed)

    def _to_say(self, action: Action, number: int) -> tuple[Cause, Owed | None]:
        """What the marker is to say of what was said, and the comment that makes it true."""
        updates: dict[str, Any] = {}
        if action.cause.ticket and (action.with_comment or action.step is Step.REOPEN):
            updates["news"] = digest(action.cause)
        if not action.with_comment:
            return action.cause.model_copy(update=updates), None
        if spoken_at := self.commenting.spoken_at(number):
            self.outcome.notes.append(f"#{number}: no comment now, since one was added at {spoken_at:%Y-%m-%d %H:%M}")
            # What is new is then still to be said.
            updates = {"commented_at": spoken_at} | ({} if action.step is Step.UPDATE else updates)
            return action.cause.model_copy(update=updates), None
        told = action.cause.model_copy(update=updates | {"commented_at": self.sync.clock.now()})
        return told, self.commenting.owed(told, number, _SAYS.get(action.step, "news"))

    def _sent(self, action: Action, number: int, change: Change, owed: Owed | None, keep: Cause | None) -> Issue:
        """The issue after a change; the comment that belongs to it is owed from before on."""

        def done() -> None:
            if keep is not None:
                self.sync.ledger.keep_one(keep)
            if owed is not None:
                self.commenting.replace_others(owed)

        write = partial(self.sync.tracker.change, number, change)
        send = partial(self.outbox.send, action.cause.id, action.step.value, number, write, after=done)
        if owed is None:
            return send()
        return send(before=partial(self.commenting.owe, owed), undo=partial(self.commenting.not_made, owed))

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

    def _close_duplicate(self, action: Action) -> None:
        number, first = action.number, action.duplicate_of
        assert number is not None, "a duplicate without a number"
        assert first is not None, "a duplicate of nothing"
        now = self.sync.tracker.read(number)
        if now.state == "closed":
            self._did(action, now.url)
            return
        is_said = action.cause.commented_at is not None
        owed = None if is_said else self.commenting.owed_to_duplicate(action.cause, number, first)
        closed = self._sent(action, number, Change(state="closed", state_reason="duplicate"), owed, keep=None)
        self._did(action, closed.url)
        self._say(action, owed)

    # -- saying ------------------------------------------------------------------------------

    def _say(self, action: Action, owed: Owed | None) -> None:
        """Send the comment that belongs to a change; what cannot be said now is said by the next sync."""
        if owed is not None:
            self._tried(reminder(owed, action.cause), lambda: self.commenting.send(owed))

    def _say_late(self, action: Action, owed: Owed) -> None:
        if self.commenting.send_late(owed) is None:
            issue = self.found.listing.issues.get(owed.number)
            self._did(action, issue.url if issue else "")
