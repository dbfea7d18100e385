"""The counters of a run: they fit each other, and the rows of its workers (contract part 4, "Status from score")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .health_models import WorkerRow

FINAL = frozenset({"completed", "failed", "timeout", "passed"})
"""Statuses of a worker row that no further result changes (contract part 4)."""

PASSING = frozenset({"healthy", "degraded"})
FAILING = frozenset({"unhealthy", "critical"})


class Counted(Protocol):
    """A run, as far as it counts."""

    @property
    def status(self) -> str: ...
    @property
    def total_workers(self) -> int: ...
    @property
    def completed_workers(self) -> int: ...
    @property
    def passed_workers(self) -> int: ...
    @property
    def failed_workers(self) -> int: ...
    @property
    def worker_results(self) -> Sequence[WorkerRow]: ...


def miscounted(run: Counted) -> str | None:
    """What is wrong with the counters; None when nothing is.

    They are counted again after each result, so that those of a run that goes on may lag behind its rows, yet never be
    ahead of them. How many rows there must be is for HLT-11 to judge: where there are none, the counters stand alone.
    """
    judged = run.passed_workers + run.failed_workers
    for name, count in (("completed", run.completed_workers), ("passed and failed", judged)):
        if count > run.total_workers:
            return f"{count} {name} worker(s) of {run.total_workers}"
    return (_against_rows(run, judged) or _at_the_end(run)) if run.worker_results else None


def _against_rows(run: Counted, judged: int) -> str | None:
    """A worker that timed out is judged neither way, and one that is dead may be missing among the completed ones."""
    final = [row for row in run.worker_results if row.status in FINAL]
    dead = sum(row.status == "failed" for row in final)
    unjudged = sum(
        row.overall_status not in PASSING | FAILING and row.status in ("completed", "timeout") for row in final
    )
    done = run.completed_workers
    if done > len(final):
        return f"{done} completed worker(s), but {len(final)} row(s) with a result"
    good = sum(row.overall_status in PASSING or row.status == "passed" for row in final)
    if run.passed_workers > good or run.failed_workers > len(final) - good:
        said = f"{run.passed_workers} passed and {run.failed_workers} failed worker(s)"
        return f"{said}, but {good} row(s) of {len(final)} with a result that are healthy or degraded"
    if not done - unjudged <= judged <= done + dead:
        return f"{run.passed_workers} passed and {run.failed_workers} failed of {done} completed worker(s)"
    return None


def _at_the_end(run: Counted) -> str | None:
    """A run that is completed lags no more."""
    if run.status != "completed":
        return None
    rows = run.worker_results
    dead = sum(row.status == "failed" for row in rows)
    if not len(rows) - dead <= run.completed_workers <= len(rows):
        return f"{run.completed_workers} completed worker(s) in a completed run with {len(rows)} row(s)"
    good = sum(row.overall_status in PASSING or row.status == "passed" for row in rows)
    if run.passed_workers != good:
        return f"{run.passed_workers} passed worker(s), but {good} row(s) that are healthy or degraded"
    return None
