"""Judging: from what checks saw to what is known of each component (architecture 6, contract 1.6 and 10.1).

Everything here is pure, and none of it depends on the order in which results arrive: checks finish in any order,
and the same facts must give the same verdict.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from .models import (
    Component,
    ComponentHealth,
    Finding,
    GateResult,
    Observation,
    Outcome,
    Priority,
    Result,
    RunRecord,
    Status,
    Totals,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

ORCHESTRATOR = "orchestrator"
"""The component without which nothing can be judged (contract rule R4)."""

EXECUTED = frozenset({Outcome.PASSED, Outcome.DEGRADED, Outcome.FAILED})
"""Outcomes of checks that really saw the platform."""

_CRITICAL = frozenset({Priority.P0, Priority.P1})
_SHOWS_TROUBLE = frozenset({Outcome.FAILED, Outcome.DEGRADED, Outcome.ERROR})
_UNCLEAR = frozenset({Status.BLOCKED, Status.UNKNOWN})
_WORST_FIRST = (Status.BROKEN, Status.DEGRADED, Status.BLOCKED, Status.UNKNOWN, Status.WORKING)
_TROUBLE_FIRST = (
    Outcome.FAILED,
    Outcome.DEGRADED,
    Outcome.BLOCKED,
    Outcome.ERROR,
    Outcome.SKIPPED,
    Outcome.PASSED,
)


class ExitCode(IntEnum):
    """What the process says when it ends (architecture 6)."""

    HELD = 0
    FELL = 1
    USAGE = 2
    UNREACHABLE = 3
    HARNESS = 4


class LatencyBudget(Protocol):
    """Milliseconds that a share of the requests may take; None sets no limit."""

    @property
    def p50_ms(self) -> float | None:
        """Limit for the median."""

    @property
    def p95_ms(self) -> float | None:
        """Limit for the 95th percentile."""


class SuiteGates(Protocol):
    """The conditions of a suite, as ``gates`` reads them."""

    @property
    def fail_on(self) -> AbstractSet[Outcome]:
        """Outcomes that no selected check may have."""

    @property
    def min_executed(self) -> int:
        """How many selected checks must really have been judged."""

    @property
    def latency(self) -> Mapping[str, LatencyBudget]:
        """Budgets by category, check id, or ``all``."""


def judge(
    results: Sequence[Result], observations: Sequence[Observation], components: Sequence[Component]
) -> tuple[ComponentHealth, ...]:
    """The component health matrix: one line per component that the run can say something about.

    Listed are components with a selected check or an observation, those that are broken or hold others up, and
    those that nothing observed but that need a broken one (they are blocked; a component that answered passes
    nothing on to those behind it). The order is that of ``components``; components that only results or observations
    name follow, sorted by id.

    Hidden results are judged like any other: they saw the platform just as well, only the totals leave them out.
    """
    return _Judgement(results, observations, components).matrix()


def root_causes(matrix: Sequence[ComponentHealth]) -> tuple[str, ...]:
    """Ids of the broken components that no other broken component explains, in the matrix's order."""
    return tuple(line.id for line in matrix if line.root_cause)


def findings(matrix: Sequence[ComponentHealth], results: Sequence[Result]) -> tuple[Finding, ...]:
    """One finding per cause: root causes first, then degraded components, then those whose checks erred.

    What a root cause explains is part of its finding and makes none of its own: the failing checks of other broken
    components appear in its ``checks``, whoever waits for it in ``blocked_checks`` and ``blocked_components``.
    That is what keeps a dead database one alert instead of forty.
    """
    erred = {result.component for result in results if result.outcome is Outcome.ERROR}
    causes = [line for line in matrix if line.root_cause]
    causes += [line for line in matrix if line.status is Status.DEGRADED]
    causes += [line for line in matrix if line.status in _UNCLEAR and line.id in erred]
    return tuple(_finding(line, matrix, results) for line in causes)


