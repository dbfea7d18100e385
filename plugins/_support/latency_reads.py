"""What is read often, and who is to blame when it is slow (EDGE-07)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation

from .short_models import Figures, Identity, Ok, OkOrList, Success
from .workers import component_of

if TYPE_CHECKING:
    from pydantic import BaseModel

    from vibehq_smoke.platform import Api, Hq

ANSWERS: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("orchestrator", "/api/status", Success),
    ("health-api", "/api/health", Ok),
    ("health-api", "/api/health/checks?limit=5", OkOrList),
    ("health-api", "/api/health/workers", OkOrList),
    ("analytics-api", "/api/analytics/stats", Figures),
    ("hil", "/api/hil/requests?limit=5", Success),
)
"""Component, path, and what is known to be its answer. What is slow among them is the orchestrator's."""

STATUS = "/health-check/status"
SELECT = "select 1"
DATABASES = (("d1-ops", "DB_OPS"), ("d1-health", "DB_HEALTH"), ("d1-projects", "DB_PROJECTS"), ("d1-chats", "DB_CHATS"))
GIVE_UP_S = 5.0
"""After which a read has no time but an end: nobody waits for it."""

_TIMED_BY_CHANNEL = ("embedded", "cloudflare")
"""Channels that are quick enough themselves for the time to be the database's."""


@dataclass
class Read:
    """One thing that is read again and again."""

    what: str
    accused: str
    """Whom to accuse when it is slow."""
    component: str
    """Whose fault it is when nobody answers."""
    mark: str
    """The URL of this read's exchanges, or the summary of its statements."""
    ask: Callable[[], Awaitable[float]]
    """Gives milliseconds. Raises Violation when nobody answers, Blocked when the answer is no result."""
    times: list[float] = field(default_factory=list)
    obstacle: Blocked | None = None


def reads_of(hq: Hq) -> list[Read]:
    """Of the databases, the orchestrator and the workers; the first that is slow is the one to accuse."""
    return [*_databases(hq), *_answers(hq), *_workers(hq)]


def _databases(hq: Hq) -> list[Read]:
    """Asked by themselves where the channel allows, since a slow one shows in whatever needs it."""
    if hq.target.operator.kind not in _TIMED_BY_CHANNEL:
        hq.note("no operator channel that times databases: a slow one shows as slow answers of the orchestrator")
        return []
    return [Read(f"{SELECT} on {name}", part, part, f"{name}: {SELECT}", _select(hq, name)) for part, name in DATABASES]


def _answers(hq: Hq) -> list[Read]:
    return [
        Read(f"GET {path}", "orchestrator", part, f"{hq.target.base_url}{path}", _get(hq.api, path, model, part))
        for part, path, model in ANSWERS
    ]


def _workers(hq: Hq) -> list[Read]:
    reads = []
    for name, worker in hq.workers.items():
        part = component_of(name)
        ask = _get(worker, STATUS, Identity, part)
        reads.append(Read(f"{name}, GET {STATUS}", part, part, f"{worker.url}{STATUS}", ask))
    return reads


def _get(client: Api, path: str, model: type[BaseModel], component: str) -> Callable[[], Awaitable[float]]:
    async def ask() -> float:
        reply = await client.get(path, deadline=GIVE_UP_S)
        try:
            reply.expect(model)  # on a target without a session it says what to set
        except Violation as violation:
            # Who answers nothing under that path does not serve the protocol at all.
            missing = path == STATUS and reply.status in (404, 405)
            said = str(violation).partition("\n")[0]
            raise Blocked(
                f"{client.name} could not be timed: {said}", component="health-protocol" if missing else component
            ) from None
        return reply.elapsed_ms

    return ask


def _select(hq: Hq, name: str) -> Callable[[], Awaitable[float]]:
    async def ask() -> float:
        began = time.monotonic()
        await hq.operator.sql(name, SELECT)
        return (time.monotonic() - began) * 1000

    return ask
