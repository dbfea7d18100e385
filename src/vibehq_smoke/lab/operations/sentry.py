"""``POST /api/sentry/tunnel``: envelopes of the error reporter, for the platform's own DSN (contract 3.3)."""

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import accepts_text
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import read_bytes

PATH = "/api/sentry/tunnel"
MAX_ITEMS = 100


class EnvelopeError(ValueError):
    """Bytes that are no envelope; the text says why."""


@dataclass(frozen=True)
class Envelope:
    """An envelope: its header, and the types of its items in order."""

    header: Json
    items: tuple[str, ...]


@dataclass(frozen=True)
class SentryTunnel:
    """The tunnel. `dsn` is None when the platform has none."""

    lab: Lab
    dsn: str | None

    def routes(self) -> list[BaseRoute]:
        """The public route."""
        return [Route(PATH, self.tunnel, methods=["POST"])]

    @accepts_text
    async def tunnel(self, request: Request) -> Response:
        """503 without a DSN, 400 for what is no envelope, 403 for another's DSN; else store it."""
        if not self.dsn:
            raise Refusal(503, e4("Sentry is not configured"))
        raw = await read_bytes(request, e4)
        try:
            envelope = parse_envelope(raw)
        except EnvelopeError as error:
            raise Refusal(400, e4("Invalid envelope", str(error))) from error
        dsn = envelope.header.get("dsn")
        if dsn != self.dsn and not self.lab.faults.on("sentry-any-dsn"):
            raise Refusal(403, e4("DSN not allowed"))
        event = envelope.header.get("event_id")
        event = event if isinstance(event, str) else None
        row = {
            "event_id": event, "dsn": str(dsn)[:500], "items": json.dumps(envelope.items), "size": len(raw),
            "created_at": now_iso(),
        }  # fmt: skip
        number = self.lab.databases.ops.insert("sentry_envelopes", row)
        self.lab.log.write("sentry-tunnel", "info", "envelope stored", envelope=number, items=list(envelope.items))
        return JSONResponse({"id": event or str(number)})


def parse_envelope(raw: bytes) -> Envelope:
    """Header line, then items: a header line with ``type`` and perhaps ``length``, then the payload.

    Raises EnvelopeError.
    """
    if not raw.strip():
        raise EnvelopeError("empty")
    first, _, rest = raw.partition(b"\n")
    header = _object(first)
    items: list[str] = []
    while rest.strip():
        line, _, rest = rest.partition(b"\n")
        if not line.strip():
            continue
        item = _object(line)
        kind, length = item.get("type"), item.get("length")
        if not isinstance(kind, str) or len(items) == MAX_ITEMS:
            raise EnvelopeError("an item has no type" if len(items) < MAX_ITEMS else "too many items")
        items.append(kind[:100])
        if type(length) is int:
            if not 0 <= length <= len(rest):
                raise EnvelopeError("an item is shorter than its length")
            rest = rest[length:].removeprefix(b"\n")
        else:
            rest = rest.partition(b"\n")[2]
    return Envelope(header, tuple(items))


def _object(line: bytes) -> Json:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise EnvelopeError("a header is not JSON") from error
    if not isinstance(value, dict):
        raise EnvelopeError("a header is no object")
    return value
