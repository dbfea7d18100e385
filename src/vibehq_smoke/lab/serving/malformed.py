"""What the platform as built makes of a body that is no JSON: it starts the work all the same (D-23), or 500 (D-24)."""

import json
from dataclasses import dataclass, field, replace

from starlette.types import Message, Receive, Scope, Send

from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.serving.replies import e4
from vibehq_smoke.lab.serving.rewriting import Answer, Rewriter

# path of a POST -> the body that stands in for one that cannot be read
STARTS_ANYWAY = {"/api/health/checks": b"{}", "/api/ops/scan": b'{"type":"incremental"}'}
BREAKS = ("/api/delivery-reports", "/api/patches/events")


@dataclass
class Upload:
    """The body of one request, read as a whole so that it can be replaced."""

    receive: Receive
    parts: list[bytes] = field(default_factory=list)
    rest: list[Message] = field(default_factory=list)

    async def read(self) -> bytes:
        """All of it."""
        more = True
        while more:
            message = await self.receive()
            more = message["type"] == "http.request" and bool(message.get("more_body"))
            self.parts.append(message.get("body", b""))
        return b"".join(self.parts)

    def replay(self, body: bytes) -> Receive:
        """A `receive` that gives `body` first."""
        self.rest.append({"type": "http.request", "body": body})

        async def give() -> Message:
            return self.rest.pop(0) if self.rest else await self.receive()

        return give


async def misread(scope: Scope, receive: Receive, send: Send, faults: Faults) -> tuple[Receive, Send]:
    """The `receive` and `send` for a request whose malformed body is misjudged; the given ones for any other."""
    path = scope["path"]
    starts = faults.on("D-23") and path in STARTS_ANYWAY
    breaks = faults.on("D-24") and path in BREAKS
    if scope["method"] != "POST" or not (starts or breaks):
        return receive, send
    upload = Upload(receive)
    body = await upload.read()
    if _is_json(body):
        return upload.replay(body), send
    if starts:
        return upload.replay(STARTS_ANYWAY[path]), send
    return upload.replay(body), Rewriter(send, _broken)


def _broken(answer: Answer) -> Answer:
    # Only the reading of the body breaks; whoever is refused before that hears so.
    return replace(answer, status=500).saying(e4("Internal server error")) if answer.status == 400 else answer


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
