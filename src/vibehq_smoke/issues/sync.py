"""One batch against one tracker: look up, count, plan, carry out. Every step may be the last one of the process.

What makes that safe: the batch is counted in one transaction before anything is written; a write is noted before it is
sent and settled after; and each sync begins with a look at what there is, so that nothing is repeated from memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias

from ..config.issues import IssuePolicy
from ..history import History
from .batch import SMOKE_LABEL, Batch
from .carrying import Carrier
from .cause import Cause
from .clock import Clock
from .commenting import due
from .fold import fold
from .known import Known, known
from .ledger import Ledger
from .marker import Signer
from .outbox import OPENING
from .plan import Action, Step
from .planning import Plan, Planning, budgeted
from .reconcile import Reconciler
from .tracker import Limited, Listing, LookUpFailed, Tracker, TrackerError
from .wording import Wording

_DAY = timedelta(days=1)


@dataclass
class Outcome:
    """What became of a plan."""

    plan: Plan
    done: list[tuple[Action, str]] = field(default_factory=list)
    """With the URL of each issue that was written."""
    undone: list[tuple[Action, str]] = field(default_factory=list)
    """With the reason."""
    notes: list[str] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether everything that was to be done now was done."""
        return not self.undone and self.plan.trouble is None


Watcher: TypeAlias = Callable[[Action, str], None]
"""Told of each write as it is done, with the URL of its issue, or of why it could not be."""


def _unwatched(_action: Action, _said: str) -> None:
    """Nobody wants to know."""


@dataclass
class Sync:
    """What a sync works with."""

    tracker: Tracker
    history: History
    policy: IssuePolicy
    signer: Signer
    wording: Wording
    clock: Clock

    @property
    def ledger(self) -> Ledger:
        """The local record, as far as it is about this tracker."""
        return Ledger(self.history, self.tracker.name)

    def plan(self, batch: Batch) -> Plan:
        """What :meth:`sync` would do. Nothing is written, and nothing is kept. Raises LookUpFailed."""
        plan, _ = self._planned(self.look_up(), batch)
        return plan

    def sync(self, batch: Batch, watch: Watcher | None = None) -> Outcome:
        """Bring the tracker up to date; what cannot be done now is kept and done by the next sync."""
        try:
            listing = self._listing()
        except LookUpFailed as error:
            with self.history.transaction():
                self.ledger.keep(fold(self.ledger.causes(), batch, self.policy), batch)
            return Outcome(Plan((), trouble=str(error)))
        with self.history.transaction():
            # Another process may have counted a run meanwhile, so the record is read only now.
            found = self._known(listing)
            self.ledger.settle(found.causes, self.clock.now())
            plan, causes = self._planned(found, batch)
            self.ledger.keep(causes, batch)
        outcome = Outcome(plan)
        carrier = Carrier(self, found, outcome, watch or _unwatched)
        carrier.carry_out()
        if any(action.step is Step.OPEN for action, _ in outcome.done):
            self._look_again(carrier)
        outcome.notes += self.tracker.notes
        with self.history.transaction():
            self.ledger.forget(self.clock.now(), timedelta(days=self.policy.reopen_within_days))
        return outcome

    # -- reading -----------------------------------------------------------------------------

    def look_up(self) -> Known:
        """What there is now. Raises LookUpFailed."""
        return self._known(self._listing())

    def _known(self, listing: Listing) -> Known:
        return known(self.ledger.causes(), listing, self.signer, self.policy)

    def _listing(self) -> Listing:
        now, until = self.clock.now(), self.history.limit(self.tracker.name)
        if until is not None and now < until:
            raise LookUpFailed(f"{self.tracker.name} takes no more requests until {until:%H:%M:%S} UTC")
        since = now - timedelta(days=self.policy.reopen_within_days)
        try:
            return self.tracker.look_up(SMOKE_LABEL, self.ledger.numbers(), since)
        except Limited as error:
            self.note_limit(error)
            raise LookUpFailed(str(error)) from error

    def _planned(self, found: Known, batch: Batch) -> tuple[Plan, dict[str, Cause]]:
        causes = fold(found.causes, batch, self.policy)
        held = self.history.last_held(batch.scope)
        causes = {id_: self.wording.with_changes(cause, batch, held) for id_, cause in causes.items()}
        found = replace(found, causes=causes)
        unsettled = self.history.unsettled(self.tracker.name)
        begun = {write.cause: write.sent_at for write in unsettled if write.kind in OPENING}
        reconciler = Reconciler(found, self.policy, self.clock.now(), begun, self.wording.body)
        actions = Planning(reconciler, batch, self._opened_today(found), self.wording).actions()
        actions += due(self.history.owed(self.tracker.name), found, actions, self.clock.now())
        return budgeted(actions, self.policy.writes_per_run), causes

    def _opened_today(self, found: Known) -> int:
        since = self.clock.now() - _DAY
        seen = [found.listing.issues[number] for number, cause in found.told.items() if not cause.is_incident]
        listed = sum(issue.created_at >= since for issue in seen)
        return max(listed, self.history.done_since(self.tracker.name, "open", since))

    def note_limit(self, error: Limited) -> None:
        """Let the next sync know, whichever process that is."""
        self.history.note_limit(self.tracker.name, error.until)

    def _look_again(self, carrier: Carrier) -> None:
        """Whether somebody else opened an issue for the same cause meanwhile; then the newer one is closed."""
        try:
            carrier.close_duplicates(self.look_up())
        except TrackerError as error:
            carrier.outcome.notes.append(f"nobody looked for issues that were opened twice: {error}")
