"""Each check is seen to fail: a fault that it is responsible for turns it red, and it says why."""

import pytest

from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome

from .running import run_checks
from .switching import fault

pytestmark = pytest.mark.faults

RED: tuple[tuple[str, str, str], ...] = (
    ("create-starts-all-workers", "HLT-01", "the run is over 11 worker(s), but worker_filters named 1"),
    ("D-11", "HLT-02", "was started, but is not among the newest 20 runs"),
    ("runs-not-stored", "HLT-02", "was started, but is not among the newest 20 runs"),
    ("runs-not-stored", "HLT-03", "expected 200, got 404"),
    ("D-12", "HLT-03", "expected 200, got 400"),
    ("status-wrong-run", "HLT-03", ", but the answer is about "),
    ("workers-count-wrong", "HLT-04", "count is 12, but 11 are listed"),
    ("workers-empty", "HLT-04", "the list of workers is empty"),
    ("latest-never-updated", "HLT-05", "was just recorded"),
    ("latest-404", "HLT-05", "expected 200, got 404"),
    ("execute-no-callback", "HLT-06", "it was waiting for"),
    ("execute-slow-ack", "HLT-06", "ms to acknowledge"),
    ("D-08", "HLT-07", "expected 200, got 404"),
    ("quick-inconsistent", "HLT-08", "status is 'healthy' while orchestrator_connectivity is False"),
    ("result-not-stored", "HLT-09", "to show the result that was accepted for it"),
    ("result-accepts-unknown", "HLT-09", "anybody can forge results"),
    ("result-accepts-malformed", "HLT-09", "expected 400, got 200"),
    ("result-accepts-malformed", "API-09", "expected 400, got 200"),
    ("runs-not-stored", "HLT-10", "0 times instead of once"),
    ("run-in-wrong-database", "HLT-10", "stands in DB_OPS instead of DB_HEALTH"),
    ("run-in-wrong-database", "HLT-11", "DB_HEALTH holds rows of no worker"),
    ("worker-rows-missing", "HLT-11", "1 worker(s) in the run, but 0 row(s)"),
    ("health-ops-no-profiles", "HLT-12", "there is no enabled test profile"),
    ("health-ops-throws", "HLT-12", "HealthOps"),
    ("health-ops-throws", "HLT-13", "HealthOps"),
    ("summary-inconsistent", "HLT-13", "more than the total of"),
    ("summary-missing", "HLT-13", "there is no health summary at all"),
    ("source-any", "HLT-14", "HealthOps.ts"),
    ("health-summary-frozen", "API-01", "after a run was started, and was"),
    ("health-summary-wrong-shape", "API-01", "`summary.totalChecks` is missing"),
    ("D-13", "API-02", "expected 200, got 500"),
    ("D-13", "API-03", "expected 200, got 500"),
    ("D-13", "API-04", "expected 400, got 500"),
    ("analytics-ignores-filter", "API-02", "the filter patchId lets through events of"),
    ("analytics-limit-ignored", "API-02", "events on a page with limit"),
    ("stats-inconsistent", "API-03", "do not make 100 together"),
    ("stats-sum-wrong", "API-03", "breakdown.eventType makes"),
    ("trends-metric-optional", "API-04", "expected 400, got 200"),
    ("trends-empty", "API-04", "has no data points"),
    ("trends-average-wrong", "API-04", "summary.average of events is"),
    ("D-15", "API-05", "expected 200, got 400"),
    ("patch-apply-accepts-invalid", "API-05", "expected 400, got 200"),
    ("patch-apply-no-events", "API-05", "event(s) returned, expected 2 or more"),
    ("scan-get-html", "API-06", "an HTML page instead of JSON"),
    ("scan-not-stored", "API-06", "DB_OPS holds no such scan"),
    ("D-16", "API-07", "GET /api/delivery-reports?limit=1: expected 200, got 500"),
    ("delivery-not-stored", "API-07", "delivery report"),
    ("delivery-retry-stuck", "API-07", "attempts instead of 1"),
    ("D-10", "API-08", "11 protected route(s) without protection"),
    ("csrf-off", "API-09", "CSRF protection is off"),
    ("csrf-on-health-check", "API-09", "expected 400, got 403 (the CSRF pair was refused)"),
    ("service-auth-off", "API-10", "let in without the service credential"),
    ("service-auth-any-token", "API-10", "let in with a wrong service credential"),
    ("rate-limit-500", "API-11", "answers 500; expected 400, at the limit 429"),
)

DRIFTING: tuple[tuple[str, str, str], ...] = (
    ("list-bare-array", "HLT-02", "found at the top level, expected at `history.health_checks` (dialect)"),
    ("execute-double-callback", "HLT-06", "delivered its result 2 times instead of once"),
    ("uptime-epoch", "HLT-07", "a time of day instead of a duration"),
    ("scan-mock", "API-06", "mock scan"),
    ("delivery-plan-path", "API-07", "delivery reports live under /api/ops/delivery-reports"),
    ("D-17", "API-11", "150 requests within a minute met no limit"),
)

BLOCKED: tuple[tuple[str, str, str, str], ...] = (
    ("d1-ops-down", "HLT-01 HLT-04 HLT-09 API-01 API-02 API-05 API-07 API-08 API-11", "d1-ops", "d1-ops is broken"),
    ("d1-health-down", "HLT-01 HLT-02 HLT-09 HLT-10 HLT-12 HLT-13 API-01", "d1-health", "d1-health is broken"),
    ("orchestrator-500", "HLT-01 HLT-06 HLT-08 HLT-12 API-01 API-09 API-10", "orchestrator", "orchestrator is broken"),
    ("orchestrator-html", "HLT-01 HLT-07 HLT-13 API-04 API-11", "orchestrator", "HTML page instead of JSON"),
    ("D-09", "HLT-01 HLT-06 API-06", "orchestrator", "expected 200, got 500"),
    ("agent-factory-down", "HLT-06 HLT-07 HLT-08", "agent-factory", "agent-factory does not answer"),
    ("ops-conflict-specialist-down", "HLT-06 HLT-07", "conflict-specialist", "ops-conflict-specialist does not answer"),
    ("D-12", "HLT-09 HLT-10 HLT-11 HLT-05", "health-api", "expected 200, got 400"),
    ("worker-rows-missing", "HLT-09 HLT-05", "d1-health", "shows no worker rows"),
    ("csrf-on-health-check", "HLT-09 HLT-05", "auth", "for want of a CSRF pair"),
)


@pytest.mark.usefixtures("tsc")
@pytest.mark.parametrize(("id_", "check", "reason"), RED, ids=[f"{row[0]}-{row[1]}" for row in RED])
def test_a_fault_turns_its_check_red(host: Host, healthy: Target, id_: str, check: str, reason: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)


@pytest.mark.parametrize(("id_", "check", "reason"), DRIFTING, ids=[f"{row[0]}-{row[1]}" for row in DRIFTING])
def test_a_drift_degrades_its_check(host: Host, healthy: Target, id_: str, check: str, reason: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.DEGRADED, seen.reason(check)
    assert reason in seen.reason(check)


@pytest.mark.parametrize(("id_", "checks", "cause", "reason"), BLOCKED, ids=[row[0] for row in BLOCKED])
def test_a_broken_need_blocks_and_is_named(
    host: Host, healthy: Target, id_: str, checks: str, cause: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    seen.assert_blocked(checks.split(), cause, reason)
