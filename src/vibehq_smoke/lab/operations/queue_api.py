"""``/api/specialists/{trigger,queue,triggers}``: events for specialists and what became of them (contract 5.1)."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import accepts, asks, one_of, text, whole
from vibehq_smoke.lab.operations.queue import STATUSES, SpecialistQueue
from vibehq_smoke.lab.serving.replies import e1
from vibehq_smoke.lab.serving.requests import Body, query_choice, query_int, read_model


class Event(Body):
    """Body of ``POST /api/specialists/trigger``."""

    event: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,100}$")]
    payload: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class QueueApi:
    """Handlers of the queue; answers are E1."""

    lab: Lab
    queue: SpecialistQueue

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("POST", "/api/specialists/trigger", self.trigger),
            ("GET", "/api/specialists/queue", self.listing),
            ("GET", "/api/specialists/triggers", self.triggers),
        ]

    @accepts(Event)
    async def trigger(self, request: Request) -> Response:
        """Queue an event; ``queued`` is empty when no trigger's conditions are met."""
        body = await read_model(request, Event, e1)
        queued = self.queue.trigger(body.event, body.payload)
        return JSONResponse({"ok": True, "event": body.event, "queued": queued, "count": len(queued)})

    @asks(whole("limit", 1, 100), whole("offset", 0, 10**9), one_of("status", *STATUSES), text("specialist"))
    async def listing(self, request: Request) -> Response:
        """Entries of the queue, newest first, and how many there are per status."""
        limit = query_int(request, "limit", 50, e1, high=100)
        offset = query_int(request, "offset", 0, e1, low=0, high=10**9)
        status = query_choice(request, "status", STATUSES, e1)
        rows, total = self.queue.listing(status, request.query_params.get("specialist"), limit, offset)
        counted = self.lab.databases.ops.rows("SELECT status, count(*) AS n FROM specialist_queues GROUP BY 1")
        counts = dict.fromkeys(STATUSES, 0) | {row["status"]: row["n"] for row in counted}
        return JSONResponse({"ok": True, "queue": rows, "total": total, "counts": counts})

    async def triggers(self, _request: Request) -> Response:
        """The events that specialists wait for, with their conditions."""
        rows = self.lab.databases.ops.rows("SELECT * FROM specialist_triggers ORDER BY id")
        triggers = [row | {"conditions": json.loads(row["conditions"])} for row in rows]
        return JSONResponse({"ok": True, "triggers": triggers})
