"""Factories: do factories and specialists respond, and do their health checks pass? (contract 2.6)

FAC-05 and FAC-09 are made for each worker, and judge only what it reports: whether it reaches the orchestrator is
INF-08's. They start no run of their own, since a smoke run may start two (Q25), but look at its row in HLT-09's run,
which is over all living workers. The one row that HLT-09 wrote itself says nothing about its worker; what that worker
reports is taken from HLT-01's run, or else it is asked directly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import P1, check

from ._support import responding
from ._support.needs import SIGNED_IN
from ._support.worker_reports import do_quick_check, judge_report
from ._support.workers import component_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from ._support.runs import ReportedWorker, StartedRun

BOTH_RUNS = ("HLT-01", "HLT-09", "INF-08", *SIGNED_IN, "d1-health", "rpc-gateway", "health-protocol")
DEADLINE_S = 90
"""A run with all workers may take a minute (contract R6)."""


@check("FAC-01", component="agent-factory", priority=P1)
async def the_agent_factory_responds(hq: Hq) -> None:
    """The agent factory answers in JSON and says that it is the agent factory."""
    await responding.introduces_itself(hq, "agent-factory")


@check("FAC-02", component="data-factory", priority=P1)
async def the_data_factory_responds(hq: Hq) -> None:
    """The data factory answers in JSON and says that it is the data factory."""
    await responding.introduces_itself(hq, "data-factory")


@check("FAC-03", component="services-factory", priority=P1)
async def the_services_factory_responds(hq: Hq) -> None:
    """The services factory answers in JSON and says that it is the services factory."""
    await responding.introduces_itself(hq, "services-factory")


@check("FAC-04", component="ui-factory", priority=P1)
async def the_ui_factory_responds(hq: Hq) -> None:
    """The UI factory answers in JSON and says that it is the UI factory."""
    await responding.introduces_itself(hq, "ui-factory")


@check("FAC-05", component=component_of, priority=P1, each="factory", needs=BOTH_RUNS, deadline=DEADLINE_S)
async def the_health_check_of_a_factory_passes(
    hq: Hq, worker: str, first: StartedRun, reported: ReportedWorker
) -> None:
    """In a health run a factory reports that it is healthy, or at least degraded."""
    await judge_report(hq, hq.worker(worker), first, reported)


@check("FAC-06", component="conflict-specialist", priority=P1)
async def the_conflict_specialist_responds(hq: Hq) -> None:
    """POST /resolve on the conflict specialist refuses an order without its fields."""
    await responding.refuses_an_empty_conflict(hq)


@check("FAC-07", component="delivery-report-specialist", priority=P1, needs=["d1-ops"])
async def the_delivery_report_specialist_responds(hq: Hq) -> None:
    """The delivery report specialist refuses an order without its fields, and has no report of an unknown project."""
    await responding.refuses_an_empty_report(hq)
    await responding.knows_no_report(hq)


@check("FAC-08", component="health-specialist", priority=P1)
async def the_health_specialist_responds(hq: Hq) -> None:
    """GET /health on the health specialist says that it is healthy, and that it is the health specialist."""
    await responding.says_healthy(hq)


@check("FAC-09", component=component_of, priority=P1, each="specialist", needs=BOTH_RUNS, deadline=DEADLINE_S)
async def the_health_check_of_a_specialist_passes(
    hq: Hq, worker: str, first: StartedRun, reported: ReportedWorker
) -> None:
    """A specialist does a quick check, and in a health run reports that it is healthy, or at least degraded."""
    client = hq.worker(worker)
    await do_quick_check(client)
    await judge_report(hq, client, first, reported)