def totals(results: Sequence[Result]) -> Totals:
    """Counts of the selected checks.

    Every collected check has exactly one of the six outcomes, so they add up to ``collected``: a check that could
    not run is still counted, as blocked or skipped. Hidden checks are counted in ``hidden`` and nowhere else,
    because nobody asked for them and a total that grows with the needs would compare with no other run.
    """
    counts = Counter(result.outcome for result in results if not result.hidden)
    return Totals(
        collected=counts.total(),
        executed=sum(counts[outcome] for outcome in EXECUTED),
        hidden=sum(result.hidden for result in results),
        **{outcome.value: counts[outcome] for outcome in Outcome},
    )


def gates(
    suite_gates: SuiteGates, results: Sequence[Result], timings: Mapping[str, Sequence[float]]
) -> tuple[GateResult, ...]:
    """Whether each condition of the suite holds, over the selected checks.

    ``timings`` has, by check id, the milliseconds of each request as the client measured them (waiting for a free
    slot would blame the platform for our own queue). A category's budget is judged over all its checks' requests.
    A budget for which nothing was measured holds and says so: seeing too little is what ``min_executed`` is for.
    """
    selected = sorted((result for result in results if not result.hidden), key=lambda result: result.id)
    held = [_outcome_gate(outcome, selected) for outcome in Outcome if outcome in suite_gates.fail_on]
    held.append(_executed_gate(suite_gates.min_executed, selected))
    for scope, budget in suite_gates.latency.items():
        measured = [ms for result in selected if _in_scope(result, scope) for ms in timings.get(result.id, ())]
        for share, limit in ((50, budget.p50_ms), (95, budget.p95_ms)):
            if limit is not None:
                held.append(_latency_gate(scope, share, limit, measured))
    return tuple(held)


def exit_code(record: RunRecord, *, runner_offline: bool = False) -> ExitCode:
    """What the process should end with (architecture 6).

    4 the harness or its machine is at fault: a check erred, or nothing was executed because the runner has no
    network. It comes first, since no other verdict can be trusted then. 3 the orchestrator was observed
    unreachable, so nothing could be judged. 1 a gate fell. 0 all gates hold.
    """
    if any(result.outcome is Outcome.ERROR for result in record.checks):
        return ExitCode.HARNESS
    if runner_offline and not record.totals.executed:
        return ExitCode.HARNESS
    if any(seen.component == ORCHESTRATOR and seen.unreachable for seen in record.preflight):
        return ExitCode.UNREACHABLE
    return ExitCode.HELD if all(gate.held for gate in record.gates) else ExitCode.FELL


