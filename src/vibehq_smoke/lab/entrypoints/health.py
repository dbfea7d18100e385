"""``Health`` and ``HealthOps``: runs over the workers; test profiles, results and summaries (HLT-12, HLT-13)."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import FIRST_PAGE, Page, Text, listing, missing
from vibehq_smoke.lab.health import ops
from vibehq_smoke.lab.health.runs import HealthRuns, Parts
from vibehq_smoke.lab.health.store import RunStore
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4


class RunOrder(Options):
    """A run over the workers named, or over all."""

    trigger_type: Literal["on_demand", "cron"] = "on_demand"
    trigger_source: Text | None = None
    timeout_minutes: Annotated[float, Field(gt=0, le=1440, strict=False)] = 30
    worker_filters: list[Text] | None = None


OVER_ALL = RunOrder()


class RunRef(Options):
    """A run by its uuid."""

    health_check_uuid: Text


@dataclass(frozen=True)
class Health:
    """Health runs. Every method but the first raises DatabaseDownError."""

    lab: Lab

    @property
    def runs(self) -> HealthRuns:
        """Runs as the health API has them."""
        return HealthRuns(self.lab, RunStore(self.lab.databases, self.lab.faults))

    @exposed
    def get_configured_workers(self) -> list[Json]:
        """The workers that runs can target."""
        return [{"name": worker.name, "type": worker.type, "url": worker.url} for worker in self.lab.workers]

    @exposed
    def initiate_health_check(self, order: RunOrder = OVER_ALL) -> Json:
        """Start a run; it goes on in the background."""
        wanted = order.worker_filters
        targets = [worker for worker in self.lab.workers if wanted is None or worker.name in wanted]
        run = self.runs.start(order.trigger_type, order.trigger_source, order.timeout_minutes, Parts(), targets)
        return {"success": True, "health_check_uuid": run, "status": "running", "total_workers": len(targets)}

    @exposed
    def get_health_check_status(self, run: RunRef) -> Json:
        """``RunStatus`` of a run (contract 2.0)."""
        status = self.runs.store.status(run.health_check_uuid)
        return missing("health check") if status is None else {"success": True, "result": status}

    @exposed
    def get_health_check_history(self, page: Page = FIRST_PAGE) -> Json:
        """Runs, newest first."""
        return {"success": True, "health_checks": listing(self.runs.store.base, "health_checks", {}, page.limit)}


@dataclass(frozen=True)
class HealthOps:
    """The way to `lab.health.ops` from outside."""

    lab: Lab

    @exposed
    def handle_request(self, request: dict[str, Any]) -> object:
        """Operation → its options, as `ops.HealthOps.handle` takes them.

        Raises Refusal 400 for an unknown operation or options that do not fit, and what `handle` raises.
        """
        if not all(isinstance(options, dict | None) for options in request.values()):
            raise Refusal(400, e4("Invalid RPC arguments", "options are objects"))
        try:
            return ops.HealthOps(self.lab).handle(request)
        except (TypeError, KeyError, ValueError) as error:
            raise Refusal(400, e4("Invalid RPC arguments", type(error).__name__)) from error
