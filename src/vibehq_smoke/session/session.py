"""One run, from its start to the judged record."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ..engine import Engine, Limits
from ..host import shipped
from ..judge import judge_run
from ..models import RunInfo, RunRecord
from ..proved import OWN, Proofs
from .completing import completed, tracked, with_troubles
from .delivering import Delivery
from .gathering import Gathered
from .ground import Ground
from .naming import only, rerun_command, versions
from .options import Options
from .publishing import Publisher
from .suites import Suites
from .taping import Tapes

if TYPE_CHECKING:
    from ..platform import Platform


class Session:
    """Everything about one run hangs on this object. Errors are raised as in ``errors``, never printed."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.ground = Ground(options)
        self.redactor = self.ground.redactor
        self.suites = Suites(self.ground)
        self.gathered = Gathered()
        self.tapes = Tapes(self.ground)
        self.publisher = Publisher(self.ground)
        self.delivery = Delivery(self.ground, self.suites)
        self._began = time.monotonic()

    @cached_property
    def proofs(self) -> Proofs:
        """What was proved of checks: here, and before they were shipped."""
        return Proofs((OWN, shipped("plugins") / OWN.name))

    def start(self, ids: Sequence[str]) -> Engine:
        """Start running ``ids`` and what they need; returns at once, with the engine that gives the results."""
        suite = self.suites.merged
        plan = self.suites.plan().narrowed(ids)
        retries = suite.retries if self.options.retries is None else self.options.retries
        limits = Limits(suite.deadline_s, suite.run_deadline_s, self.options.max_failures, retries)
        _ = self.ground.target  # its start is not part of the run
        self._began = time.monotonic()
        engine = Engine(plan, self.open_platform, self.ground.host, self.info(), limits)
        self.gathered.follow(engine)
        engine.start()
        return engine

    def warm_up(self) -> None:
        """Get ready what the reports need, while the checks wait for the target."""
        plan = self.suites.plan()
        for check in (*plan.selected, *plan.hidden):
            self.proofs.of(check)
        self.publisher.warm_up()

    def open_platform(self) -> Platform:
        """The target as checks see it; the caller closes it, on the event loop that used it."""
        from ..platform import Platform  # imports the HTTP client, which only a run needs

        target, suite = self.ground.target, self.suites.merged
        for secret in target.secrets():
            self.redactor.add(secret)
        platform = Platform(
            target,
            run_id=self.ground.run_id,
            started=self._began,
            redactor=self.redactor,
            in_flight=target.in_flight or suite.in_flight,
            exchange_deadline_s=suite.exchange_deadline_s,
            read_only=self.ground.read_only,
            budgets=suite.gates.latency,
            outside=self.tapes.outside(self._began),
        )
        platform.ledger.entries = self.gathered.ledger
        return platform

    def keep_recording(self) -> None:
        """Write down what was seen, when that was asked for. Raises HarnessError, UsageError."""
        self.tapes.keep(self.gathered.results(), self.suites.names, self._began)

    def close(self) -> None:
        """Stop everything that this session started. Safe to call again."""
        self.gathered.stop("the session was closed")
        self.ground.close()

    def rerun_command(self, id_: str | None = None) -> str:
        """The shortest command that repeats this run, or one check of it, on the same target."""
        command = rerun_command(self.suites.by_file, self.options)
        return command if id_ is None else only(command, id_)

    def info(self) -> RunInfo:
        """The facts of this run as they stand."""
        target, deployed, partial = self.ground.target, self.ground.deployed, self.gathered.partial
        return RunInfo(
            id=self.ground.run_id,
            suites=self.suites.names,
            target=target.name,
            environment=target.environment,
            base_url=self.redactor.url(target.base_url),
            deploy=self.redactor.text(deployed.id) if deployed.id else None,
            deployed_at=deployed.at,
            started_at=self.ground.began,
            duration_s=time.monotonic() - self._began,
            partial=partial is not None,
            partial_reason=partial,
            command=self.rerun_command(),
            versions=versions(),
            faults=self.options.faults,
        )

    @property
    def troubles(self) -> list[str]:
        """What plugins did wrong so far, a line each; a run with any ends with exit code 4."""
        return [self.redactor.text(trouble) for trouble in self.ground.host.observers.troubles]

    def record(self) -> RunRecord:
        """The judged run, with what is known of the checks themselves."""
        graph = self.suites.graph
        seen = self.gathered.results()
        results = completed(seen, graph.checks, self.proofs, self.redactor, self.rerun_command())
        gates = self.suites.gates(sum(not result.hidden for result in results))
        components = tuple(graph.components.values())
        record = judge_run(self.info(), results, self.gathered.observations, components, gates)
        update = {"created": tuple(self.gathered.ledger), "findings": tracked(record.findings)}
        return with_troubles(record.model_copy(update=update), self.troubles)
