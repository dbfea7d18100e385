"""Rate limits on state-changing calls (contract 3.4, Q16): so many per identity, method and path in a minute."""

import hashlib
import time
from dataclasses import dataclass, field

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vibehq_smoke.lab import clock
from vibehq_smoke.lab.accounts.csrf import SAFE_METHODS
from vibehq_smoke.lab.faults import Faults

LIMIT = 120
PERIOD_SECONDS = 60
TOKEN_COOKIES = ("session", "accessToken", "auth_token", "jwt")
TOKEN_PARAMETERS = ("token", "access_token")
MAX_WINDOWS = 10_000


@dataclass
class Window:
    """Calls counted since `start` (seconds of the monotonic clock)."""

    start: float
    count: int = 0


@dataclass
class RateLimiter:
    """ASGI wrapper: the 121st identical call within a minute gets 429, with the time to wait."""

    app: ASGIApp
    faults: Faults
    windows: dict[str, Window] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the call; pass it on with ``X-RateLimit-*`` headers, or refuse it."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or self.faults.on("D-17"):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        window = self._count(f"{identity(request)} {request.method} {request.url.path}")
        headers = _headers(window)
        if window.count > LIMIT:
            await self._refusal(headers, request.url.path)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self.app(scope, receive, with_headers)

    def _count(self, key: str) -> Window:
        now = time.monotonic()
        if len(self.windows) > MAX_WINDOWS:
            self.windows = {k: w for k, w in self.windows.items() if now - w.start < PERIOD_SECONDS}
        window = self.windows.get(key)
        if window is None or now - window.start >= PERIOD_SECONDS:
            window = self.windows[key] = Window(now)
        window.count += 1
        return window

    def _refusal(self, headers: dict[str, str], path: str) -> JSONResponse | PlainTextResponse:
        if self.faults.on("rate-limit-500"):
            return PlainTextResponse("Internal Server Error", 500)
        message = "Rate limit exceeded"
        kind = "authRateLimit" if path.startswith("/api/auth/") else "apiRateLimit"
        details = {"message": message, "limitType": kind, "limit": LIMIT, "period": PERIOD_SECONDS}
        error = {"message": message, "name": "RateLimitExceededError", "details": details}
        wait = max(1, int(headers["X-RateLimit-Reset"]) - int(clock.now().timestamp()))
        body = {"success": False, "error": error, "message": message}
        return JSONResponse(body, 429, headers | {"Retry-After": str(wait)})


def identity(request: Request) -> str:
    """Whose call it is: a hash of the bearer token, of a token cookie or parameter, else the client's address."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    cookies = (request.cookies.get(name) for name in TOKEN_COOKIES)
    parameters = (request.query_params.get(name) for name in TOKEN_PARAMETERS)
    token = bearer or next(filter(None, cookies), None) or next(filter(None, parameters), None)
    if token:
        return "token:" + hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return f"ip:{request.client.host if request.client else 'unknown'}"


def _left(window: Window) -> float:
    return window.start + PERIOD_SECONDS - time.monotonic()


def _headers(window: Window) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(LIMIT),
        "X-RateLimit-Remaining": str(max(0, LIMIT - window.count)),
        "X-RateLimit-Reset": str(int(clock.now().timestamp() + _left(window))),
    }
