"""``POST /api/integrations/github/webhook``: signed events of repositories (contract 3.3)."""

import hashlib
import hmac
import json
from dataclasses import dataclass

import pydantic_core
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.openapi.describe import accepts_anything
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import read_bytes
from vibehq_smoke.lab.storage.oplog import write_operation

PATH = "/api/integrations/github/webhook"
SIGNATURE = "x-hub-signature-256"


def signature(secret: str, body: bytes) -> str:
    """What the header must say: ``sha256=<hex HMAC-SHA256 of the body>``."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class GithubWebhook:
    """The webhook."""

    lab: Lab

    def routes(self) -> list[BaseRoute]:
        """The public route."""
        return [Route(PATH, self.receive, methods=["POST"])]

    @accepts_anything
    async def receive(self, request: Request) -> Response:
        """400 without a signature, 401 with a wrong one, 400 for what is no JSON object; else store and log it."""
        raw = await read_bytes(request, e4)
        if not self.lab.faults.on("webhook-unsigned"):
            self._check(request.headers.get(SIGNATURE), raw)
        payload = _payload(raw)
        event = request.headers.get("x-github-event", "unknown")[:100]
        delivery = request.headers.get("x-github-delivery", "")[:100] or None
        repository = payload.get("repository")
        name = repository.get("full_name") if isinstance(repository, dict) else None
        action = payload.get("action")
        noted = {"event": event, "action": action if isinstance(action, str) else None,
                 "repository": name if isinstance(name, str) else None}  # fmt: skip
        ops = self.lab.databases.ops
        row = noted | {"delivery_id": delivery, "payload": json.dumps(payload), "created_at": now_iso()}
        with ops.transaction():
            number = ops.insert("github_events", row)
            write_operation(ops, "github-webhook", f"github.{event}", "info", noted | {"id": number})
        return JSONResponse({"success": True, "event": event, "id": number})

    def _check(self, header: str | None, raw: bytes) -> None:
        if not header:
            raise Refusal(400, e4("Missing signature", f"the header {SIGNATURE} is expected"))
        expected = signature(self.lab.secrets.github_webhook_secret, raw)
        if not hmac.compare_digest(header.encode("utf-8", "surrogateescape"), expected.encode()):
            raise Refusal(401, e4("Invalid signature"))


def _payload(raw: bytes) -> Json:
    try:
        value = pydantic_core.from_json(raw, allow_inf_nan=False)
        json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise Refusal(400, e4("Invalid JSON body")) from error
    if not isinstance(value, dict):
        raise Refusal(400, e4("Invalid JSON body", "an object is expected"))
    return value
