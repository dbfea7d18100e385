"""Edge: is the platform sound where the world meets it? Beyond the contract's checklist; docs/edge.md says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import P1, P2, check

from ._support.browser_rules import judge_headers
from ._support.certificates import assert_certificates
from ._support.clocks import assert_clocks_agree
from ._support.foreign_origins import refuse_foreign_origins
from ._support.host_names import assert_names_resolve
from ._support.latencies import assert_within_budget
from ._support.leaks import assert_nothing_leaks
from ._support.needs import SIGNED_IN

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq


@check("EDGE-01", component="orchestrator", priority=P1)
async def certificates_are_valid_for_weeks(hq: Hq) -> None:
    """Every https address shows a trusted certificate for its name, good for 21 days more; production has no other."""
    await assert_certificates(hq)


@check("EDGE-02", component="orchestrator", priority=P1)
async def every_name_resolves(hq: Hq) -> None:
    """Every host name that the target is configured with resolves, at each of three times of asking."""
    await assert_names_resolve(hq)


@check("EDGE-03", component="orchestrator", priority=P2, needs=["orchestrator"])
async def browsers_are_told_what_they_must_not_do(hq: Hq) -> None:
    """Pages and API answers forbid guessing of types and foreign frames, over https also plain http; no version."""
    await judge_headers(hq)


@check("EDGE-04", component="auth", priority=P1, needs=SIGNED_IN)
async def no_foreign_page_acts_for_who_is_signed_in(hq: Hq) -> None:
    """No foreign Origin is allowed together with credentials, in a simple answer or in one to a preflight."""
    await refuse_foreign_origins(hq)


@check("EDGE-05", component="orchestrator", priority=P1, needs=SIGNED_IN)
async def errors_tell_nothing_of_the_insides(hq: Hq) -> None:
    """Errors of the orchestrator and of workers carry no stack trace, path of sources, SQL statement or secret."""
    await assert_nothing_leaks(hq)


@check("EDGE-06", component="orchestrator", priority=P2, needs=["orchestrator"])
async def all_clocks_tell_the_same_time(hq: Hq) -> None:
    """Date headers and timestamps of orchestrator and workers are of now: 2 s off is a drift, 30 s is wrong."""
    await assert_clocks_agree(hq)


@check("EDGE-07", component="orchestrator", priority=P2, exclusive=True, needs=[*SIGNED_IN, "d1-health"], deadline=60)
async def reads_come_within_their_budget(hq: Hq) -> None:
    """What is read often comes within the suite's latency budget for this check, else 750 ms (p50), 2.5 s (p95)."""
    await assert_within_budget(hq)
