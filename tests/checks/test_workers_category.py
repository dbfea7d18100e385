"""The checks of the category workers: seen passing, seen failing for the right reason, seen blocked, seen skipped."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome

from .impatience import impatience
from .running import run_checks
from .switching import count, fault, rows
from .test_healthy import without_operator

pytestmark = pytest.mark.faults

ALL = [f"WRK-{number:02}" for number in range(1, 12)]
ITEMS = [*(id_ for id_ in ALL if id_ != "WRK-03"), "WRK-03[ui-factory]"]
"""WRK-03 is made for each worker."""

RED: tuple[tuple[str, str, str, str], ...] = (
    ("dispatch-unbound", "WRK-01", "orchestrator", "but its row failed: Connection failed: Service binding"),
    ("worker-stays-pending", "WRK-02", "health-protocol", "never marked as running: it has no started_at"),
    ("execute-wrong-uuid", "WRK-03[ui-factory]", "ui-factory", "ui-factory was given check"),
    ("run-never-completes", "WRK-04", "orchestrator", "all of whose workers are through, to end: not within"),
    ("run-score-wrong", "WRK-04", "orchestrator", "but the mean of the workers' scores is"),
    ("result-not-stored", "WRK-04", "orchestrator", "acknowledges and reports, but not into its row"),
    ("worker-cut-off", "WRK-05", "agent-factory", "agent-factory cannot call the orchestrator"),
    ("rpc-logging-fails", "WRK-05", "rpc-gateway", "agent-factory and data-factory and services-factory"),
    ("database-probe-fails", "WRK-06", "rpc-gateway", "reports database_connectivity false"),
    ("operation-log-lost", "WRK-07", "rpc-gateway", "left no line in operation_logs; it says that it went through"),
    ("specialist-log-lost", "WRK-07", "specialist-log", "was logged, but 0 read back"),
    ("delivery-no-retry", "WRK-08", "health-protocol", "delivered its result 1 time(s), expected 3"),
    ("delivery-retry-gaps-wrong", "WRK-08", "health-protocol", "s before delivery 2, expected about 1 s"),
    ("execute-double-callback", "WRK-08", "health-protocol", "delivered its result 4 times, expected 3 and silence"),
    ("execute-no-callback", "WRK-08", "health-protocol", "delivered its result 0 time(s), expected 3"),
    ("test-record-lost", "WRK-09", "orchestrator", "/latest: expected 200, got 404"),
    ("d1-health-read-only", "WRK-09", "orchestrator", "expected 200 or 201, got 500"),
    ("wrangler-service-name-wrong", "WRK-10", "orchestrator", "CONFLICT_SPECIALIST is 'conflict-specialist' instead"),
    ("D-19", "WRK-11[ws-patch-hub]", "ws-patch-hub", "/ws: the handshake was answered with status 200 instead of 101"),
    ("D-31", "WRK-11[hub-health]", "hub-health", "/api/health/broadcast: the handshake was answered with status"),
    ("D-31", "WRK-11[hub-ops]", "hub-ops", "/api/ops/broadcast: the handshake was answered with status 500"),
    ("hub-health-silent", "WRK-11[hub-health]", "hub-health", "/api/health/broadcast: no greeting within"),
    ("hub-ops-garbage", "WRK-11[hub-ops]", "hub-ops", "/api/ops/broadcast: a frame is no JSON object"),
)

BLOCKED: tuple[tuple[str, str, str], ...] = (
    ("ops-conflict-specialist-down", "WRK-01 WRK-02 WRK-04 WRK-06", "conflict-specialist"),
    ("agent-factory-down", "WRK-03[agent-factory] WRK-05 WRK-07 WRK-08", "agent-factory"),
    ("agent-factory-html", "WRK-03[agent-factory] WRK-07 WRK-08", "agent-factory"),
    ("D-08", "WRK-01 WRK-02 WRK-03[ui-factory] WRK-04 WRK-05 WRK-06 WRK-07 WRK-08", "health-protocol"),
    ("d1-ops-down", "WRK-01 WRK-02 WRK-04 WRK-05 WRK-06 WRK-07 WRK-09 WRK-11[hub-ops]", "d1-ops"),
    ("d1-health-down", "WRK-01 WRK-02 WRK-04 WRK-06 WRK-09", "d1-health"),
    ("auth-500", "WRK-01 WRK-04 WRK-09 WRK-11[hub-ops]", "auth"),
    ("orchestrator-html", " ".join(id_ for id_ in ITEMS if id_ != "WRK-10"), "orchestrator"),
    ("worker-rows-missing", "WRK-01 WRK-02 WRK-04 WRK-06", "d1-health"),
    ("create-starts-all-workers", "WRK-01 WRK-02 WRK-04 WRK-06", "health-api"),
    ("dispatch-unbound", "WRK-02 WRK-06", "orchestrator"),
    ("execute-no-callback", "WRK-04 WRK-06", "health-protocol"),
    ("result-not-stored", "WRK-06", "orchestrator"),
    ("quick-inconsistent", "WRK-05", "health-protocol"),
)


@pytest.fixture
def impatient(host: Host) -> Iterator[None]:
    """What a fault keeps from coming is waited for two seconds."""
    with impatience(2.0):
        yield


def test_all_pass_and_what_they_write_is_bounded_and_in_the_ledger(host: Host, healthy: Target) -> None:
    tables = {"DB_HEALTH": ("health_checks", "worker_health_checks"), "DB_OPS": ("patch_events", "delivery_reports")}
    before = [count(healthy, database, names) for database, names in tables.items()]
    seen = run_checks(host, healthy, ITEMS)
    after = [count(healthy, database, names) for database, names in tables.items()]

    assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}
    # the run of HLT-01 and the test record
    assert after[0] == {table: rows + 2 for table, rows in before[0].items()}
    assert after[1] == before[1]
    ours = [created for created in seen.created if created.check.startswith("WRK")]
    assert sorted(created.kind for created in ours) == ["specialist log", "test record", "test rows"]
    for created in ours:
        assert created.cleanup_sql is not None
        assert created.database is not None
        condition = created.cleanup_sql.removeprefix("DELETE FROM ").removesuffix(";")
        assert len(rows(healthy, created.database, f"select 1 from {condition}")) == 1, created  # noqa: S608 - the ledger's own


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("id_", "check", "accused", "reason"), RED, ids=[f"{row[0]}-{row[1]}" for row in RED])
def test_a_fault_turns_its_check_red(
    host: Host, healthy: Target, id_: str, check: str, accused: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert seen.results[check].component == accused
    assert reason in seen.reason(check)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("id_", "checks", "cause"), BLOCKED, ids=[row[0] for row in BLOCKED])
def test_a_broken_need_blocks_and_is_named(host: Host, healthy: Target, id_: str, checks: str, cause: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    results = seen.of(checks.split())
    assert {(result.outcome, result.root_cause) for result in results} == {(Outcome.BLOCKED, cause)}, seen.not_passed()


def test_a_dead_worker_blocks_its_own_item_only(host: Host, healthy: Target) -> None:
    with fault(healthy, "data-factory-down"):
        seen = run_checks(host, healthy, ["WRK-03[data-factory]", "WRK-03[ui-factory]", "WRK-01", "WRK-07"])

    assert seen.not_passed() == {"WRK-03[data-factory]": "blocked"}


def test_without_an_operator_channel_the_log_is_judged_over_http(host: Host, healthy: Target) -> None:
    seen = run_checks(host, without_operator(healthy), ["WRK-02", "WRK-06", "WRK-07", "WRK-09"])

    assert seen.not_passed() == {}
    assert any("judged over HTTP only" in note for note in seen.results["WRK-07"].notes)


def test_without_an_operator_channel_a_lost_record_still_shows(host: Host, healthy: Target) -> None:
    with fault(healthy, "test-record-lost", "specialist-log-lost"):
        seen = run_checks(host, without_operator(healthy), ["WRK-07", "WRK-09"])

    assert seen.not_passed() == {"WRK-07": "failed", "WRK-09": "failed"}


def test_missing_access_is_skipped_with_what_to_set(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vibehq_smoke.platform.hq.Hq._is_here", lambda _: False)
    target = healthy.model_copy(update={"allow_writes": False, "source": None})

    seen = run_checks(host, target, ["WRK-03[ui-factory]", "WRK-07", "WRK-08", "WRK-09", "WRK-10", "WRK-11[hub-ops]"])

    assert seen.created == ()
    assert seen.not_passed() == dict.fromkeys(("WRK-07", "WRK-08", "WRK-09", "WRK-10"), "skipped")
    assert "set source" in seen.reason("WRK-10")
    assert "set callback_host" in seen.reason("WRK-08")
    assert "it writes, and lab is read-only" in seen.reason("WRK-07")
    assert any("set callback_host" in note for note in seen.results["WRK-03[ui-factory]"].notes)


def test_a_target_without_workers_skips_what_needs_one(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy.model_copy(update={"workers": {}}), ["WRK-01", "WRK-07", "WRK-08", "WRK-09"])

    assert seen.not_passed() == dict.fromkeys(("WRK-01", "WRK-07", "WRK-08"), "skipped")
    assert "[targets.lab.workers]" in seen.reason("WRK-08")


def test_a_wrangler_file_that_nobody_can_read_blocks(host: Host, healthy: Target, tmp_path: Path) -> None:
    assert healthy.source is not None
    for broken, outcome in (
        ("orchestrator/wrangler.jsonc", Outcome.BLOCKED),
        ("factories/data-factory/wrangler.jsonc", Outcome.PASSED),
    ):
        checkout = tmp_path / broken.replace("/", "-")
        shutil.copytree(healthy.source, checkout)
        (checkout / broken).write_text("{ no JSONC")

        seen = run_checks(host, healthy.model_copy(update={"source": checkout}), ["WRK-10"])

        assert seen.outcome("WRK-10") is outcome, seen.reason("WRK-10")
    assert seen.outcome("WRK-10") is Outcome.PASSED
