"""Whether the four databases answer, from the inside and through the routes that read them (contract INF-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation

from .tables import DATABASES
from .wrangler import Complaint

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

ROUTES = {"DB_OPS": "/api/hil/requests?limit=1", "DB_HEALTH": "/api/health/workers/smoke-none/latest"}
"""Routes whose answer proves that the orchestrator asked the database; there is none for the other two."""


async def silent_databases(hq: Hq) -> list[Complaint]:
    """A complaint about each database that does not answer one row."""
    found = await hq.gather(*(_asked(hq, binding) for binding in DATABASES))
    return [complaint for complaint in found if complaint is not None]


async def _asked(hq: Hq, binding: str) -> Complaint | None:
    try:
        rows = await hq.operator.sql(binding, "select 1 as one")
    except Violation as violation:
        return Complaint(DATABASES[binding], f"{binding}: {violation}")
    if [list(row.values()) for row in rows] != [[1]]:
        return Complaint(DATABASES[binding], f"{binding}: `select 1` gives {rows!r} instead of one row")
    return None


async def unused_databases(hq: Hq) -> list[Complaint]:
    """A complaint about each database that answers us, and whose routes at the orchestrator fail all the same.

    Nothing is concluded where other routes that want a session fail as well.
    """
    try:
        control = await hq.api.get("/api/auth/profile")
    except (Blocked, Violation) as reason:
        hq.note(f"the routes that read the databases were not judged, since no session works: {reason}")
        return []
    if control.status != 200:
        hq.note(f"the routes that read the databases were not judged: GET /api/auth/profile answers {control.status}")
        return []
    replies = await hq.gather(*(hq.api.get(path) for path in ROUTES.values()))
    return [
        Complaint(DATABASES[binding], f"{binding} answers, but GET {reply.path}, which reads it, fails: {reply.status}")
        for binding, reply in zip(ROUTES, replies, strict=True)
        if reply.status >= 500
    ]
