"""The 25 checks on a healthy platform, with all access and with less."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from vibehq_smoke.config import Auth, OperatorTarget, ServiceAuth, Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome, Status

from .running import run_checks
from .switching import count, credentials, rows

HEALTH_TABLES = ("health_checks", "worker_health_checks")
OPS_TABLES = ("patch_events", "delivery_reports", "ops_scans", "hil_requests")


@pytest.mark.usefixtures("tsc")
def test_all_25_pass_and_pass_again(host: Host, healthy: Target) -> None:
    for _ in range(2):
        seen = run_checks(host, healthy)

        assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}
        assert len(seen.results) == 25
        assert {observed.status for observed in seen.observations} == {Status.WORKING}


def test_what_a_run_writes_is_bounded_tagged_and_in_the_ledger(host: Host, healthy: Target) -> None:
    before = count(healthy, "DB_HEALTH", HEALTH_TABLES) | count(healthy, "DB_OPS", OPS_TABLES)
    seen = run_checks(host, healthy)
    after = count(healthy, "DB_HEALTH", HEALTH_TABLES) | count(healthy, "DB_OPS", OPS_TABLES)

    grown = {table: after[table] - before[table] for table in after if after[table] != before[table]}
    workers = len(healthy.workers)
    assert grown == {
        "health_checks": 2,
        "worker_health_checks": 1 + workers,
        "patch_events": 2,
        "delivery_reports": 1,
        "ops_scans": 1,
    }
    kinds = sorted(created.kind for created in seen.created)
    assert kinds == [
        "delivery report",
        "health run",
        "health run",
        "patch events",
        "scan",
        "worker rows",
        "worker rows",
    ]
    for created in seen.created:
        assert created.cleanup_sql is not None
        condition = created.cleanup_sql.removeprefix("DELETE FROM ").removesuffix(";")
        assert created.database is not None
        assert rows(healthy, created.database, f"select 1 from {condition}"), created  # noqa: S608 - the ledger's own


def test_runs_carry_the_tag_of_the_smoke_run(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy, ["HLT-09"])

    ids = [created.id for created in seen.created if created.kind == "health run"]
    stored = [
        rows(healthy, "DB_HEALTH", "select trigger_source from health_checks where health_check_uuid = ?", id_)[0]
        for id_ in ids
    ]
    assert len(stored) == 2
    assert len({row["trigger_source"] for row in stored}) == 1
    assert stored[0]["trigger_source"].startswith("smoke-")


def test_without_an_operator_channel_all_is_judged_over_http(host: Host, healthy: Target) -> None:
    seen = run_checks(host, without_operator(healthy))

    assert {id_: outcome for id_, outcome in seen.not_passed().items() if id_ != "HLT-14"} == {}
    assert any("over HTTP only" in note for note in seen.results["HLT-10"].notes)
    observed = {one.component: one.status for one in seen.observations}
    assert observed["d1-ops"] is observed["d1-health"] is Status.WORKING
    assert "d1-chats" not in observed


def test_a_read_only_target_is_not_written_to(host: Host, healthy: Target) -> None:
    target = healthy.model_copy(update={"allow_writes": False})

    seen = run_checks(host, target, ["HLT-01", "HLT-04", "API-02", "API-05", "API-06", "API-07"])

    assert seen.created == ()
    assert set(seen.not_passed()) == {"HLT-01", "API-05", "API-06", "API-07"}
    assert all("it writes, and lab is read-only" in seen.reason(id_) for id_ in seen.not_passed())


def test_without_a_type_checker_the_sources_are_scanned_and_the_rest_is_skipped(
    host: Host, healthy: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("npm_config_cache", str(tmp_path))

    seen = run_checks(host, healthy, ["HLT-14"])

    assert seen.outcome("HLT-14") is Outcome.SKIPPED
    assert "neither any nor @ts-ignore found; the type check needs tsc: npm install" in seen.reason("HLT-14")


@pytest.mark.parametrize(
    ("script", "outcome", "reason"),
    [
        (
            "echo 'a/entrypoints/HealthOps.ts(3,1): error TS2322: no'; echo 'b.ts(1,1): error TS2307: no'; exit 2",
            Outcome.FAILED,
            "1 type error(s) in these files\na/entrypoints/HealthOps.ts(3,1)",
        ),
        ("echo 'cannot run here'; exit 127", Outcome.SKIPPED, "tsc does not run: cannot run here"),
    ],
)
def test_what_the_type_checker_says_counts(
    host: Host, healthy: Target, tsc: Path, script: str, outcome: Outcome, reason: str
) -> None:
    tsc.write_text(f"#!/bin/sh\n{script}\n")

    seen = run_checks(host, healthy, ["HLT-14"])

    assert seen.outcome("HLT-14") is outcome
    assert reason in seen.reason("HLT-14")


def test_type_errors_of_other_files_are_noted(host: Host, healthy: Target, tsc: Path) -> None:
    tsc.write_text("#!/bin/sh\necho 'other/health.ts(3,1): error TS2322: no'\nexit 2\n")

    seen = run_checks(host, healthy, ["HLT-14"])

    assert seen.outcome("HLT-14") is Outcome.PASSED
    assert any("1 type error(s) in other files" in note for note in seen.results["HLT-14"].notes)


def without_operator(target: Target) -> Target:
    """The same lab, known from outside only: account and service token as a person would configure them."""
    lent = credentials(target)
    auth = Auth.model_construct(kind="login", email=SecretStr(lent["email"]), password=SecretStr(lent["password"]))
    service = ServiceAuth.model_construct(kind="bearer", header="Authorization", token=SecretStr(lent["service_token"]))
    return target.model_copy(update={"auth": auth, "service_auth": service, "operator": OperatorTarget()})
