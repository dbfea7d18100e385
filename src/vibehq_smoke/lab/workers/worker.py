"""A worker: what all have in common, and its speciality, on its own port (contract 1.2)."""

import time
from dataclasses import dataclass, field
from functools import cached_property

from starlette.routing import BaseRoute

from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.context import Lab, WorkerTarget
from vibehq_smoke.lab.openapi.document import Section
from vibehq_smoke.lab.operations.cron import CronJobs
from vibehq_smoke.lab.workers.catalogue import speciality_of
from vibehq_smoke.lab.workers.desk import Desk
from vibehq_smoke.lab.workers.diagnostics import Diagnostics
from vibehq_smoke.lab.workers.health_check import HealthCheckApi
from vibehq_smoke.lab.workers.speciality import Speciality


@dataclass(frozen=True)
class Worker:
    """One worker process of the platform, here a part of the lab with its own port and tasks."""

    lab: Lab
    target: WorkerTarget
    background: Background
    started: float = field(default_factory=time.monotonic)

    @cached_property
    def desk(self) -> Desk:
        """What the worker has at hand."""
        return Desk(self.lab, self.target, self.background, self.started)

    @cached_property
    def speciality(self) -> Speciality:
        """What only this worker does."""
        return speciality_of(self.desk)

    @property
    def cron_jobs(self) -> CronJobs | None:
        """The worker's schedule, or None when it has none (contract part 7)."""
        crons, scheduled = self.speciality.crons, self.speciality.scheduled
        return CronJobs(self.target.name, crons, scheduled, self.lab.faults, self.lab.log) if crons else None

    def routes(self) -> list[BaseRoute]:
        """All routes of the worker."""
        jobs = self.cron_jobs
        return [
            *HealthCheckApi(self.desk).routes(),
            *Diagnostics(self.desk, self.speciality).routes(),
            *self.speciality.routes(),
            *(jobs.routes() if jobs else []),
        ]

    def sections(self) -> tuple[Section, ...]:
        """Its routes for the OpenAPI document: no gates but those of the handlers themselves."""
        return (Section(self.routes()),)
