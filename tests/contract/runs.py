"""Health-check runs: asked for, waited for, and read back (contract HLT-01, HLT-03, section 4)."""

from collections.abc import Sequence
from typing import Any

from .caller import Caller
from .shapes import RunAccepted, RunStatus
from .waiting import until

CHEAP = "data-factory"
"""A worker like any other: runs that need one worker take it."""
FACTORIES = ("agent-factory", "data-factory", "services-factory", "ui-factory")
SPECIALISTS = (
    "ops-conflict-specialist",
    "ops-delivery-report-specialist",
    "cloud-worker-retrofit",
    "cloudflare-expert-specialist",
    "health-specialist",
    "ops-unit-test-specialist",
    "ops-frontend-testing-specialist",
)
WORKERS = FACTORIES + SPECIALISTS


def run_body(source: str, workers: Sequence[str] = (CHEAP,), **changes: object) -> dict[str, Any]:
    """The body of HLT-01."""
    return {
        "trigger_type": "on_demand",
        "trigger_source": source,
        "timeout_minutes": 2,
        "worker_filters": list(workers),
        "include_unit_tests": True,
        "include_performance_tests": False,
        "include_integration_tests": False,
        **changes,
    }


def start_run(hq: Caller, source: str, workers: Sequence[str] = (CHEAP,), **changes: object) -> RunAccepted:
    """A run over the workers; its acceptance."""
    answer = hq.write("/api/health/checks", run_body(source, workers, **changes), 200, 201, 202)
    assert answer["ok"] is True
    return RunAccepted.model_validate(answer["result"])


def run_status(hq: Caller, uuid: str) -> RunStatus:
    """The run as the API tells it now."""
    answer = hq.read(f"/api/health/checks/{uuid}")
    assert answer["ok"] is True
    return RunStatus.model_validate(answer["result"])


def finished_run(hq: Caller, uuid: str, *, seconds: float = 40.0) -> RunStatus:
    """The run once it is no longer running."""

    def look() -> RunStatus | None:
        status = run_status(hq, uuid)
        return None if status.status == "running" else status

    return until(look, seconds=seconds, what=f"the end of run {uuid}")


def whole_run(hq: Caller, source: str, workers: Sequence[str] = (CHEAP,), **changes: object) -> RunStatus:
    """A run from its start to its end."""
    return finished_run(hq, start_run(hq, source, workers, **changes).health_check_uuid)
