"""CSRF protection by double submit (contract 3.2): the cookie's token must come back in a header."""

import hmac
import json
import secrets
import time
from dataclasses import dataclass
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from vibehq_smoke.lab.accounts.cookies import set_cookie
from vibehq_smoke.lab.accounts.machines import needs_no_pair
from vibehq_smoke.lab.faults import Faults

COOKIE = "csrf-token"
HEADER = "X-CSRF-Token"
TTL_SECONDS = 7200
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def issue(response: Response) -> str:
    """Set a fresh CSRF cookie on `response` and return its token."""
    token = secrets.token_urlsafe(32)
    cookie = quote(json.dumps({"token": token, "timestamp": int(time.time() * 1000)}), safe="")
    set_cookie(response, COOKIE, cookie, TTL_SECONDS, "Strict")
    return token


def pair_holds(cookie: str | None, header: str | None) -> bool:
    """Whether the header repeats the token in the cookie, and the cookie is not too old.

    A cookie that is not JSON is the token itself (contract 3.2, "legacy").
    """
    if not cookie or not header:
        return False
    token = _token_in(cookie)
    return bool(token) and hmac.compare_digest(token.encode(), header.encode())


def _token_in(cookie: str) -> str:
    """The token that a cookie holds; empty when the cookie is too old or holds none."""
    try:
        content = json.loads(unquote(cookie))
    except (ValueError, RecursionError):
        return cookie
    if not isinstance(content, dict):
        return cookie
    token, issued = content.get("token"), content.get("timestamp")
    if not isinstance(token, str) or not isinstance(issued, (int, float)):
        return ""
    return token if time.time() - issued / 1000 <= TTL_SECONDS else ""


@dataclass(frozen=True)
class CsrfGate:
    """ASGI wrapper: state-changing requests without the pair get 403 before anybody looks at their session.

    Machines need none, as built (D-18) they do.
    """

    app: ASGIApp
    faults: Faults
    service_token: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or self.faults.on("csrf-off"):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        machine = needs_no_pair(request, self.service_token) and not self.faults.on("D-18")
        if machine or pair_holds(request.cookies.get(COOKIE), request.headers.get(HEADER)):
            await self.app(scope, receive, send)
        else:
            await csrf_refusal()(scope, receive, send)


def csrf_refusal() -> JSONResponse:
    """The 403 of a missing or wrong pair."""
    return JSONResponse({"error": {"message": "CSRF validation failed", "type": "CSRF_VIOLATION"}}, 403)
