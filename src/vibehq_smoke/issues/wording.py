"""Everything that leaves for a tracker is worded here, and passes the gate before it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from . import compose
from .batch import Batch, Ticket
from .cause import Cause
from .marker import Signer
from .tracker import Draft, Issue
from .writing.changes import with_changes
from .writing.gate import Gate
from .writing.surroundings import Surroundings


class Promised(TypedDict):
    """What the text of an issue says of rules that ``smoke.toml`` may change."""

    close_after: int
    quiet_label: str


@dataclass(frozen=True)
class Wording:
    """Words drafts, bodies and comments."""

    signer: Signer
    gate: Gate
    surroundings: Surroundings
    close_after: int
    quiet_label: str = "quiet"

    def draft(self, cause: Cause) -> Draft:
        """The issue of a cause as it is opened."""
        ticket = _ticket(cause)
        title = self.gate.text(ticket.title)
        return Draft(title, self._fresh(ticket, cause), ticket.labels, ticket.milestone, ticket.assignees)

    def body(self, cause: Cause, issue: Issue) -> str:
        """The body that an issue should have now; what people wrote into it stays."""
        if cause.ticket is None:
            return compose.restated(issue.body, cause, self.signer.marker(cause), **self._promised)
        return compose.merged(issue.body, self._fresh(cause.ticket, cause))

    def comment(self, cause: Cause, what: compose.Said) -> str:
        """A comment."""
        return self.gate.text(compose.comment(cause, what))

    def incident(self, causes: Sequence[Cause], scope: str) -> Ticket:
        """What the incident of a scope says of these causes."""
        return compose.incident(causes, scope)

    def with_changes(self, cause: Cause, batch: Batch, held: Mapping[str, str]) -> Cause:
        """The cause, its ticket telling what was changed since its checks last held, at the commits in ``held``."""
        ticket = cause.ticket
        # A run that did not execute it counts for its strip, but says nothing of what was changed before it failed.
        failed_now = cause.state == "failing" and cause.last_run == batch.id and cause.last_seen == batch.at
        if ticket is None or cause.scope != batch.scope or not failed_now:
            return cause
        green = cause.green_commit or next((held[subject] for subject in cause.subjects if subject in held), None)
        if green is None:
            return cause
        return cause.model_copy(update={"ticket": with_changes(ticket, self.surroundings, green, batch.commit)})

    def _fresh(self, ticket: Ticket, cause: Cause) -> str:
        marker = self.signer.marker(cause)
        return self.gate.text(compose.body(ticket, cause, marker, **self._promised))

    @property
    def _promised(self) -> Promised:
        return {"close_after": self.close_after, "quiet_label": self.quiet_label}


def _ticket(cause: Cause) -> Ticket:
    if cause.ticket is None:
        raise ValueError(f"nothing is known to say of {cause.id}")
    return cause.ticket
