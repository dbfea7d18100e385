"""From the judged matrix to findings: one for each cause, with all that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..gates import ORCHESTRATOR
from ..models import ComponentHealth, Finding, Observation, Outcome, Priority, Result, Status, Symptom
from .frames import top_frame
from .identity import symptom

SHOWS_TROUBLE = frozenset({Outcome.FAILED, Outcome.DEGRADED, Outcome.ERROR})
PREFLIGHT = "preflight"
_UNCLEAR = frozenset({Status.BLOCKED, Status.UNKNOWN})
_NOT_WELL = frozenset({Status.BROKEN, Status.DEGRADED})


def findings_of(
    matrix: Sequence[ComponentHealth],
    results: Sequence[Result],
    observations: Sequence[Observation] = (),
    *,
    environment: str = "",
) -> tuple[Finding, ...]:
    """One finding per cause: root causes first, then degraded components, then those whose checks erred.

    What a root cause explains is part of its finding and makes none of its own: the failing checks of other broken
    components appear in its ``checks``, whoever waits for it in ``blocked_checks`` and ``blocked_components``.
    That is what keeps a dead database one alert instead of forty.
    """
    erred = {result.component for result in results if result.outcome is Outcome.ERROR}
    causes = [line for line in matrix if line.root_cause]
    causes += [line for line in matrix if line.status is Status.DEGRADED]
    causes += [line for line in matrix if line.status in _UNCLEAR and line.id in erred]
    gathering = _Gathering(matrix, results, observations, environment)
    return tuple(gathering.finding(cause) for cause in causes)


@dataclass(frozen=True)
class _Gathering:
    matrix: Sequence[ComponentHealth]
    results: Sequence[Result]
    observations: Sequence[Observation]
    environment: str

    def finding(self, cause: ComponentHealth) -> Finding:
        held_up = [line for line in self.matrix if cause.id in line.blocked_by]
        explained = {cause.id} | {line.id for line in held_up if line.status is Status.BROKEN}
        trouble = [r for r in self.results if r.component in explained and r.outcome in SHOWS_TROUBLE]
        waiting = {r.id for r in self.results if r.outcome is Outcome.BLOCKED and r.root_cause in explained}
        unwell = sorted({o.component for o in self.observations if o.status in _NOT_WELL} & explained)
        symptoms = _worst_first(
            cause.id,
            [
                *((name, self._observed(cause, name)) for name in unwell),
                *((result.component, self._checked(cause, result)) for result in trouble),
            ],
        )
        return Finding(
            component=cause.id,
            status=cause.status,
            reason=cause.reason or f"{cause.id} is {cause.status.value}",
            priority=symptoms[0].priority if symptoms else cause.priority or Priority.P3,
            symptoms=symptoms,
            checks=tuple(sorted({result.id for result in trouble})),
            blocked_checks=tuple(sorted(waiting)),
            blocked_components=tuple(line.id for line in held_up),
        )

    def _checked(self, cause: ComponentHealth, result: Result) -> Symptom:
        return symptom(
            subject=result.id,
            family=result.family,
            environment=self.environment,
            component=cause.id,
            kind=result.kind or result.outcome.value,
            message=result.reason or "",
            frame=top_frame(result.traceback, result.location),
            priority=result.priority,
            attempts=max(1, result.failures),
        )

    def _observed(self, cause: ComponentHealth, name: str) -> Symptom:
        """What preflight saw. It says no more than that: an outage is refused now, times out then, and is the same."""
        priorities = (line.priority for line in self.matrix if line.id == name)
        return symptom(
            subject=f"{PREFLIGHT} {name}",
            environment=self.environment,
            component=cause.id,
            kind=PREFLIGHT,
            message="",
            priority=Priority.P0 if name == ORCHESTRATOR else next(priorities, None) or Priority.P1,
        )


def _worst_first(cause: str, shown: Iterable[tuple[str, Symptom]]) -> tuple[Symptom, ...]:
    """By priority; of one priority the cause's own first, what preflight saw before what checks say, then by id.

    The first one names the finding, and what it explains should not: it may be explained otherwise tomorrow.
    """
    ranked = sorted(
        shown,
        key=lambda one: (
            one[1].priority,
            one[0] != cause,
            one[1].kind != PREFLIGHT,
            one[1].subject,
            one[1].fingerprint,
        ),
    )
    return tuple(symptom for _, symptom in ranked)
