"""What the suite demands of the whole run, and what the process says when it ends."""

from __future__ import annotations

import math
from collections import Counter
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from .models import EXECUTED, GateResult, Outcome, Result, RunRecord, Totals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

ORCHESTRATOR = "orchestrator"
"""The component without which nothing can be judged (contract rule R4)."""


class ExitCode(IntEnum):
    """What the process says when it ends."""

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
    """What the process should end with.

    4 the harness or its machine is at fault: a check erred, or nothing was executed because the runner has no
    network. It comes first, since no other verdict can be trusted then. 3 the orchestrator was observed
    unreachable and nothing was executed: one that died in mid-run was judged. 1 a gate fell. 0 all gates hold.
    """
    if any(result.outcome is Outcome.ERROR for result in record.checks):
        return ExitCode.HARNESS
    if runner_offline and not record.totals.executed:
        return ExitCode.HARNESS
    unreachable = any(seen.component == ORCHESTRATOR and seen.unreachable for seen in record.preflight)
    if unreachable and not any(result.outcome in EXECUTED for result in record.checks):
        return ExitCode.UNREACHABLE
    return ExitCode.HELD if all(gate.held for gate in record.gates) else ExitCode.FELL


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
    return scope in ("all", result.category, result.id, result.family)
