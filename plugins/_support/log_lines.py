"""Structured log lines of the operator channel (contract 2.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from vibehq_smoke.platform import Hq

_MOST_PAGES = 20
"""Of a thousand lines or so each."""


async def log_lines(hq: Hq, since: int) -> list[dict[str, Any]]:
    """All lines after the line ``since`` that carry a number, oldest first. Raises Violation, Skipped."""
    return [line async for page in log_pages(hq, since) for line in page if isinstance(line.get("seq"), int)]


async def log_pages(hq: Hq, since: int) -> AsyncIterator[list[dict[str, Any]]]:
    """As ``log_lines``, page by page, for whoever has seen enough before the end. Raises Violation, Skipped."""
    for _ in range(_MOST_PAGES):
        page = await hq.operator.logs(since)
        yield page
        newest = max((line["seq"] for line in page if isinstance(line.get("seq"), int)), default=since)
        if newest == since:
            break
        since = newest
