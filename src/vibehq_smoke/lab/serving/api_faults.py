"""Faults that change answers of the API as a whole: other paths, HTML in place of JSON, delays, leaks, open doors."""

import asyncio
import json
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.pages.site import INDEX
from vibehq_smoke.lab.serving.front import answer
from vibehq_smoke.lab.serving.malformed import misread
from vibehq_smoke.lab.serving.replies import Json, e2

SLOW_SECONDS = 1.5
STORM_SECONDS = 30
BUILT_PATH = "/api/delivery-reports"
PLAN_PATH = "/api/ops/delivery-reports"
STACK = (
    "Error: request failed\n    at handleRequest (/srv/orchestrator/worker/index.ts:142:17)"
    "\n    at Router.dispatch (/srv/orchestrator/node_modules/hono/dist/router.js:58:9)"
)


@dataclass(frozen=True)
class ApiFaults:
    """ASGI wrapper around the API."""

    app: ASGIApp
    faults: Faults
    service_token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, changed where a fault wants it."""
        if self.faults.none:
            await self.app(scope, receive, send)
            return
        if self.faults.on("rate-limit-storm"):
            refusal = JSONResponse(e2("Rate limit exceeded"), 429, {"Retry-After": str(STORM_SECONDS)})
            await answer(scope, receive, send, refusal)
            return
        if self.faults.on("api-slow"):
            await asyncio.sleep(SLOW_SECONDS)
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.faults.on("cors-reflects") and (origin := Headers(scope=scope).get("origin")):
            if scope["method"] == "OPTIONS":
                await Response(status_code=204, headers=_opened(origin))(scope, receive, send)
                return
            send = _opening(send, origin)
        if self.faults.on("scan-get-html") and scope["path"] == "/api/ops/scan" and scope["method"] == "GET":
            await HTMLResponse(INDEX)(scope, receive, send)
            return
        if self.faults.on("delivery-plan-path"):
            scope = {**scope, "path": _swapped(scope["path"])}
        if self.faults.on("secret-leak") or self.faults.on("stack-trace-leak"):
            send = _Leak(send, self._leaked(Headers(scope=scope)))
        receive, send = await misread(scope, receive, send, self.faults)
        await self.app(scope, receive, send)

    def _leaked(self, headers: Headers) -> Json:
        secret = {"authorization": headers.get("authorization"), "serviceToken": self.service_token}
        return ({"debug": secret} if self.faults.on("secret-leak") else {}) | (
            {"stack": STACK} if self.faults.on("stack-trace-leak") else {}
        )


def _opened(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": "content-type, authorization, x-csrf-token",
    }  # fmt: skip


def _opening(send: Send, origin: str) -> Send:
    """A `send` that lets the page of any origin read the answer."""

    async def opened(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_opened(origin))
        await send(message)

    return opened


def _swapped(path: str) -> str:
    if path.startswith(PLAN_PATH):
        return BUILT_PATH + path.removeprefix(PLAN_PATH)
    return path.replace(BUILT_PATH, "/api/no-such-reports", 1) if path.startswith(BUILT_PATH) else path


@dataclass
class _Leak:
    """A `send` that adds fields to the JSON bodies of errors, and a header to every answer."""

    send: Send
    fields: Json
    start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        start, body = self.start, message.get("body", b"")
        if start is not None:
            self.start = None
            if start["status"] >= 400:
                body = self._extended(body)
            headers = MutableHeaders(scope=start)
            headers["content-length"] = str(len(body))
            if "debug" in self.fields:
                headers["x-debug-authorization"] = str(self.fields["debug"]["authorization"])
            await self.send(start)
        await self.send({**message, "body": body})

    def _extended(self, body: bytes) -> bytes:
        try:
            content = json.loads(body)
        except ValueError:
            return body
        return json.dumps(content | self.fields).encode() if isinstance(content, dict) else body
