"""Preflight: which components answer at all, asked before any check runs (contract R4, INF-01)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Observation, Skipped, Status, Violation, hookimpl
from vibehq_smoke.errors import Unreachable

from ._support.fitness import unfit
from ._support.platform_status import PlatformStatus
from ._support.workers import component_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vibehq_smoke import Evidence
    from vibehq_smoke.platform import Hq, Worker

DATABASES = (("d1-ops", "DB_OPS"), ("d1-projects", "DB_PROJECTS"), ("d1-chats", "DB_CHATS"), ("d1-health", "DB_HEALTH"))
"""Component and binding (contract 1.3)."""

PROBE_S = 5.0
"""Seconds in which whoever is there answers. Nothing else runs yet, so it is shorter than what checks allow."""

_PROXIES = (("d1-ops", "/api/hil/requests?limit=1"), ("d1-health", "/api/health/workers/smoke-none/latest"))
"""Routes whose answer proves that the database was asked (contract INF-01)."""


@hookimpl
async def vibehq_preflight(hq: Hq) -> Iterable[Observation]:
    """The orchestrator first; when it works, the session, the databases and the workers, all at once."""
    orchestrator = await _orchestrator(hq)
    if orchestrator.status is Status.BROKEN:
        return [orchestrator]
    workers = hq.gather(*(_worker(hq, worker) for worker in hq.workers.values()))
    session, databases, living = await hq.gather(_session(hq), _databases(hq), workers)
    if session is not None and any(seen is not None and _holds_accounts(seen) for seen in databases):
        session = session.model_copy(update={"status": Status.BLOCKED}) if session.status is Status.BROKEN else session
    return [orchestrator, *(seen for seen in (*databases, session, *living) if seen is not None)]


def _holds_accounts(seen: Observation) -> bool:
    """Whether the database of users and sessions is broken, which explains that nobody can sign in (contract 1.6)."""
    return seen.component == "d1-ops" and seen.status is Status.BROKEN


async def _orchestrator(hq: Hq) -> Observation:
    try:
        (await hq.bare.get("/api/status", deadline=PROBE_S)).expect(PlatformStatus)
    except Violation as violation:
        return _broken("orchestrator", str(violation), _seen(hq, "/api/status"), isinstance(violation, Unreachable))
    return _working("orchestrator", _seen(hq, "/api/status"))


async def _session(hq: Hq) -> Observation | None:
    """Whether signing in works; what the platform answers to the session afterwards is for the checks to judge."""
    if hq.target.auth.kind == "none":
        return None
    try:
        await hq.api.get("/api/auth/profile", deadline=PROBE_S)
    except Blocked as blocked:
        return _broken("auth", str(blocked), _seen(hq, "/api/auth/"))
    except Violation:
        return None
    return _working("auth", _seen(hq, "/api/auth/"))


async def _databases(hq: Hq) -> list[Observation | None]:
    """By the operator channel when it works at all, else by the routes that show whether a database answers."""
    if hq.has_operator:
        asked = await hq.gather(*(_by_sql(hq, component, binding) for component, binding in DATABASES))
        silent = [seen is None or seen.unreachable for seen in asked]
        if not all(silent):
            return list(asked)
        # All four at once: rather the channel than the databases.
    return list(await hq.gather(*(_by_proxy(hq, component, path) for component, path in _PROXIES)))


async def _by_sql(hq: Hq, component: str, binding: str) -> Observation | None:
    try:
        async with asyncio.timeout(PROBE_S):
            await hq.operator.sql(binding, "select 1")
    except Violation as violation:
        return _broken(component, str(violation), _seen(hq, binding), isinstance(violation, Unreachable))
    except (Skipped, TimeoutError):
        return None
    return _working(component, _seen(hq, binding))


async def _by_proxy(hq: Hq, component: str, path: str) -> Observation | None:
    """Only a server error says that the database is broken; any other surprise is for the checks to judge."""
    try:
        reply = await hq.api.get(path, deadline=PROBE_S)
    except (Blocked, Violation):
        return None
    if reply.status >= 500:
        reason = f"GET {path}, which reads it, answers {reply.status}: {hq.recorder.line(reply.text[:200])}"
        return _broken(component, reason, _seen(hq, path))
    answered = reply.status in (200, 404) and reply.media_type == "application/json"
    return _working(component, _seen(hq, path)) if answered else None


async def _worker(hq: Hq, worker: Worker) -> Observation:
    component = component_of(worker.name)
    wrong = await unfit(worker, PROBE_S)
    if wrong is None:
        return _working(component, _seen(hq, worker.url))
    return _broken(component, str(wrong), _seen(hq, worker.url), isinstance(wrong, Unreachable))


def _working(component: str, evidence: tuple[Evidence, ...]) -> Observation:
    return Observation(component=component, status=Status.WORKING, evidence=evidence)


def _broken(component: str, reason: str, evidence: tuple[Evidence, ...], unreachable: bool = False) -> Observation:
    return Observation(
        component=component, status=Status.BROKEN, reason=reason, unreachable=unreachable, evidence=evidence
    )


def _seen(hq: Hq, mark: str) -> tuple[Evidence, ...]:
    """What the probes of one component saw: they share a recorder, and run at once."""
    return tuple(
        seen for seen in hq.recorder.evidence if mark in seen.summary or (seen.exchange and mark in seen.exchange.url)
    )
