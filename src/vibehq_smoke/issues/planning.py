"""From decisions about single causes to the plan for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from . import incident
from .batch import Batch
from .cause import STRIP, Cause, incident_id
from .plan import Action, Step
from .reconcile import Reconciler
from .wording import Wording


@dataclass(frozen=True)
class Plan:
    """What is to be done, the most urgent first."""

    actions: tuple[Action, ...]
    later: tuple[Action, ...] = ()
    """What the write budget leaves to the next sync."""
    trouble: str | None = None
    """Why nothing can be planned: nobody knows which issues exist. What was seen is kept for the next sync."""


def budgeted(actions: Iterable[Action], writes: int) -> Plan:
    """As many of the actions as take so many writes, the most urgent first; the others are for later."""
    now: list[Action] = []
    later: list[Action] = []
    for action in sorted(actions, key=lambda action: action.order):
        fits = action.writes <= writes
        (now if fits else later).append(action)
        writes -= action.writes if fits else 0
    return Plan(tuple(now), tuple(later))


class Planning:
    """Puts the decisions about single causes together."""

    def __init__(self, reconciler: Reconciler, batch: Batch, opened_today: int, wording: Wording) -> None:
        self.reconciler = reconciler
        self.causes = reconciler.found.causes
        self.batch = batch
        self.opened_today = opened_today
        self.ticket = wording.incident

    def actions(self) -> list[Action]:
        actions = self.reconciler.duplicates()
        waiting = incident.waiting(self.causes.values(), self.batch.scope, self._is_held)
        incident.turn(self.causes, waiting, self.batch, self.reconciler.policy, self.ticket)
        decided = [self.reconciler.decide(cause) for cause in self.causes.values() if not cause.is_incident]
        actions += [action for action in decided if action.step is not Step.OPEN]
        wanted = [action for action in decided if action.step is Step.OPEN]
        for scope in sorted({cause.scope for cause in self.causes.values()}):
            actions += self._of_scope(scope, [action for action in wanted if action.cause.scope == scope])
        return actions

    def _of_scope(self, scope: str, wanted: list[Action]) -> list[Action]:
        known = self.causes.get(incident_id(scope))
        room = incident.Room(self.reconciler.policy, self.opened_today)
        begin = partial(incident.begun, batch_at=self.batch.at, make_ticket=self.ticket)
        actions, fresh = incident.ration(wanted, known, room, begin)
        self.opened_today += sum(action.step is Step.OPEN for action in actions)
        if fresh is not None:
            known = self.causes[fresh.id] = _resumed(known, fresh)
        return [*actions, self.reconciler.decide(known)] if known is not None else actions

    def _is_held(self, cause: Cause) -> bool:
        return self.reconciler.reason_to_wait(cause) is not None


def _resumed(before: Cause | None, fresh: Cause) -> Cause:
    """An incident that begins again keeps its issue and its count."""
    if before is None:
        return fresh
    kept = {name: getattr(before, name) for name in ("number", "url", "first_seen", "news", "commented_at")}
    kept |= {"seen": before.seen + 1, "runs": before.runs + 1, "strip": (before.strip + "F")[-STRIP:]}
    return fresh.model_copy(update=kept)
