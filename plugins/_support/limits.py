"""The limit on requests of one identity (contract 3.4, API-11, Q16)."""

from __future__ import annotations

import asyncio
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from .refusal_models import Refused

if TYPE_CHECKING:
    from vibehq_smoke.platform import Api, Reply

REQUESTS = 150
"""How many requests within a minute must meet the limit."""

BATCH = 25

WINDOW_S = 60.0

_PATH = "/api/health/checks"
_BODY = {"trigger_type": "smoke-invalid"}
"""Refused by itself, so that no request starts anything."""


async def first_refusal(api: Api) -> Reply | None:
    """Send requests until one is answered with 429, and return that one; None when the limit was never met.

    Raises AssertionError when one is answered with anything but 400 or 429, Violation when it is no refusal.
    """
    for _ in range(0, REQUESTS, BATCH):
        replies = await asyncio.gather(*(api.post(_PATH, json=_BODY) for _ in range(BATCH)))
        strange = sorted({reply.status for reply in replies} - {400, 429})
        assert not strange, (
            f"an invalid POST {_PATH} answers {', '.join(map(str, strange))}; expected 400, at the limit 429"
        )
        for reply in replies:
            reply.expect(Refused, status=(400, 429))
        limited = next((reply for reply in replies if reply.status == 429), None)
        if limited is not None:
            return limited
    return None


def says_when_to_come_back(reply: Reply) -> bool:
    """Whether the refusal tells the client how long to wait, or else how much is left."""
    wait = reply.headers.get("retry-after")
    if wait is not None:
        return wait.isdecimal() or _is_date(wait)
    names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
    return any(reply.headers.get(name) for name in names)


def _is_date(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return False
    return True
