"""Scores and statuses (contract part 4, "Score")."""

from collections.abc import Sequence
from dataclasses import dataclass

from vibehq_smoke.lab.storage.databases import Row

FINISHED = ("completed", "failed", "timeout", "passed")
PASSING = ("healthy", "degraded")


def status_of(score: float) -> str:
    """healthy ≥ 0.9, degraded ≥ 0.7, unhealthy ≥ 0.4, else critical."""
    steps = ((0.9, "healthy"), (0.7, "degraded"), (0.4, "unhealthy"))
    return next((name for floor, name in steps if score >= floor), "critical")


def weighted_score(
    connectivity: float, unit: float | None, performance: float | None, integration: float | None
) -> float:
    """Weighted mean 0..1 of the parts that ran (None = did not run): weights 0.4, 0.3, 0.2, 0.1."""
    parts = ((0.4, connectivity), (0.3, unit), (0.2, performance), (0.1, integration))
    ran = [(weight, value) for weight, value in parts if value is not None]
    return round(sum(weight * value for weight, value in ran) / sum(weight for weight, _ in ran), 4)


@dataclass(frozen=True)
class Counters:
    """What a run's row says about its workers. `score` is their mean, 0 for those without one."""

    total: int
    completed: int
    passed: int
    failed: int
    score: float

    @property
    def all_done(self) -> bool:
        """Whether no worker is still expected to report."""
        return self.completed == self.total


def count(rows: Sequence[Row]) -> Counters:
    """Counters over the worker rows of a run."""
    finished = [row for row in rows if row["status"] in FINISHED]
    passed = sum(row["overall_status"] in PASSING or row["status"] == "passed" for row in finished)
    scores = [row["health_score"] or 0.0 for row in rows]
    mean = round(sum(scores) / len(scores), 6) if scores else 0.0
    return Counters(len(rows), len(finished), passed, len(finished) - passed, mean)