@dataclass(frozen=True)
class _Facts:
    """What was seen of one component; ``results`` and ``seen`` are in an order of their own, worst first."""

    component: str
    results: tuple[Result, ...]
    seen: tuple[Observation, ...]

    @property
    def observed(self) -> Status:
        return self.seen[0].status if self.seen else Status.UNKNOWN

    def failed(self, priorities: AbstractSet[Priority]) -> bool:
        return any(result.outcome is Outcome.FAILED and result.priority in priorities for result in self.results)

    def has(self, outcome: Outcome) -> bool:
        return any(result.outcome is outcome for result in self.results)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Other components that its blocked checks name."""
        blocked = (result for result in self.results if result.outcome is Outcome.BLOCKED)
        return tuple(sorted({r.root_cause for r in blocked if r.root_cause} - {self.component}))

    @property
    def status(self) -> Status:
        """What its own checks and observations say, without the graph."""
        if self.observed is Status.BROKEN or self.failed(_CRITICAL):
            return Status.BROKEN
        if self.observed is Status.DEGRADED or self.has(Outcome.FAILED) or self.has(Outcome.DEGRADED):
            return Status.DEGRADED
        if self.observed is Status.BLOCKED or self.waits_for:
            return Status.BLOCKED
        clean = all(result.outcome in (Outcome.PASSED, Outcome.SKIPPED) for result in self.results)
        return Status.WORKING if clean and self.has(Outcome.PASSED) else Status.UNKNOWN

    @property
    def is_down(self) -> bool:
        """Nothing of it works: preflight saw it broken, or each check that reached it failed."""
        if self.observed is Status.BROKEN:
            return True
        reached = [result.outcome for result in self.results if result.outcome in EXECUTED]
        return bool(reached) and set(reached) == {Outcome.FAILED}

    @property
    def is_unobserved(self) -> bool:
        return not self.seen and all(result.outcome is Outcome.SKIPPED for result in self.results)

    @property
    def reason(self) -> str | None:
        """What gave it its status: an observation first, since it explains the checks, else its worst check."""
        if self.observed is self.status and self.seen and self.seen[0].reason:
            return self.seen[0].reason
        for result in self.results:
            if result.outcome is not Outcome.PASSED:
                why = (result.reason or "").strip().partition("\n")[0]
                return f"{result.id} {result.outcome.value}: {why}" if why else f"{result.id} {result.outcome.value}"
        return "it answers, but no check judged it" if self.observed is Status.WORKING else None


class _Judgement:
    """The facts and the graph, with what several rules ask of them computed once."""

    def __init__(
        self, results: Sequence[Result], observations: Sequence[Observation], components: Sequence[Component]
    ) -> None:
        graph = self.graph = {component.id: component.needs for component in components}
        named = {result.component for result in results} | {seen.component for seen in observations}
        named |= {result.root_cause for result in results if result.root_cause}
        self.order = [*graph, *sorted(named - set(graph))]
        self.upstream = _upstream(self.order, graph)
        self.facts = {name: _facts(name, results, observations) for name in self.order}
        self.broken = {name for name, facts in self.facts.items() if facts.status is Status.BROKEN}
        self.down = {name for name in self.broken if self.facts[name].is_down}
        self.causes = {name for name in self.broken if not self.upstream[name] & self.down}
        self.blocking = {name for facts in self.facts.values() for name in facts.waits_for}

    def matrix(self) -> tuple[ComponentHealth, ...]:
        """One line for each component that is listed."""
        return tuple(line for facts in self.facts.values() if (line := self._line(facts)))

    def _line(self, facts: _Facts) -> ComponentHealth | None:
        status, reason, blocked_by = facts.status, facts.reason, self._blocked_by(facts)
        if facts.is_unobserved and blocked_by:
            status, reason = Status.BLOCKED, f"not observed; it needs {_listed(blocked_by)}"
        elif not self._is_listed(facts):
            return None
        priorities = {result.priority for result in facts.results}
        return ComponentHealth(
            id=facts.component,
            status=status,
            priority=next((priority for priority in Priority if priority in priorities), None),
            blocked_by=blocked_by,
            root_cause=facts.component in self.causes,
            reason=None if status is Status.WORKING else reason,
            checks=tuple(sorted({result.id for result in facts.results})),
        )

    def _is_listed(self, facts: _Facts) -> bool:
        if facts.seen or facts.component in self.broken | self.blocking:
            return True
        return any(not result.hidden for result in facts.results)

    def _blocked_by(self, facts: _Facts) -> tuple[str, ...]:
        if facts.status is Status.BROKEN:
            behind = self._behind(facts.component) - {facts.component}
        elif facts.is_unobserved or (facts.status is Status.BLOCKED and not facts.waits_for):
            behind = self._behind(*self._broken_before(facts.component)) - {facts.component}
        else:
            behind = self._behind(*facts.waits_for)
        return tuple(name for name in self.order if name in behind)

    def _broken_before(self, name: str) -> set[str]:
        """Broken components that it needs, not looking past one that answered: what works passes nothing on."""
        silent = {n for n, facts in self.facts.items() if facts.is_unobserved or facts.status is Status.BLOCKED}
        passing = {n: needs for n, needs in self.graph.items() if n in silent or n == name}
        return _reach(name, passing) & self.broken

    def _behind(self, *names: str) -> set[str]:
        """The root causes of components; one that no other explains, broken or not, stands for itself."""
        explained = self.broken - self.causes
        behind = (self.upstream[name] & self.causes & self.down if name in explained else {name} for name in names)
        return set().union(*behind)


def _facts(component: str, results: Sequence[Result], observations: Sequence[Observation]) -> _Facts:
    own = (result for result in results if result.component == component)
    seen = (observation for observation in observations if observation.component == component)
    return _Facts(
        component,
        tuple(sorted(own, key=lambda r: (_TROUBLE_FIRST.index(r.outcome), r.priority, r.id, r.reason or ""))),
        tuple(sorted(seen, key=lambda o: (_WORST_FIRST.index(o.status), o.reason))),
    )


def _upstream(names: Sequence[str], graph: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """What each component needs, transitively. Components that need each other are left out: neither explains."""
    reached = {name: _reach(name, graph) for name in names}
    return {name: {u for u in needed if name not in reached.get(u, ())} for name, needed in reached.items()}


def _reach(name: str, graph: Mapping[str, Sequence[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = list(graph.get(name, ()))
    while ahead:
        need = ahead.pop()
        if need not in reached:
            reached.add(need)
            ahead.extend(graph.get(need, ()))
    return reached


def _finding(cause: ComponentHealth, matrix: Sequence[ComponentHealth], results: Sequence[Result]) -> Finding:
    held_up = [line for line in matrix if cause.id in line.blocked_by]
    explained = {cause.id} | {line.id for line in held_up if line.status is Status.BROKEN}
    waiting = {result.id for result in results if result.outcome is Outcome.BLOCKED and result.root_cause in explained}
    return Finding(
        component=cause.id,
        status=cause.status,
        reason=cause.reason or f"{cause.id} is {cause.status.value}",
        checks=_trouble_of(explained, results),
        blocked_checks=tuple(sorted(waiting)),
        blocked_components=tuple(line.id for line in held_up),
    )


def _trouble_of(components: AbstractSet[str], results: Sequence[Result]) -> tuple[str, ...]:
    trouble = {r.id for r in results if r.component in components and r.outcome in _SHOWS_TROUBLE}
    return tuple(sorted(trouble))


def _outcome_gate(outcome: Outcome, selected: Sequence[Result]) -> GateResult:
    found = [result.id for result in selected if result.outcome is outcome]
    return GateResult(
        name=f"no check {outcome.value}",
        held=not found,
        detail=f"{len(found)} {outcome.value}: {', '.join(found)}" if found else f"none of {len(selected)}",
    )


def _executed_gate(wanted: int, selected: Sequence[Result]) -> GateResult:
    executed = sum(result.outcome in EXECUTED for result in selected)
    return GateResult(
        name="enough checks executed",
        held=executed >= wanted,
        detail=f"{executed} of {len(selected)} executed, at least {wanted} wanted",
    )


def _latency_gate(scope: str, share: int, limit: float, measured: Sequence[float]) -> GateResult:
    name = f"latency of {scope}, p{share}"
    if not measured:
        return GateResult(name=name, held=True, detail=f"nothing measured, at most {limit:g} ms wanted")
    reached = percentile(measured, share)
    detail = f"{reached:.1f} ms over {len(measured)} requests, at most {limit:g} ms wanted"
    return GateResult(name=name, held=reached <= limit, detail=detail)


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest value that at least ``share`` per cent of ``values`` do not exceed (nearest rank).

    It is always a value that was measured, so that a budget is never broken by an interpolation.
    Raises ValueError when there are no values.
    """
    if not values:
        raise ValueError("no values to take a percentile of")
    return sorted(values)[max(math.ceil(len(values) * share / 100) - 1, 0)]


def _in_scope(result: Result, scope: str) -> bool:
    return scope in ("all", result.category, result.id)


def _listed(names: Sequence[str]) -> str:
    return f"{names[0]}, which is broken" if len(names) == 1 else f"{' and '.join(names)}, which are broken"
