"""Opening an issue: at most one, also when nobody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cause import Cause
from .outbox import OPENING, Outbox
from .reconcile import digest
from .tracker import Ambiguous, Issue, TrackerError

if TYPE_CHECKING:
    from .sync import Sync

LOOKS_AFTER_S = (5.0, 10.0, 20.0)
"""Seconds before each further look for an issue that may have been opened."""


class Opening:
    """Opens issues."""

    def __init__(self, sync: Sync, outbox: Outbox) -> None:
        self.sync = sync
        self.outbox = outbox

    def open(self, cause: Cause) -> str:
        """Open the issue of a cause; its URL. Raises Refused, Limited, Ambiguous, LookUpFailed."""
        told = cause.model_copy(update={"news": digest(cause), "number": None, "url": None})
        draft = self.sync.wording.draft(told)
        kind = "open incident" if cause.is_incident else "open"
        try:
            issue = self.outbox.send(cause.id, kind, None, lambda: self.sync.tracker.create(draft))
        except Ambiguous as error:
            issue = self._looked_for(cause, error)
        with self.sync.history.transaction():
            self.sync.ledger.keep_one(told.model_copy(update={"number": issue.number, "url": issue.url}))
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
