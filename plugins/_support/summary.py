"""How many health runs the platform says there are (contract API-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Violation

from .api_models import HealthOverview

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq


async def runs_counted(hq: Hq) -> int | None:
    """``summary.totalChecks`` of GET /api/health, or None when that is not as it should be: API-01 judges it."""
    try:
        return (await hq.api.get("/api/health")).expect(HealthOverview).summary.total_checks
    except Violation:
        return None
