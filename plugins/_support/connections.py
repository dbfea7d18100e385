"""Whether the four databases answer, from the inside and through the routes that read them (contract INF-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.errors import Unreachable
from vibehq_smoke.platform.dialects import Dialect

from .fields import Count
from .health_models import UnknownWorker
from .tables import DATABASES
from .wrangler import Complaint

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

_SESSION = "/api/auth/profile"


class _Requests(Dialect):
    """The list of requests for a human (contract INF-01)."""

    success: Literal[True]
    data: list[dict[str, Any]]
    total: Count


class _Route(NamedTuple):
    """A route whose answer proves that the orchestrator asked a database."""

    binding: str
    path: str
    owner: str
    """The component that answers there: what is no server error does not tell of the database."""
    model: type[Dialect]
    status: int


ROUTES = (
    _Route("DB_OPS", "/api/hil/requests?limit=1", "hil", _Requests, 200),
    _Route("DB_HEALTH", "/api/health/workers/smoke-none/latest", "health-api", UnknownWorker, 404),
)
"""There is none for the other two databases."""


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
    """A complaint about each route that reads a database and does not answer as it must.

    A server error is the database's. Nothing is concluded where other routes that want a session fail as well.
    Raises Blocked when that cannot be seen.
    """
    try:
        found = await hq.gather(*(_unproved(hq, route) for route in ROUTES))
    except (Blocked, Skipped) as reason:
        hq.note(f"the routes that read the databases were not judged, since no session works: {reason}")
        return []
    wrong = [complaint for complaint in found if complaint is not None]
    if wrong and (trouble := await _no_session(hq, wrong)):
        hq.note(f"the routes that read the databases were not judged: {trouble}")
        return []
    return wrong


async def _unproved(hq: Hq, route: _Route) -> Complaint | None:
    reply = await hq.api.get(route.path)
    said = f"{route.binding} answers, but GET {reply.path}, which reads it,"
    if reply.status >= 500:
        return Complaint(DATABASES[route.binding], f"{said} fails: {reply.status}")
    try:
        reply.expect(route.model, status=route.status)
    except Violation as violation:
        return Complaint(route.owner, f"{said} does not show that: {violation}")
    return None


async def _no_session(hq: Hq, wrong: list[Complaint]) -> str | None:
    """Why no session works at all, which explains what is wrong. Raises Blocked when nobody answers that."""
    try:
        control = await hq.api.get(_SESSION)
    except Unreachable as silence:
        raise Blocked(f"{wrong[0].what}; and then it fell silent: {silence}", component="orchestrator") from None
    except (Blocked, Violation) as reason:
        return str(reason)
    return None if control.status == 200 else f"GET {_SESSION} answers {control.status}"
