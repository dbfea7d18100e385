"""Caps and mass failures: who gets an issue of its own, and the one incident issue that stands for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..config.issues import IssuePolicy
from ..models import Priority
from .batch import Batch, Ticket
from .cause import STRIP, Cause, incident_id
from .plan import Action, Step

MakeTicket = Callable[[Sequence[Cause], str], Ticket]
"""What the incident of a scope says, given the causes it stands for."""


@dataclass(frozen=True)
class Room:
    """How many issues may be opened now."""

    policy: IssuePolicy
    opened_today: int

    @property
    def left(self) -> int:
        """The smaller of what the run and what the day allows."""
        return max(0, min(self.policy.new_per_run, self.policy.new_per_day - self.opened_today))


def turn(
    causes: dict[str, Cause], waiting: Sequence[Cause], batch: Batch, policy: IssuePolicy, make_ticket: MakeTicket
) -> None:
    """Count this run for the incident of its scope, if it has one: it is over when few causes wait for an issue.

    A cause waits while it fails and has none, confirmed or not; it stops by proof only, so an incident ends by proof.
    """
    incident = causes.get(incident_id(batch.scope))
    if incident is None or incident.last_run == batch.id or incident.counted_at > batch.at:
        return
    goes_on = len(waiting) > policy.new_per_run
    changes: dict[str, Any] = {
        "strip": (incident.strip + ("F" if goes_on else "P"))[-STRIP:],
        "last_run": batch.id,
        "counted_at": batch.at,
        "runs": incident.runs + 1,
        "deploy": batch.deploy,
        "deployed_at": batch.deployed_at,
    }
    if goes_on:
        changes |= {"state": "failing", "fails": incident.fails + 1, "clean": 0, "clean_runs": ()}
        changes |= {"seen": incident.seen + 1, "last_seen": batch.at, "certain": True}
    else:
        clean = incident.clean + 1
        changes |= {"state": "recovered" if clean >= policy.close_after else "recovering", "fails": 0, "clean": clean}
        changes |= {"clean_runs": (*incident.clean_runs, batch.url or batch.id)[-10:]}
    ticket = make_ticket(waiting, batch.scope) if waiting else incident.ticket
    causes[incident.id] = incident.model_copy(update={**changes, "ticket": ticket})


def ration(
    wanted: Sequence[Action], incident: Cause | None, room: Room, begin: Callable[[Sequence[Cause]], Cause]
) -> tuple[list[Action], Cause | None]:
    """Who of those that want an issue gets one, and the incident that has to be opened for the others, if any.

    While an incident is open and goes on, it stands for every new cause: none gets an issue of its own.
    """
    if incident is not None and incident.number is not None and incident.state != "recovered":
        why = f"the incident #{incident.number} stands for it"
        return [_covered(action, why) for action in wanted], None
    ordered = sorted(wanted, key=lambda action: action.order)
    is_mass = len(ordered) > room.policy.mass_failure
    own = 0 if is_mass else min(room.left, len(ordered))
    rest = ordered[own:]
    if not rest:
        return ordered, None
    why = f"{len(ordered)} at once" if is_mass else f"{len(rest)} more than may be opened now"
    covered = [_covered(action, f"{why}: one incident issue stands for it") for action in rest]
    return [*ordered[:own], *covered], begin([action.cause for action in rest])


def begun(covered: Sequence[Cause], batch_at: datetime, make_ticket: MakeTicket) -> Cause:
    """The incident of these causes, as it begins."""
    first = covered[0]
    id_ = incident_id(first.scope)
    return Cause(
        id=id_,
        scope=first.scope,
        component="several",
        fingerprints=(id_,),
        subjects=(id_,),
        priority=min((cause.priority for cause in covered), default=Priority.P1),
        fails=1,
        seen=1,
        certain=True,
        first_seen=batch_at,
        last_seen=batch_at,
        last_run=first.last_run,
        counted_at=first.counted_at,
        deploy=first.deploy,
        deployed_at=first.deployed_at,
        strip="F",
        ticket=make_ticket(covered, first.scope),
    )


def waiting(causes: Iterable[Cause], scope: str, is_held: Callable[[Cause], bool]) -> list[Cause]:
    """Failing causes of a scope that have no issue, the worst first."""
    found = [
        cause
        for cause in causes
        if cause.scope == scope and not cause.is_incident and cause.number is None and cause.state == "failing"
    ]
    return sorted((cause for cause in found if not is_held(cause)), key=lambda c: (c.priority, c.first_seen, c.id))


def _covered(action: Action, why: str) -> Action:
    return Action(Step.NOTHING, action.cause, why)
