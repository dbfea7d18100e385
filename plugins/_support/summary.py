"""How many health runs the platform says there are (contract API-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Violation

from .reading import value_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq


async def runs_counted(hq: Hq) -> int | None:
    """``summary.totalChecks`` of GET /api/health, or None when it is not there: that is API-01's to judge."""
    try:
        body = (await hq.api.get("/api/health")).json()
    except Violation:
        return None
    total = value_of(value_of(body, "summary"), "totalChecks")
    return total if isinstance(total, int) else None
