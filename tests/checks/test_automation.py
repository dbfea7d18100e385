"""The checks of automation: all pass on a healthy platform, and each is seen to fail for the right reason."""

from collections.abc import Iterator

import pytest
from plugins._support.cron_effects import in_order

from vibehq_smoke import Skipped
from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome
from vibehq_smoke.platform.operator import Operator

from .impatience import impatience
from .loaded import loaded
from .running import run_checks
from .switching import count, fault, rows
from .test_healthy import without_operator

pytestmark = pytest.mark.faults

CHECKS = [f"AUT-{number:02}" for number in range(1, 9)]

RED: tuple[tuple[str, str, str, str], ...] = (
    ("D-20", "AUT-01", "cron", "'0 2 * * *': /cdn-cgi/handler/scheduled answers 500 'exception'"),
    ("cron-runs-unknown", "AUT-01", "cron", "'59 23 31 12 *', which is not scheduled, starts a scan"),
    ("cron-not-firing", "AUT-02", "cron", "were fired and ended well, but no scan was stored"),
    ("cron-wrong-scope", "AUT-02", "cron", "made scans of type full, then incremental instead of"),
    ("scan-no-broadcast", "AUT-02", "hub-ops", "/api/ops/broadcast told of nothing when '0 */4 * * *' and"),
    ("hub-ops-closing", "AUT-02", "hub-ops", "hub-ops greeted and was lost"),
    ("D-21", "AUT-03", "cron", "a health run with trigger cron after '0 2 * * *': not within 1 s"),
    ("cron-no-log", "AUT-04", "cron", "left neither a log line nor a row in operation_logs"),
    ("scan-findings-differ", "AUT-06", "ops-scan", "differ from those that were answered"),
    ("scan-no-broadcast", "AUT-07", "hub-ops", "heard no scan-result of scan-"),
    ("scan-accepts-invalid-type", "AUT-08", "ops-scan", "POST /api/ops/scan: expected 400, got 200"),
)

BLOCKED: tuple[tuple[str, str, str, str], ...] = (
    ("d1-ops-down", " ".join(CHECKS), "d1-ops", "d1-ops is broken"),
    ("d1-health-down", "AUT-01 AUT-02 AUT-03 AUT-04", "d1-health", "d1-health is broken"),
    ("d1-health-read-only", "AUT-01", "health-api", "starts a health run, and none can be started"),
    ("d1-health-read-only", "AUT-02 AUT-03 AUT-04", "health-api", "needs AUT-01, which is blocked"),
    ("D-20", "AUT-02 AUT-03 AUT-04", "cron", "needs AUT-01, which failed"),
    ("D-11", "AUT-03", "health-api", "needs HLT-02, which failed"),
    ("scan-not-stored", "AUT-02 AUT-05 AUT-06 AUT-07", "ops-scan", "needs API-06, which failed"),
    ("hub-ops-silent", "AUT-02 AUT-07", "hub-ops", "/api/ops/broadcast: no greeting within 1 s"),
    ("hub-ops-garbage", "AUT-02 AUT-07", "hub-ops", "a frame is no JSON object"),
    ("D-31", "AUT-02 AUT-07", "hub-ops", "the handshake was answered with status 500 instead of 101"),
    ("auth-500", "AUT-03 AUT-05 AUT-08", "auth", "auth is broken"),
)


@pytest.fixture(autouse=True)
def impatient(host: Host) -> Iterator[None]:
    """What does not come is waited for a second: a run not a minute, a frame of a hub not five seconds."""
    with impatience(1.0):
        yield


def test_all_pass_and_pass_again(host: Host, healthy: Target) -> None:
    for _ in range(2):
        seen = run_checks(host, healthy, CHECKS)

        assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}


def test_what_a_run_writes_is_in_the_ledger(host: Host, healthy: Target) -> None:
    before = count(healthy, "DB_OPS", ["ops_scans"]) | count(healthy, "DB_HEALTH", ["health_checks"])
    seen = run_checks(host, healthy, CHECKS)
    after = count(healthy, "DB_OPS", ["ops_scans"]) | count(healthy, "DB_HEALTH", ["health_checks"])

    # One scan by HTTP and one for each of two events; HLT-01's run and the one that the daily event starts.
    assert {table: after[table] - before[table] for table in after} == {"ops_scans": 3, "health_checks": 2}
    scans = {created.id for created in seen.created if created.kind == "scan"}
    newest = rows(healthy, "DB_OPS", "select id from ops_scans order by id desc limit 3")
    assert scans == {f"scan-{row['id']}" for row in newest}
    assert sum(created.kind == "health run" for created in seen.created) == 2


