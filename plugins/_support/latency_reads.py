"""What is read often, and who is to blame when it is slow (EDGE-07)."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked

from .workers import component_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Api, Hq

ANSWERS = (
    ("orchestrator", "/api/status"),
    ("health-api", "/api/health"),
    ("health-api", "/api/health/checks?limit=5"),
    ("health-api", "/api/health/workers"),
    ("analytics-api", "/api/analytics/stats"),
    ("hil", "/api/hil/requests?limit=5"),
)
"""Component and path. What is slow among them is the orchestrator's: they are all its answers."""

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
        Read(f"GET {path}", "orchestrator", part, f"{hq.target.base_url}{path}", _get(hq.api, path, part))
        for part, path in ANSWERS
    ]


def _workers(hq: Hq) -> list[Read]:
    reads = []
    for name, worker in hq.workers.items():
        part = component_of(name)
        reads.append(Read(f"{name}, GET {STATUS}", part, part, f"{worker.url}{STATUS}", _get(worker, STATUS, part)))
    return reads


def _get(client: Api, path: str, component: str) -> Callable[[], Awaitable[float]]:
    async def ask() -> float:
        reply = await client.get(path, deadline=GIVE_UP_S)
        if reply.status == 200 and reply.media_type == "application/json":
            return reply.elapsed_ms
        if reply.status == 401:
            reply.expect()  # on a target without a session it says what to set
        # Who answers nothing under that path does not serve the protocol at all.
        missing = path == STATUS and reply.status in (404, 405)
        raise Blocked(
            f"GET {path} of {client.name} could not be timed: it answers {reply.status} as {reply.media_type}",
            component="health-protocol" if missing else component,
        )

    return ask


def _select(hq: Hq, name: str) -> Callable[[], Awaitable[float]]:
    async def ask() -> float:
        began = time.monotonic()
        await hq.operator.sql(name, SELECT)
        return (time.monotonic() - began) * 1000

    return ask
