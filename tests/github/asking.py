"""A plain way to ask the double something, by either of its doors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from .double import TOKEN, Double

REPO = "/repos/acme/hq"
ISSUES = f"{REPO}/issues"


@contextmanager
def asking(github: Double, *, token: str | None = TOKEN, door: str = "socket") -> Iterator[httpx.Client]:
    """A client with the token; ``door`` is "socket" or "inside"."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    # Without certificates, which take longer to read than all requests of a test.
    transport = github.transport() if door == "inside" else httpx.HTTPTransport(verify=False)
    with httpx.Client(base_url=github.url, headers=headers, transport=transport, timeout=5) as client:
        yield client


def numbers(reply: httpx.Response) -> list[int]:
    """Of the issues in a list."""
    assert reply.status_code == 200, reply.text
    return [one["number"] for one in reply.json()]
