"""A caller of the HTTP API: an account, its session, and the CSRF pair carried by hand (contract 3.2)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

PASSWORD = "Sm0ke!contract-Pa55"


def json_of(answer: httpx.Response, *statuses: int) -> Any:
    """The JSON body of an answer that has one of the statuses; HTML on an API path is no answer (R1)."""
    request = f"{answer.request.method} {answer.request.url}"
    kind = answer.headers.get("content-type", "")
    said = f"{request}: {answer.status_code} {kind}: {answer.text[:300]}"
    assert kind.startswith("application/json"), said
    assert answer.status_code in statuses, said
    return answer.json()


def csrf_headers(http: httpx.Client) -> dict[str, str]:
    """A fresh CSRF pair as request headers: the cookie is ``Secure``, so no jar would send it over plain http."""
    answer = http.get("/api/auth/csrf-token")
    token = json_of(answer, 200)["data"]["token"]
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("csrf-token="))
    return {"Cookie": cookie.partition(";")[0], "X-CSRF-Token": token}


@dataclass(frozen=True)
class Caller:
    """Requests with a credential (headers) and, for writes, with the CSRF pair.

    ``credential`` may be empty: then the caller is a stranger who still holds a valid pair.
    """

    http: httpx.Client
    credential: Mapping[str, str] = field(default_factory=dict)
    csrf: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, **params: str | int | float) -> httpx.Response:
        """GET with the credential; never a CSRF pair (R7)."""
        return self.http.get(path, params=params or None, headers=dict(self.credential))

    def send(self, method: str, path: str, body: object = None, *, content: bytes | None = None) -> httpx.Response:
        """A state-changing call with credential and pair; ``content`` sends raw bytes as JSON instead of ``body``."""
        headers = {**self.credential, **self.csrf}
        if content is None:
            return self.http.request(method, path, json=body, headers=headers)
        return self.http.request(method, path, content=content, headers={**headers, "Content-Type": "application/json"})

    def post(self, path: str, body: object = None) -> httpx.Response:
        """POST with credential and pair."""
        return self.send("POST", path, body)

    def read(self, path: str, **params: str | int | float) -> Any:
        """The JSON of a GET that must answer 200."""
        return json_of(self.get(path, **params), 200)

    def write(self, path: str, body: object = None, *statuses: int) -> Any:
        """The JSON of a POST that must answer 200, or one of the statuses."""
        return json_of(self.post(path, body), *(statuses or (200,)))


def stranger(http: httpx.Client) -> Caller:
    """A caller without any credential who holds a valid CSRF pair."""
    return Caller(http, {}, csrf_headers(http))


def fresh_email() -> str:
    """An address that no other test uses."""
    return f"smoke-{secrets.token_hex(6)}@vibehq.test"


def registered(http: httpx.Client, email: str | None = None) -> Caller:
    """A caller with an account of its own, so that its rate limit and sessions are its own too (3.1)."""
    pair = csrf_headers(http)
    body = {"email": email or fresh_email(), "password": PASSWORD, "name": "Contract"}
    answer = http.post("/api/auth/register", json=body, headers=pair)
    session = json_of(answer, 200, 201)["data"]["sessionId"]
    return Caller(http, {"Authorization": f"Bearer {session}"}, csrf_headers(http))
