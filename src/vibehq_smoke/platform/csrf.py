"""The CSRF pair: a cookie and a header that must agree on every write (contract 3.2, rule R7)."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from ..errors import SmokeError
from ..redact import Redactor
from .api import Api
from .headers import Headers
from .once import Once

COOKIE = "csrf-token"


@dataclass(frozen=True)
class Pair:
    """``token`` goes into the header; ``cookie`` is the cookie's raw value, which holds the same token."""

    token: str
    cookie: str


class Csrf:
    """The pair of this run, fetched with the first write.

    The cookie is Secure, which a cookie jar would drop on plain http; so it is set by hand.
    """

    def __init__(self, api: Api, redactor: Redactor) -> None:
        self._api = api
        self._redactor = redactor
        self._fetched = Once(self._fetch)
        self._rotated: Pair | None = None

    async def pair(self) -> Pair:
        """The pair to send. Where the platform gives none, a literal pair, which the legacy rule accepts."""
        return self._rotated or await self._fetched.get()

    def rotate(self, headers: Headers) -> None:
        """Adopt the pair that an answer sets (signing in rotates it)."""
        cookie = cookie_in(headers, COOKIE)
        if cookie:
            self._rotated = self._known(Pair(_token_in(cookie), cookie))

    async def close(self) -> None:
        """Stop fetching."""
        await self._fetched.cancel()

    async def _fetch(self) -> Pair:
        try:
            reply = await self._api.get("/api/auth/csrf-token")
            body = reply.json() if reply.status == 200 else None
        except SmokeError:
            return self._known(_literal())  # the write that needs the pair meets the same trouble and reports it
        token = _given_token(body)
        cookie = cookie_in(reply.headers, COOKIE)
        if cookie:
            return self._known(Pair(token or _token_in(cookie), cookie))
        return self._known(Pair(token, _cookie_for(token)) if token else _literal())

    def _known(self, pair: Pair) -> Pair:
        self._redactor.add(pair.token, "CSRF_TOKEN")
        self._redactor.add(pair.cookie, "CSRF_COOKIE")
        return pair


def cookie_in(headers: Headers, name: str) -> str | None:
    """The value that a Set-Cookie header gives to the cookie ``name``; None when none does."""
    for field in headers.every("set-cookie"):
        key, _, value = field.partition(";")[0].partition("=")
        if key.strip() == name and value.strip():
            return value.strip()
    return None


def _given_token(body: Any) -> str | None:
    data = body.get("data") if isinstance(body, dict) else None
    token = data.get("token") if isinstance(data, dict) else None
    return token if isinstance(token, str) and token else None


def _token_in(cookie: str) -> str:
    try:
        token = json.loads(unquote(cookie))["token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return cookie  # the legacy form: the cookie is the token
    return token if isinstance(token, str) else cookie


def _cookie_for(token: str) -> str:
    return quote(json.dumps({"token": token, "timestamp": int(time.time() * 1000)}, separators=(",", ":")))


def _literal() -> Pair:
    token = f"smoke{secrets.token_hex(12)}"
    return Pair(token, token)
