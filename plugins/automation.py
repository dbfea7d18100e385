"""Automation: does what is scheduled happen, and do scans find and tell what they should? (contract 2.9)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import P1, P2, check

from ._support import scans
from ._support.api_models import PlainRefusal
from ._support.cron_effects import assert_run_started, assert_scanned
from ._support.cron_logs import assert_logged
from ._support.crons import Fired, fire_all
from ._support.needs import SIGNED_IN

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from ._support.scans import MadeScan


@check("AUT-01", component="cron", priority=P1, writes=True, needs=["d1-ops", "d1-health"], deadline=90)
async def scheduled_events_can_be_fired(hq: Hq) -> Fired:
    """The orchestrator's scheduled handler takes both of its expressions, and an unknown one starts no scan.

    When the daily one fails alone, it is seen whether a health run can be started at all, which it does.
    """
    return await fire_all(hq)


@check("AUT-02", component="cron", priority=P1, mode="ws", needs=["AUT-01", "API-06"])
async def scheduled_scans_have_their_scope_and_are_broadcast(hq: Hq, fired: Fired, made: MadeScan) -> None:
    """The daily event makes a full scan, the four-hourly one an incremental scan, and hub-ops tells both."""
    await assert_scanned(hq, fired, made)


@check("AUT-03", component="cron", priority=P1, writes=True, needs=["AUT-01", "HLT-02", *SIGNED_IN], deadline=90)
async def the_daily_event_starts_a_health_run(hq: Hq, fired: Fired) -> None:
    """Within a minute of the daily event there is a new health run with trigger cron."""
    await assert_run_started(hq, fired)


@check("AUT-04", component="cron", priority=P2, mode="operator", needs=["AUT-01"])
async def scheduled_events_are_logged(hq: Hq, fired: Fired) -> None:
    """Each scheduled event leaves a log line with its scan and its counts, or its scan a row in operation_logs."""
    await assert_logged(hq, fired)


@check("AUT-05", component="ops-scan", priority=P1, needs=["API-06", *SIGNED_IN])
async def a_scan_counts_what_it_scanned(hq: Hq, made: MadeScan) -> None:
    """The scan that was asked for by HTTP counts real logs and issues, and leaves its row in operation_logs.

    The scan is API-06's: a run asks for one only.
    """
    scans.assert_coherent(made.result)
    assert made.result.message, "the scan is answered without a message"
    if made.is_mock:
        hq.degraded("mock scan: it reports the constant 180 logs and 2 issues")
        return
    await scans.assert_counts(hq, made.result)


@check("AUT-06", component="ops-scan", priority=P1, mode="operator", needs=["d1-ops", "API-06"])
async def a_scan_is_stored_as_it_was_answered(hq: Hq, made: MadeScan) -> None:
    """The row of the scan in ops_scans is completed, and its findings are those of the answer."""
    await scans.assert_stored_as_answered(hq, made.result)


@check("AUT-07", component="hub-ops", priority=P2, mode="ws", needs=["API-06"])
async def subscribers_hear_of_scans(hq: Hq, made: MadeScan) -> None:
    """Who subscribed to /api/ops/broadcast hears within 5 s of the scan that was asked for by HTTP."""
    scans.assert_heard(made)


@check("AUT-08", component="ops-scan", priority=P2, needs=SIGNED_IN)
async def an_unknown_kind_of_scan_is_refused(hq: Hq) -> None:
    """POST /api/ops/scan refuses an unknown type with 400 and starts nothing."""
    refused = (await hq.api.post(scans.SCAN, json={"type": "smoke-invalid"})).expect(PlainRefusal, status=400)
    if "scan type" not in refused.error.lower():
        hq.note(f"an unknown type of scan is refused with {refused.error!r}, which does not name it")
