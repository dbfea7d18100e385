"""A platform object on a test's server, in a line."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from vibehq_smoke.config import Target
from vibehq_smoke.models import CheckSpec, Mode, Priority
from vibehq_smoke.platform import Hq, Platform
from vibehq_smoke.redact import Redactor

SPEC = CheckSpec(
    id="TST-01", category="api", title="it works", component="health-api", priority=Priority.P1, mode=Mode.HTTP
)


def target(url: str, **fields: Any) -> Target:
    """A local target at ``url``; nested tables as dictionaries."""
    return Target.model_validate({"name": "here", "base_url": url, "environment": "local"} | fields)


async def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition()`` holds, for things that have no event to wait for."""
    while not condition():  # noqa: ASYNC110 - as the docstring says
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def platform(
    url: str, *, deadline_s: float = 5.0, transport: httpx.AsyncBaseTransport | None = None, **fields: Any
) -> AsyncIterator[Platform]:
    """A platform on the server at ``url``, closed at the end."""
    aim = target(url, **fields)
    opened = Platform(
        aim,
        run_id="42",
        started=time.monotonic(),
        redactor=Redactor(aim.secrets()),
        exchange_deadline_s=deadline_s,
        transport=transport,
    )
    try:
        yield opened
    finally:
        await opened.close()


@contextlib.asynccontextmanager
async def checking(
    url: str, *, deadline_s: float = 5.0, transport: httpx.AsyncBaseTransport | None = None, **fields: Any
) -> AsyncIterator[Hq]:
    """What a check on the server at ``url`` is given."""
    async with platform(url, deadline_s=deadline_s, transport=transport, **fields) as opened:
        yield opened.hq(SPEC)
