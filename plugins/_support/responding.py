"""Whether factories and specialists respond, without giving any of them work to do (contract FAC-01 to FAC-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from vibehq_smoke import Blocked, Violation
from vibehq_smoke.platform.dialects import Dialect, Paths

from .fields import Moment, Name
from .health_models import QuickCheck

if TYPE_CHECKING:
    from pydantic import BaseModel

    from vibehq_smoke.platform import Hq, Worker

EMPTY_ORDER = "Invalid order: missing required fields"
NO_REPORT = "Report not found"


class _Diagnosis(Dialect):
    """``GET /diagnostics/health``."""

    worker_name: Name


class _Introduction(Dialect):
    """``GET /``."""

    worker_name: Annotated[Name, Paths("worker_name", "name")]


class _Problem(Dialect):
    """How workers say no (envelope E4)."""

    error: Name


class _Healthy(Dialect):
    """``GET <health-specialist>/health`` (FAC-08)."""

    status: Literal["healthy"]
    timestamp: Moment
    service: Literal["health-specialist"]


_WAYS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("/health-check/quick", QuickCheck),
    ("/diagnostics/health", _Diagnosis),
    ("/", _Introduction),
)
"""Where a worker says who it is; the next one counts when it does not have the one before."""


async def introduces_itself(hq: Hq, name: str) -> None:
    """The worker says, as JSON, that it is the one of this name. Raises Violation; Skipped when none is configured."""
    worker = hq.worker(name)
    for path, model in _WAYS:
        reply = await worker.get(path)
        if reply.status == 404 and path != _WAYS[-1][0]:
            hq.note(f"{name} does not have {path} (404), so it was asked another way")
            continue
        said = getattr(reply.expect(model), "worker_name", None)
        assert said == name, f"{worker.url} should be {name}, but says that it is {said!r}"
        return


async def refuses_an_empty_conflict(hq: Hq) -> None:
    """An order without its fields is refused. Never more than that: a real order would write to GitHub."""
    reply = await hq.worker("ops-conflict-specialist").post("/resolve", json={})
    said = reply.expect(_Problem, status=400).error
    assert said == EMPTY_ORDER, f"POST /resolve refuses an empty order with {said!r} instead of {EMPTY_ORDER!r}"


async def refuses_an_empty_report(hq: Hq) -> None:
    """An order without its fields is refused, and both of them are named."""
    reply = await hq.worker("ops-delivery-report-specialist").post("/generate", json={})
    said = reply.expect(_Problem, status=400).error
    unnamed = [field for field in ("project_id", "original_order_spec") if field not in said]
    assert not unnamed, f"POST /generate refuses an empty order, but does not name {' and '.join(unnamed)}: {said!r}"


async def knows_no_report(hq: Hq) -> None:
    """There is no report of a project that nobody has. Raises Blocked when the specialist cannot look."""
    worker = hq.worker("ops-delivery-report-specialist")
    reply = await worker.get("/report/smoke-none")
    if reply.status >= 500 and await _is_cut_off(worker):
        raise Blocked(
            f"{worker.name} cannot look for reports ({reply.status}): it does not reach the orchestrator",
            component="rpc-gateway",
        )
    said = reply.expect(_Problem, status=404).error
    assert said == NO_REPORT, f"GET /report/smoke-none answers {said!r} instead of {NO_REPORT!r}"


async def says_healthy(hq: Hq) -> None:
    """The health specialist says that it is one, and healthy."""
    (await hq.worker("health-specialist").get("/health")).expect(_Healthy)


async def _is_cut_off(worker: Worker) -> bool:
    """Whether the worker itself says that it does not reach the orchestrator."""
    try:
        return not (await worker.get("/health-check/quick")).expect(QuickCheck).orchestrator_connectivity
    except Violation:
        return False
