"""What the health API says while its database is broken (contract ERR-02)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked

from .fields import Name
from .health_models import Refusal
from .platform_status import PlatformStatus
from .reading import value_of
from .stored import stored_rows
from .switched import refuse_production, switched

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Reply

FAULT = "d1-health-down"
_SUMMARY = "/api/health"
_COUNT = "select count(*) as n from health_checks"
_LEAKS = (
    ("a stack trace", re.compile(r"Traceback \(most recent|File \\?\".+, line \d+|\bat [^\"]*?:\d+:\d+|\"stack\"\s*:")),
    (
        "an SQL statement",
        re.compile(r"\b(select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from)\s", re.IGNORECASE | re.DOTALL),
    ),
)


class _Failure(Refusal):
    """How the health API says that it failed (envelope E1)."""

    details: Name


async def assert_fails_decently(hq: Hq) -> None:
    """With DB_HEALTH broken the summary is an honest 500 that tells no secrets, and the platform itself stays up."""
    refuse_production(hq)
    before = await hq.api.get(_SUMMARY)
    if before.status >= 500:
        hq.note("DB_HEALTH is broken already, so nothing was switched")
        await _assert_decent(hq, before)
        return
    before.expect(status=200)
    async with switched(hq, FAULT):
        failure = await hq.api.get(_SUMMARY)
        untouched = failure.status == before.status
        if not untouched:
            await _assert_decent(hq, failure)
    after = await hq.api.get(_SUMMARY)
    assert after.status == before.status, (
        f"GET {_SUMMARY} answers {after.status} after DB_HEALTH came back, and answered {before.status} before"
    )
    after.expect(status=200)
    if untouched:
        if elsewhere := await _counted_elsewhere(hq, after):
            raise Blocked(f"{elsewhere}, so breaking DB_HEALTH says nothing", component="d1-health")
        failure.expect(_Failure, status=500)


async def _counted_elsewhere(hq: Hq, summary: Reply) -> str | None:
    """Whether the summary is not of DB_HEALTH at all, which HLT-10 judges."""
    total = value_of(value_of(summary.json(), "summary"), "totalChecks")
    rows = await stored_rows(hq, "DB_HEALTH", _COUNT)
    if not rows or rows[0]["n"] == total:
        return None
    return f"GET {_SUMMARY} counts {total} runs, but DB_HEALTH holds {rows[0]['n']}"


async def _assert_decent(hq: Hq, failure: Reply) -> None:
    status = await hq.bare.get("/api/status")
    failure.expect(_Failure, status=500)
    for what, pattern in _LEAKS:
        found = pattern.search(failure.text)
        assert found is None, (
            f"GET {_SUMMARY} tells strangers {what} when its database fails: {found and found[0][:80]!r}"
        )
    status.expect(PlatformStatus)
