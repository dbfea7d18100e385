"""The 13 checks of infrastructure: seen passing, seen failing for the right reason, seen blocked, seen skipped."""

import shutil
from pathlib import Path

import pytest

from vibehq_smoke.config import OperatorTarget, Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome

from .running import run_checks
from .switching import count, fault, rows
from .test_healthy import without_operator

pytestmark = pytest.mark.faults

ALL = [f"INF-{number:02}" for number in range(1, 14)]
EACH = ("INF-08", "INF-10", "INF-12", "INF-13")
"""Made for each worker; INF-03 is made for each database."""
CASES = dict.fromkeys(EACH, "ui-factory") | {"INF-03": "d1-ops"}
OF_SOURCES = ("INF-02", "INF-03", "INF-04", "INF-05", "INF-06", "INF-12", "INF-13")
ITEMS = [f"{id_}[{CASES[id_]}]" if id_ in CASES else id_ for id_ in ALL]

PRIORITIES = {
    "p0": "INF-01 INF-02 INF-03 INF-07 INF-08 INF-10",
    "p1": "INF-06 INF-09 INF-11",
    "p2": "INF-04 INF-05 INF-12",
    "p3": "INF-13",
}
"""As the contract ranks them (2.1)."""

EXPERT = "cloudflare-expert-specialist"

RED: tuple[tuple[str, str, str, str], ...] = (
    ("d1-projects-down", "INF-01", "d1-projects", "database vibehq-projects is unavailable"),
    ("d1-chats-down", "INF-01", "d1-chats", "database vibehq-chat-logs is unavailable"),
    ("wrangler-broken", "INF-02", "rpc-gateway", "factories/data-factory/wrangler.jsonc:22: is no JSONC"),
    ("wrangler-binding-missing", "INF-02", "rpc-gateway", "that ui-factory uses are missing: ORCHESTRATOR_DOCS"),
    ("D-05", "INF-02", "rpc-gateway", "agent-factory says that the orchestrator is not bound"),
    ("D-06", "INF-02", "rpc-gateway", "(services_entrypoints in it do nothing): 2 binding(s) that vibehq-orchestrator"),
    ("migration-broken", "INF-03[d1-ops]", "d1-ops", "DB_OPS: 0011_docs.sql does not apply: incomplete input"),
    ("migration-unapplied", "INF-03[d1-ops]", "d1-ops", "not applied on the target: 9001_operation_logs_by_level.sql"),
    ("D-03", "INF-03[d1-ops]", "d1-ops", "0002_operations.sql does not apply: CHECK constraint failed"),
    ("D-03", "INF-03[d1-health]", "d1-health", "DB_HEALTH: 0002_profiles_results.sql does not apply"),
    ("kysely-table-missing", "INF-04", "d1-health", "@shared/types/db.ts has no table health_check_schedules"),
    ("drizzle-column-wrong", "INF-05", "d1-health", "health_check_schedules has no column timeout_minutes"),
    ("wrangler-binding-missing", "INF-06", "rpc-gateway", "ORCHESTRATOR_DOCS is missing"),
    ("wrangler-entrypoint-wrong", "INF-06", "rpc-gateway", "ORCHESTRATOR_CHATS leads to Conversations of"),
    ("entrypoint-not-exported", "INF-06", "rpc-gateway", "ContainerMonitoringOps is not exported by"),
    ("D-05", "INF-06", "rpc-gateway", "GitHub is not exported by the orchestrator's main module"),
    ("entrypoint-not-exported", "INF-07", "rpc-gateway", "ContainerMonitoringOps is not exported, so its binding"),
    ("rpc-logging-fails", "INF-07", "rpc-gateway", "Logging.log raises"),
    ("rpc-tasks-fails", "INF-07", "rpc-gateway", "Tasks.getTasksForOrder raises"),
    ("health-ops-throws", "INF-07", "rpc-gateway", "HealthOps.handleRequest raises"),
    ("d1-ops-read-only", "INF-07", "rpc-gateway", "Logging.log raises"),
    ("worker-cut-off", "INF-08[agent-factory]", "agent-factory", "orchestrator_connectivity is false at agent-factory"),
    ("rpc-logging-fails", "INF-08[ui-factory]", "rpc-gateway", "and no other worker reaches the orchestrator"),
    ("dead-target-500", "INF-09", "health-api", "POST /api/health/checks: expected 200 or 201 or 202, got 500"),
    ("status-wrong-name", "INF-10[ui-factory]", "ui-factory", "configured with name 'ui-factory', but says"),
    ("health-targets-wrong", "INF-10[ui-factory]", "ui-factory", "GET /api/health/workers does not list ui-factory"),
    ("wrangler-worker-name-missing", f"INF-10[{EXPERT}]", "cloudflare-expert", "WORKER_NAME is not set in vars"),
    ("wrangler-health-targets-empty", "INF-10[agent-factory]", "orchestrator", "HEALTH_WORKER_TARGETS is empty"),
    ("ai-gateway-down", "INF-11", "ai-gateway", "configured, but not available: ai-gateway-anthropic, ai-gateway-mis"),
    ("wrangler-observability-off", "INF-12[services-factory]", "services-factory", "observability is not enabled"),
    ("D-06", f"INF-12[{EXPERT}]", "cloudflare-expert", "and services_entrypoints in it do nothing): observab"),
    ("wrangler-version-metadata-missing", "INF-13[ui-factory]", "ui-factory", "CF_VERSION_METADATA is not bound"),
    ("version-metadata-missing", "INF-13[agent-factory]", "orchestrator", "but GET /api/status tells no version"),
)
"""Fault, check, the component that is accused, and what the reason says."""

