"""Which provider a task goes to (contract 8.2). Nothing here does more than count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from vibehq_smoke.lab.entrypoints.exposed import Options
from vibehq_smoke.lab.providers.catalogue import CONTEXTS, PRIORITIES, TASK_TYPES, TIERS, Provider
from vibehq_smoke.lab.serving.replies import Json

Word = Annotated[str, Field(min_length=1, max_length=100)]
PROFILES = {"economy": "low", "balanced": "medium", "performance": "high"}
CONTEXT_WORTH = {"github": 0.6, "local": 0.4}
REPOSITORY_WORTH = 0.1
COST_FIT = (1.0, 0.7, 0.3)  # by distance of the tiers


class Criteria(Options):
    """What a task needs. `context` is one or several of github, local, container."""

    task_type: Word = "generate"
    context: Word | list[Word] = "local"
    repository: Word | None = None
    priority: Word = "medium"
    cost_profile: Word = "balanced"
    preferred_model: Word | None = None
    manual_provider: Word | None = None

    @property
    def contexts(self) -> tuple[str, ...]:
        """All contexts asked for."""
        return (self.context,) if isinstance(self.context, str) else tuple(self.context)

    def problem(self) -> str | None:
        """What no provider can do, or None. All providers can do the same (contract 8.1)."""
        if self.task_type not in TASK_TYPES:
            return f"task type {self.task_type!r}"
        if not self.contexts or any(context not in CONTEXTS for context in self.contexts):
            return f"context {', '.join(self.contexts) or 'none'}"
        if self.priority not in PRIORITIES:
            return f"priority {self.priority!r}"
        return None if self.cost_profile in PROFILES else f"cost profile {self.cost_profile!r}"


@dataclass(frozen=True)
class Choice:
    """A provider, how sure the router is of it (0 to 1), and why."""

    provider: Provider
    confidence: float
    reason: str

    def as_json(self) -> Json:
        """What `assignProvider` tells of it."""
        return {
            "providerId": self.provider.id, "providerName": self.provider.name, "confidence": self.confidence,
            "reason": self.reason,
        }  # fmt: skip


def score(provider: Provider, criteria: Criteria) -> float:
    """How well `provider` fits, 0 to 1. The criteria have no `problem`."""
    context = sum(CONTEXT_WORTH.get(name, 0.0) for name in set(criteria.contexts))
    context += REPOSITORY_WORTH if criteria.repository else 0.0
    distance = abs(TIERS.index(provider.tier) - TIERS.index(PROFILES[criteria.cost_profile]))
    preferred = criteria.preferred_model is not None and criteria.preferred_model.lower() in provider.name.lower()
    total = 0.40 + 0.20 * min(1.0, context) + 0.15 + 0.15 * COST_FIT[distance] + (0.10 if preferred else 0.0)
    return round(min(1.0, total), 4)


def choose(criteria: Criteria, available: Sequence[Provider], *, dearest: bool = False) -> Choice | None:
    """The best of `available` (in the order of registration), or None when nobody can do it.

    `dearest` is a fault: the price decides alone, and the wrong way round.
    """
    if criteria.problem() or not available:
        return None
    by_hand = next((known for known in available if known.id == criteria.manual_provider), None)
    if by_hand is not None:
        return Choice(by_hand, 1.0, f"Manual override: {by_hand.id}")
    best = max(available, key=lambda known: known.cost_per_token if dearest else score(known, criteria))
    found = score(best, criteria)
    fit = f"{best.tier} tier for {criteria.cost_profile}"
    return Choice(best, found, f"Best score {found:.2f} of {len(available)} available: {criteria.task_type}, {fit}")
