"""Looking into the databases, where that is possible: the stronger form of a check (contract 2.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vibehq_smoke import Skipped
from vibehq_smoke.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vibehq_smoke.platform import Hq


async def stored_rows(hq: Hq, database: str, select: str, params: Sequence[object] = ()) -> list[dict[str, Any]] | None:
    """Rows of ``select``; None, with a note, when there is no operator channel or it does not answer.

    A channel that is silent says nothing about the platform: what a dead database does, the check sees over HTTP.
    Raises Violation when the channel refuses the query.
    """
    if not hq.has_operator:
        hq.note(f"judged over HTTP only: there is no operator channel to look into {database}")
        return None
    try:
        return await hq.operator.sql(database, select, params)
    except (Skipped, Unreachable) as reason:
        hq.note(f"judged over HTTP only: {reason}")
        return None