BLOCKED: tuple[tuple[str, str, str, str], ...] = (
    ("orchestrator-500", " ".join(ITEMS), "orchestrator", "orchestrator is broken"),
    (
        "d1-ops-down",
        "INF-01 INF-03[d1-ops] INF-07 INF-08[ui-factory] INF-09 INF-10[ui-factory] INF-11",
        "d1-ops",
        "d1-ops is broken",
    ),
    ("d1-health-down", "INF-04 INF-05 INF-07 INF-09", "d1-health", "d1-health is broken"),
    (
        "wrangler-broken",
        "INF-10[data-factory] INF-12[data-factory] INF-13[data-factory]",
        "rpc-gateway",
        "the file of data-factory was not judged; unreadable: factories/data-factory/wrangler.jsonc:22",
    ),
    (
        "agent-factory-down",
        "INF-08[agent-factory] INF-10[agent-factory]",
        "agent-factory",
        "agent-factory does not ans",
    ),
    ("quick-inconsistent", "INF-08[ui-factory]", "health-protocol", "ui-factory contradicts itself: status is 'heal"),
    ("D-08", "INF-08[ui-factory]", "health-protocol", "ui-factory gives no quick check"),
    ("D-08", "INF-10[ui-factory]", "health-protocol", "ui-factory does not tell its status"),
    ("workers-empty", "INF-10[ui-factory]", "health-api", "needs HLT-04, which failed"),
    ("D-05", "INF-11", "rpc-gateway", "the providers cannot be asked for"),
    ("D-12", "INF-09", "health-api", "needs HLT-03, which failed"),
)

UNTOUCHED: tuple[tuple[str, str], ...] = (
    ("agent-factory-down", "INF-02 INF-08[ui-factory] INF-09 INF-10[ui-factory] INF-12[ui-factory]"),
    ("worker-cut-off", "INF-08[ui-factory]"),
    ("D-08", "INF-02 INF-13"),
    ("wrangler-broken", "INF-12[ui-factory] INF-13[agent-factory]"),
    ("auth-500", "INF-01 INF-07"),
    ("d1-health-read-only", "INF-01 INF-07"),
    ("ai-binding-down", "INF-11"),
    ("kysely-table-missing", "INF-03 INF-05"),
    ("drizzle-column-wrong", "INF-03 INF-04"),
    ("migration-broken", "INF-04 INF-05"),
    ("D-04", "INF-03"),
    ("D-06", "INF-06 INF-10"),
    ("operation-log-lost", "INF-08"),
)
"""Faults of something else, under which checks must hold."""


