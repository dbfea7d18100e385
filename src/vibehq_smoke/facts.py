"""What was seen of one component, before the graph has its say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .models import EXECUTED, Observation, Outcome, Priority, Result, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CRITICAL = frozenset({Priority.P0, Priority.P1})
_WORST_FIRST = (Status.BROKEN, Status.DEGRADED, Status.BLOCKED, Status.UNKNOWN, Status.WORKING)
_TROUBLE_FIRST = (
    Outcome.FAILED,
    Outcome.DEGRADED,
    Outcome.BLOCKED,
    Outcome.ERROR,
    Outcome.SKIPPED,
    Outcome.PASSED,
)
_CLEAN = frozenset({Outcome.PASSED, Outcome.SKIPPED})
_RANK = {outcome: rank for rank, outcome in enumerate(_TROUBLE_FIRST)}


@dataclass(frozen=True)
class Facts:
    """What was seen of one component; ``results`` and ``seen`` are in an order of their own, worst first."""

    component: str
    results: tuple[Result, ...]
    seen: tuple[Observation, ...]

    @cached_property
    def observed(self) -> Status:
        return self.seen[0].status if self.seen else Status.UNKNOWN

    @cached_property
    def outcomes(self) -> frozenset[Outcome]:
        """The outcomes that its checks had."""
        return frozenset(result.outcome for result in self.results)

    @cached_property
    def _failed_badly(self) -> bool:
        return any(result.outcome is Outcome.FAILED and result.priority in _CRITICAL for result in self.results)

    @cached_property
    def waits_for(self) -> tuple[str, ...]:
        """Other components that its blocked checks name."""
        blocked = (result for result in self.results if result.outcome is Outcome.BLOCKED)
        return tuple(sorted({r.root_cause for r in blocked if r.root_cause} - {self.component}))

    @cached_property
    def status(self) -> Status:
        """What its own checks and observations say, without the graph."""
        if self.observed is Status.BROKEN or self._failed_badly:
            return Status.BROKEN
        if self.observed is Status.DEGRADED or self.outcomes & {Outcome.FAILED, Outcome.DEGRADED}:
            return Status.DEGRADED
        if self.observed is Status.BLOCKED or self.waits_for:
            return Status.BLOCKED
        # A probe of preflight can fail as a check can, so that it held is as good as a passed check.
        proved = self.observed is Status.WORKING or Outcome.PASSED in self.outcomes
        return Status.WORKING if proved and self.outcomes <= _CLEAN else Status.UNKNOWN

    @cached_property
    def is_down(self) -> bool:
        """Nothing of it works: preflight saw it broken, or each check that reached it failed."""
        if self.observed is Status.BROKEN:
            return True
        return self.outcomes & EXECUTED == {Outcome.FAILED}

    @cached_property
    def is_unobserved(self) -> bool:
        return not self.seen and self.outcomes <= {Outcome.SKIPPED}

    @cached_property
    def reason(self) -> str | None:
        """What gave it its status: an observation first, since it explains the checks, else its worst check."""
        if self.observed is self.status and self.seen and self.seen[0].reason:
            return self.seen[0].reason
        for result in self.results:
            if result.outcome is not Outcome.PASSED:
                why = (result.reason or "").strip().partition("\n")[0]
                return f"{result.id} {result.outcome.value}: {why}" if why else f"{result.id} {result.outcome.value}"
        return None


def gather(
    components: Iterable[str], results: Sequence[Result], observations: Sequence[Observation]
) -> dict[str, Facts]:
    """The facts of each component; what is said of any other is left out."""
    own: dict[str, list[Result]] = {name: [] for name in components}
    seen: dict[str, list[Observation]] = {name: [] for name in own}
    for result in sorted(results, key=lambda r: (_RANK[r.outcome], r.priority, r.id, r.reason or "")):
        own[result.component].append(result)
    for observation in sorted(observations, key=lambda o: (_WORST_FIRST.index(o.status), o.reason)):
        seen[observation.component].append(observation)
    return {name: Facts(name, tuple(own[name]), tuple(seen[name])) for name in own}
