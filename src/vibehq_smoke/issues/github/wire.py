"""One request and its answer over HTTP, within bounds of time and size; nothing is judged or tried again here."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from ...errors import UsageError
from ...redact import MASK
from .address import is_loopback
from .errors import NotSent, Odd, Unanswered

API_VERSION = "2022-11-28"
MOST_BYTES = 64 * 1024 * 1024
"""A page of a hundred issues with bodies of the full length fits."""
LONGEST = 4
"""How many times the time-out a whole answer may take, however it drips."""
SHORTEST_TOKEN = 8
CONNECT_S = 10.0

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    what: str
    """The request, for messages: ``GET /repos/acme/hq``."""
    status: int
    headers: Mapping[str, str]
    content: bytes

    def header(self, name: str) -> str | None:
        """A header's value, by its name in small letters."""
        return self.headers.get(name)

    @property
    def said(self) -> str:
        """GitHub's message, in one line that is fit for an error; empty when there is none."""
        try:
            document = self.json()
        except Odd:
            return ""
        return one_line(document.get("message", "")) if isinstance(document, dict) else ""

    def json(self) -> Any:
        """The document; None where there is no content. Raises Odd."""
        if not self.content:
            return None
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            kind = one_line(self.header("content-type") or "no content type")
            raise Odd(
                f"{self.what}: answered {self.status} with {kind} that is no JSON: is GITHUB_API_URL the API's address?"
            ) from None


def one_line(text: object) -> str:
    """Text from outside, short and without control characters."""
    plain = "".join(mark if mark.isprintable() else " " for mark in str(text)[:1000])
    return " ".join(plain.split())[:300]


class Wire:
    """A connection to one API. Redirects are never followed: what moved is for the caller to know."""

    def __init__(self, root: str, token: str, transport: httpx.BaseTransport | None, timeout_s: float) -> None:
        self._token = token
        self._longest_s = LONGEST * timeout_s
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "User-Agent": "vibehq-smoke",
            "X-GitHub-Api-Version": API_VERSION,
        }
        try:
            self._http = httpx.Client(
                # Loading certificates takes longer than all else here, and plain http needs none.
                verify=True if root.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                headers=headers,
                timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_S)),
                follow_redirects=False,
                transport=transport,
                # No proxy leads to this machine's own servers.
                trust_env=not is_loopback(urlsplit(root).hostname or ""),
            )
        except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
            # What is wrong may hold a password, so only its sort is told.
            raise UsageError(
                f"HTTPS_PROXY, ALL_PROXY or SSL_CERT_FILE: cannot be used ({type(error).__name__}); "
                "allowed: http://HOST:PORT, and a file of certificates"
            ) from None
        self.close = self._http.close

    def send(self, method: str, url: str, params: dict[str, Any], body: Any) -> Answer:
        """Ask once. Raises NotSent, Unanswered, Odd."""
        what = f"{method} {urlsplit(url).path}"
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            with self._http.stream(method, url, params=params or None, content=content, headers=headers) as response:
                taken = self._take(response, what)
                return self._masked(Answer(what, response.status_code, dict(response.headers), taken))
        except _NOT_SENT as error:
            raise NotSent(f"{what}: no connection to {urlsplit(url).netloc} ({_reason(error)})") from None
        except httpx.InvalidURL:
            raise Odd(f"{what}: is no address") from None
        except httpx.TimeoutException:
            raise Unanswered(f"{what}: no answer in time") from None
        except httpx.HTTPError as error:
            raise Unanswered(f"{what}: the connection broke off ({type(error).__name__})") from None

    def _masked(self, answer: Answer) -> Answer:
        """Without the token, should the other side send it back; one that short is no secret, and is in every text."""
        if len(self._token) < SHORTEST_TOKEN:
            return answer
        headers = {name: value.replace(self._token, MASK) for name, value in answer.headers.items()}
        return replace(answer, headers=headers, content=answer.content.replace(self._token.encode(), MASK.encode()))

    def _take(self, response: httpx.Response, what: str) -> bytes:
        ends = time.monotonic() + self._longest_s
        taken = bytearray()
        for part in response.iter_bytes():
            taken += part
            if len(taken) > MOST_BYTES:
                raise Odd(f"{what}: answered more than {MOST_BYTES // 1024 // 1024} MiB")
            if time.monotonic() > ends:
                raise Unanswered(f"{what}: the answer did not end within {self._longest_s:g} s")
        return bytes(taken)


def _reason(error: Exception) -> str:
    return one_line(error) or type(error).__name__