@pytest.mark.usefixtures("tsc")
def test_all_13_pass_and_leave_one_line_and_one_run(host: Host, healthy: Target) -> None:
    tables = ("health_checks", "worker_health_checks")
    before = count(healthy, "DB_HEALTH", tables)
    seen = run_checks(host, healthy, ALL)
    after = count(healthy, "DB_HEALTH", tables)

    assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}
    # HLT-01, which INF-09 needs, starts the other run, over one worker
    assert {table: after[table] - before[table] for table in tables} == {"health_checks": 2, "worker_health_checks": 3}
    ours = [created for created in seen.created if created.check.startswith("INF")]
    assert sorted(created.kind for created in ours) == ["health run", "log line", "worker rows"]
    for created in ours:
        assert created.cleanup_sql is not None
        assert created.database is not None
        condition = created.cleanup_sql.removeprefix("DELETE FROM ").removesuffix(";")
        assert rows(healthy, created.database, f"select 1 from {condition}"), created  # noqa: S608 - the ledger's own


def test_they_rank_and_need_as_in_the_contract(host: Host) -> None:
    checks = [check.spec for check in host.graph().checks.values() if check.spec.category == "infrastructure"]
    specs = {spec.family: spec for spec in checks}

    assert sorted(specs) == ALL
    assert [sum(spec.family == id_ for spec in checks) for id_ in ("INF-03", *EACH)] == [4, *[11] * 4]
    for priority, ids in PRIORITIES.items():
        assert [id_ for id_ in ALL if specs[id_].priority.value == priority] == ids.split()
    assert {id_ for id_, spec in specs.items() if spec.writes} == {"INF-07", "INF-09"}
    assert {id_ for id_, spec in specs.items() if spec.exclusive} == {"INF-09"}
    for spec in specs.values():
        assert spec.description.endswith("."), spec.id


@pytest.mark.usefixtures("tsc")
@pytest.mark.parametrize(("id_", "check", "accused", "reason"), RED, ids=[f"{row[1]}-{row[0]}" for row in RED])
def test_a_fault_turns_its_check_red(
    host: Host, healthy: Target, id_: str, check: str, accused: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)
    assert seen.results[check].component == accused


