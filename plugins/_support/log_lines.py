"""Structured log lines of the operator channel (contract 2.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

_MOST_PAGES = 20
"""Of a thousand lines or so each."""


async def log_lines(hq: Hq, since: int) -> list[dict[str, Any]]:
    """All lines after the line ``since`` that carry a number, oldest first. Raises Violation, Skipped."""
    found: list[dict[str, Any]] = []
    for _ in range(_MOST_PAGES):
        page = [line for line in await hq.operator.logs(since) if isinstance(line.get("seq"), int)]
        found += page
        newest = max((line["seq"] for line in page), default=since)
        if newest == since:
            break
        since = newest
    return found
