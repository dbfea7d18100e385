"""From results to the judged record of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import gates as conditions
from . import matrix
from .models import Component, GateResult, Observation, Result, RunInfo, RunRecord


def judge_run(
    run: RunInfo,
    results: Sequence[Result],
    observations: Sequence[Observation],
    components: Sequence[Component],
    gates: conditions.SuiteGates,
) -> RunRecord:
    """Put matrix, causes, gates and exit code together. Pure: the same results give the same record."""
    lines = matrix.judge(results, observations, components)
    record = RunRecord(
        run=run,
        totals=conditions.totals(results),
        root_causes=matrix.root_causes(lines),
        components=lines,
        checks=tuple(results),
        gates=(*conditions.gates(gates, results, request_times(results)), _reached_its_end(run)),
        findings=matrix.findings(lines, results, observations, environment=run.environment),
        preflight=tuple(observations),
    )
    return record.model_copy(update={"run": run.model_copy(update={"exit_code": conditions.exit_code(record)})})


def request_times(results: Sequence[Result]) -> Mapping[str, Sequence[float]]:
    """Milliseconds of every HTTP request by check id, as the client measured them."""
    return {
        result.id: [seen.exchange.timing.total_ms for seen in result.evidence if seen.exchange] for result in results
    }


def _reached_its_end(run: RunInfo) -> GateResult:
    detail = f"partial: {run.partial_reason}" if run.partial else "all selected checks were accounted for"
    return GateResult(name="the run reached its end", held=not run.partial, detail=detail)
