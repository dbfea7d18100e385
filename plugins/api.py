"""API: do the routes that everything else uses do what they promise? (contract 2.3)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import P0, P1, P2, check

from ._support import analytics, deliveries, doors, limits, patches, scans
from ._support.api_models import HealthOverview, PatchApplied, PatchRefused, PlainRefusal
from ._support.distinct import twice
from ._support.event_log import assert_filters, assert_pages
from ._support.needs import SIGNED_IN
from ._support.reading import value_of
from ._support.runs import is_stored

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from ._support.runs import StartedRun


@check("API-01", component="health-api", priority=P0, needs=["HLT-01", *SIGNED_IN, "d1-health"])
async def the_health_summary_counts_the_new_run(hq: Hq, run: StartedRun) -> None:
    """GET /api/health sums up all runs, and counts the one that was just started."""
    reply = await hq.api.get("/api/health")
    if _is_plan_dialect(reply.expect()):
        hq.degraded("GET /api/health: `status` instead of `ok` and `summary` (dialect)")
        return
    total = reply.expect(HealthOverview).summary.total_checks
    assert run.total_before is not None, "GET /api/health is right now, and was not before the run was started"
    wrong = f"totalChecks is {total} after a run was started, and was {run.total_before} before"
    assert total >= run.total_before, wrong
    if total == run.total_before:
        assert not await is_stored(hq, run), wrong
        hq.note("the run that was started is not stored (HLT-10 judges that), so that it could not be counted")


@check("API-02", component="analytics-api", priority=P1, needs=SIGNED_IN)
async def the_event_log_is_paged_and_filtered(hq: Hq) -> None:
    """GET /api/analytics/logs returns events within the limit asked for, and only those that match the filters."""
    await assert_filters(hq, await assert_pages(hq))


@check("API-03", component="analytics-api", priority=P1, needs=SIGNED_IN)
async def the_statistics_add_up(hq: Hq) -> None:
    """GET /api/analytics/stats returns rates that complement each other and counts that sum up to all events."""
    day, nothing = await hq.gather(
        analytics.sound_statistics(hq, "24h"),
        analytics.sound_statistics(hq, "90d", patchIds=f"{hq.tag}-none"),
    )
    quarter, _ = await hq.gather(analytics.sound_statistics(hq, "90d"), analytics.sound_statistics(hq, "90d", "status"))
    assert nothing.total_events == 0, f"{nothing.total_events} events of a patch that nobody has"
    assert nothing.top_patch_ids == [], f"events of {nothing.top_patch_ids[0].patch_id!r} where nobody's were asked for"
    assert day.total_events <= quarter.total_events, (
        f"{day.total_events} events in the last day, but only {quarter.total_events} in the last 90 days"
    )


@check("API-04", component="analytics-api", priority=P2, needs=SIGNED_IN)
async def the_trends_follow_from_their_points(hq: Hq) -> None:
    """GET /api/analytics/trends wants a metric, and sums its points up correctly."""
    (await hq.api.get(analytics.TRENDS)).expect(PlainRefusal, status=400)
    trends = await hq.gather(*(analytics.trend(hq, metric) for metric in analytics.METRICS))
    for found in trends:
        analytics.assert_points(found)
        analytics.assert_summary_of_points(found)
        analytics.assert_within(found, 0, 100 if found.metric.endswith("_rate") else float("inf"))


@check("API-05", component="patch-api", priority=P1, writes=True, needs=[*SIGNED_IN, "rpc-gateway"])
async def a_dry_run_of_a_patch_is_validated_and_recorded(hq: Hq) -> None:
    """POST /api/patches/apply accepts a valid batch as a dry run, records its events, and refuses an invalid batch."""
    patch_id = hq.tag
    reply = await hq.api.post(
        patches.APPLY, json=patches.dry_run(patch_id, {"op": "test", "path": "/smoke", "value": 1})
    )
    applied = reply.expect(PatchApplied)
    hq.created("patch events", patch_id, database="DB_OPS", table="patch_events", where="patch_id")
    patches.assert_applied(applied, patch_id)
    invalid = await hq.api.post(patches.APPLY, json=patches.dry_run(patch_id, {"op": "frobnicate", "path": "/smoke"}))
    refused = invalid.expect(PatchRefused, status=400)
    assert refused.errors, "an invalid batch is refused without saying why"
    doubles = twice(refused.errors)
    assert not doubles, f"a batch with one invalid operation is refused twice for {doubles[0]}"
    await patches.assert_events_stored(hq, applied)


@check("API-06", component="ops-scan", priority=P1, writes=True, needs=SIGNED_IN)
async def a_scan_reads_the_logs_and_is_recorded(hq: Hq) -> scans.MadeScan:
    """POST /api/ops/scan scans the logs since the last scan and stores what it answers; GET is no way to scan."""
    made = await scans.scan_and_listen(hq)
    scans.assert_coherent(made.result)
    await scans.assert_stored(hq, made.result, scans.scan_number(made.result))
    if made.is_mock:
        hq.degraded("mock scan: it reports the constant 180 logs and 2 issues")
    await scans.assert_get_scans_nothing(hq)
    return made


@check("API-07", component="delivery-api", priority=P1, writes=True, needs=SIGNED_IN)
async def a_delivery_report_is_kept_and_retried(hq: Hq) -> None:
    """POST /api/delivery-reports keeps a report that can be read, listed and retried, and refuses an empty body."""
    path = await deliveries.find_route(hq)
    created = await deliveries.create(hq, path)
    await deliveries.assert_stored(hq, created)
    await deliveries.assert_reads_back(hq, path, created)
    await deliveries.assert_retries(hq, path, created)


@check("API-08", component="auth", priority=P0, needs=SIGNED_IN)
async def protected_routes_want_a_session(hq: Hq) -> None:
    """Each protected route answers 401 to who has no credential, while a session opens them."""
    await doors.session_opens(hq)
    holes = await doors.unprotected(hq)
    assert not holes, f"{len(holes)} protected route(s) without protection\n" + "\n".join(holes)


@check("API-09", component="auth", priority=P1, needs=SIGNED_IN, deadline=75)
async def callbacks_are_exempt_from_csrf(hq: Hq) -> None:
    """POST /health-check/result and <worker>/health-check/execute need no CSRF pair, while other writes do."""
    await doors.csrf_is_enforced(hq)
    await doors.callbacks_need_no_pair(hq)


@check("API-10", component="auth", priority=P1, needs=["orchestrator"], deadline=75)
async def callbacks_want_the_service_credential(hq: Hq) -> None:
    """Workers and the orchestrator take callbacks with the service credential, and from nobody else."""
    await doors.accepts_our_credential(hq)
    if not hq.service_headers():
        hq.degraded("callbacks are unauthenticated: no service credential is declared")
        return
    wrong = doors.wrong_headers(hq)
    strangers = [("without the service credential", dict[str, str]()), ("with a wrong service credential", wrong)]
    for who, headers in strangers:
        holes = await doors.strangers(hq, headers, who)
        assert not holes, f"{len(holes)} route(s) that do not refuse callbacks {who}\n" + "\n".join(holes)


@check("API-11", component="auth", priority=P1, exclusive="last", needs=["do-rate-limit", *SIGNED_IN], deadline=60)
async def too_many_requests_are_refused(hq: Hq) -> None:
    """Many identical requests within a minute meet a 429 that says when to come back."""
    refusal = await limits.first_refusal(await hq.fresh_session())
    if refusal is None:
        hq.degraded(f"{limits.REQUESTS} requests within a minute met no limit")
        return
    assert limits.says_when_to_come_back(refusal), "a 429 without a Retry-After or X-RateLimit-* header that says when"


def _is_plan_dialect(body: object) -> bool:
    return isinstance(value_of(body, "status"), str) and value_of(body, "summary") is None
