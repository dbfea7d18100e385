"""What a test of the platform has at hand."""

from dataclasses import dataclass

from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.workers.desk import Desk
from vibehq_smoke.lab.workers.visit import Visit


@dataclass(frozen=True)
class Bench:
    """Where a test works: the worker's desk, its visit to the API, the figures that it found (name -> number), and
    what it asked a model (arguments of HealthOps ``logAiUsage``)."""

    desk: Desk
    visit: Visit
    metrics: dict[str, float]
    asked: list[Json]