def test_from_outside_all_pass_but_those_that_look_inside(host: Host, healthy: Target) -> None:
    seen = run_checks(host, without_operator(healthy), CHECKS)

    assert seen.not_passed() == {"AUT-04": "skipped", "AUT-06": "skipped"}
    assert "no operator channel" in seen.reason("AUT-04")


@pytest.mark.parametrize(
    ("id_", "component", "reason"),
    [
        ("cron-not-firing", "cron", "/api/ops/broadcast told of nothing when"),
        ("cron-wrong-scope", "cron", "told of full, then incremental when"),
        ("scan-no-broadcast", "hub-ops", "nor of the scan by HTTP"),
    ],
)
def test_from_outside_what_is_heard_decides(host: Host, healthy: Target, id_: str, component: str, reason: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, without_operator(healthy), ["AUT-02"])

    assert seen.outcome("AUT-02") is Outcome.FAILED
    assert seen.results["AUT-02"].component == component
    assert reason in seen.reason("AUT-02")


def test_where_nobody_can_fire_the_events_are_skipped(host: Host, healthy: Target) -> None:
    target = without_operator(healthy).model_copy(update={"environment": "staging"})

    seen = run_checks(host, target, CHECKS)

    assert seen.not_passed() == dict.fromkeys(("AUT-01", "AUT-02", "AUT-03", "AUT-04", "AUT-06"), "skipped")
    assert "scheduled events cannot be fired by hand here" in seen.reason("AUT-01")


async def reads_only(*_: object) -> None:
    """An operator channel that fires nothing."""
    raise Skipped("the wrangler operator channel reads databases only, it fires no scheduled events")


@pytest.mark.parametrize("environment", ["local", "staging"])
def test_without_the_path_that_tells_the_truth_the_operator_fires(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, environment: str
) -> None:
    monkeypatch.setattr(loaded("crons"), "HONEST", "/api/smoke-not-there")
    target = healthy.model_copy(update={"environment": environment})
    sound = run_checks(host, target, ["AUT-01", "AUT-02"])
    with fault(healthy, "D-20"):
        broken = run_checks(host, target, ["AUT-01"])

    assert sound.not_passed() == {}
    assert not any("/__scheduled" in note for note in sound.results["AUT-01"].notes)
    assert broken.outcome("AUT-01") is Outcome.FAILED
    assert "'0 2 * * *': the operator channel says 'exception'" in broken.reason("AUT-01")


def test_a_path_that_always_says_yes_is_not_trusted(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded("crons"), "HONEST", "/api/smoke-not-there")
    monkeypatch.setattr(Operator, "cron", reads_only)
    with fault(healthy, "D-20"):
        seen = run_checks(host, healthy, ["AUT-02"])

    assert any("/__scheduled" in note for note in seen.results["AUT-01"].notes)
    assert seen.outcome("AUT-02") is Outcome.FAILED
    assert "no scan was stored" in seen.reason("AUT-02")


def test_a_read_only_target_is_neither_fired_at_nor_scanned(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy.model_copy(update={"allow_writes": False}), CHECKS)

    assert seen.created == ()
    assert seen.not_passed() == dict.fromkeys(CHECKS[:7], "skipped")


@pytest.mark.parametrize(
    ("got", "right"),
    [
        (["incremental", "full"], True),
        (["full", "incremental", "incremental", "full"], True),
        (["full", "incremental"], False),
        (["incremental"], False),
        ([], False),
    ],
)
def test_scans_of_others_may_come_between(got: list[str], right: bool) -> None:
    assert in_order(["incremental", "full"], got) is right


def test_a_mock_scan_degrades(host: Host, healthy: Target) -> None:
    with fault(healthy, "D-22"):
        seen = run_checks(host, healthy, ["AUT-02", "AUT-05", "AUT-07"])

    assert seen.not_passed() == {"AUT-05": "degraded", "AUT-07": "failed"}
    assert "mock scan" in seen.reason("AUT-05")


@pytest.mark.parametrize(("id_", "check", "component", "reason"), RED, ids=[f"{row[0]}-{row[1]}" for row in RED])
def test_a_fault_turns_its_check_red(
    host: Host, healthy: Target, id_: str, check: str, component: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)
    assert seen.results[check].component == component


@pytest.mark.parametrize(("id_", "checks", "cause", "reason"), BLOCKED, ids=[row[0] for row in BLOCKED])
def test_a_broken_need_blocks_and_is_named(
    host: Host, healthy: Target, id_: str, checks: str, cause: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    seen.assert_blocked(checks.split(), cause, reason)