@pytest.mark.usefixtures("tsc")
@pytest.mark.parametrize(
    ("id_", "checks", "cause", "reason"), BLOCKED, ids=[f"{row[0]}-{row[1][:6]}" for row in BLOCKED]
)
def test_a_broken_need_blocks_and_is_named(
    host: Host, healthy: Target, id_: str, checks: str, cause: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    seen.assert_blocked(checks.split(), cause, reason)


@pytest.mark.usefixtures("tsc")
@pytest.mark.parametrize(("id_", "checks"), UNTOUCHED, ids=[f"{row[0]}-{row[1][:6]}" for row in UNTOUCHED])
def test_a_fault_of_something_else_leaves_them_alone(host: Host, healthy: Target, id_: str, checks: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    assert seen.not_passed() == {}, {check: seen.reason(check) for check in seen.not_passed()}


@pytest.mark.skipif(shutil.which("tsc") is None, reason="there is no tsc on this machine")
@pytest.mark.parametrize(
    ("id_", "reason"), [("source-type-error", "HealthOps.ts("), ("D-02", "orchestrator/worker/database/schema.ts(")]
)
def test_a_type_error_about_the_databases_fails_the_model(host: Host, healthy: Target, id_: str, reason: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, ["INF-04", "INF-05"])

    assert seen.not_passed() == {"INF-04": "failed", "INF-05": "failed"}
    assert "type error(s) about the databases" in seen.reason("INF-04")
    assert reason in seen.reason("INF-04")


def test_the_type_checker_runs_once_and_only_its_errors_about_the_databases_count(
    host: Host, healthy: Target, tsc: Path
) -> None:
    calls = tsc.with_name("calls")
    error = "orchestrator/worker/api/routes/index.ts(3,1): error TS2322: no"
    tsc.write_text(f"#!/bin/sh\necho call >> {calls}\necho '{error}'; exit 2\n")

    seen = run_checks(host, healthy, ["INF-04", "INF-05", "HLT-14"])

    assert seen.not_passed() == {}
    assert calls.read_text().splitlines() == ["call"]


def test_without_a_type_checker_the_models_are_read_and_the_rest_is_skipped(
    host: Host, healthy: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("npm_config_cache", str(tmp_path))

    seen = run_checks(host, healthy, ["INF-04", "INF-05"])
    with fault(healthy, "kysely-table-missing"):
        faulty = run_checks(host, healthy, ["INF-04"])

    assert set(seen.not_passed().values()) == {"skipped"}
    assert "the type check needs tsc: npm install" in seen.reason("INF-05")
    assert faulty.outcome("INF-04") is Outcome.FAILED


def test_a_checker_that_cannot_run_is_no_verdict(host: Host, healthy: Target, tsc: Path) -> None:
    tsc.write_text("#!/bin/sh\necho 'cannot run here'; exit 127\n")

    seen = run_checks(host, healthy, ["INF-04"])

    assert seen.outcome("INF-04") is Outcome.SKIPPED
    assert "tsc does not run: cannot run here" in seen.reason("INF-04")


def test_without_an_operator_channel_four_are_skipped(host: Host, healthy: Target) -> None:
    wanted = ["INF-01", "INF-03", "INF-07", "INF-08", "INF-09", "INF-10", "INF-11"]
    seen = run_checks(host, without_operator(healthy), wanted)

    assert seen.not_passed() == dict.fromkeys(["INF-01", "INF-07", "INF-09", "INF-11"], "skipped")
    assert "no operator channel: set kind in [targets.lab.operator]" in seen.reason("INF-01")
    assert "configure a worker that does not answer" in seen.reason("INF-09")
    assert any("no operator channel to look into DB_OPS" in note for note in seen.results["INF-03[d1-ops]"].notes)


def test_a_dead_worker_is_used_as_it_is(host: Host, healthy: Target) -> None:
    with fault(healthy, "ui-factory-down"):
        seen = run_checks(host, without_operator(healthy), ["INF-09"])

    assert seen.not_passed() == {}
    assert "the run is over ui-factory, which does not answer" in seen.results["INF-09"].notes


def test_a_worker_that_was_taken_down_is_back_afterwards(host: Host, healthy: Target) -> None:
    assert run_checks(host, healthy, ["INF-09"]).not_passed() == {}

    assert run_checks(host, healthy, ["INF-08"]).not_passed() == {}


def test_without_a_checkout_most_are_skipped_and_the_others_say_what_they_did_not_see(
    host: Host, healthy: Target
) -> None:
    seen = run_checks(host, healthy.model_copy(update={"source": None}), ITEMS)

    of_sources = [item for item in ITEMS if item[:6] in OF_SOURCES]
    assert seen.not_passed() == dict.fromkeys(of_sources, "skipped")
    assert all("no source checkout: set source" in seen.reason(id_) for id_ in of_sources)
    assert any("no source is set" in note for note in seen.results["INF-07"].notes)
    assert any("no source is set" in note for note in seen.results["INF-10[ui-factory]"].notes)


def test_a_folder_that_is_no_checkout_is_no_verdict(host: Host, healthy: Target, tmp_path: Path) -> None:
    target = healthy.model_copy(update={"source": tmp_path})
    of_sources = [item for item in ITEMS if item[:6] in OF_SOURCES]

    seen = run_checks(host, target, of_sources)

    assert seen.not_passed() == dict.fromkeys(of_sources, "skipped")
    assert all("set source to a checkout of the platform" in seen.reason(id_) for id_ in of_sources)


def test_nothing_is_written_to_a_read_only_target(host: Host, healthy: Target) -> None:
    target = healthy.model_copy(update={"allow_writes": False, "operator": OperatorTarget()})

    seen = run_checks(host, target, ["INF-07", "INF-08", "INF-09"])

    assert seen.created == ()
    assert seen.not_passed() == {"INF-07": "skipped", "INF-09": "skipped"}
