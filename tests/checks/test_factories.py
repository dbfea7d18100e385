"""FAC-01 to FAC-09: factories and specialists respond, and their health checks pass."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from vibehq_smoke import Blocked
from vibehq_smoke.config import ServiceAuth, Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome, Status

from .running import run_checks
from .switching import count, fault
from .test_workers import plugin_module

pytestmark = pytest.mark.faults

ALL = tuple(f"FAC-{number:02}" for number in range(1, 10))
FACTORIES = ("agent-factory", "data-factory", "services-factory", "ui-factory")
SPECIALISTS = {
    "ops-conflict-specialist": "conflict-specialist",
    "ops-delivery-report-specialist": "delivery-report-specialist",
    "cloud-worker-retrofit": "cloud-worker-retrofit",
    "cloudflare-expert-specialist": "cloudflare-expert",
    "health-specialist": "health-specialist",
    "ops-unit-test-specialist": "unit-test-specialist",
    "ops-frontend-testing-specialist": "frontend-testing-specialist",
}
"""Worker -> its component."""
LIVING_ON = ("FAC-06", "FAC-07", "FAC-08")
EVERY = ("FAC-05", "FAC-09")
"""Made for each factory, for each specialist."""

RED: tuple[tuple[str, str, str, str], ...] = (
    ("conflict-accepts-empty", "FAC-06", "conflict-specialist", "POST /resolve: expected 400, got 200"),
    ("report-not-found-500", "FAC-07", "delivery-report-specialist", "GET /report/smoke-none: expected 404, got 500"),
    ("health-specialist-unhealthy", "FAC-08", "health-specialist", '`status` is "unhealthy"'),
)

DRIFTING: tuple[tuple[str, str], ...] = (
    ("factories-degraded", "FAC-05"),
    ("database-probe-fails", "FAC-05 FAC-09"),
    ("rpc-tasks-fails", "FAC-05 FAC-09"),
    ("ai-binding-down", "FAC-05 FAC-09"),
)

BLOCKED: tuple[tuple[str, str, str, str], ...] = (
    ("agent-factory-down", "FAC-01 FAC-05[agent-factory]", "agent-factory", "agent-factory is broken"),
    ("data-factory-html", "FAC-02 FAC-05[data-factory]", "data-factory", "HTML page instead of JSON"),
    ("services-factory-wrong-content-type", "FAC-03 FAC-05[services-factory]", "services-factory", "got text/plain"),
    ("ui-factory-wrong-schema", "FAC-04 FAC-05[ui-factory]", "ui-factory", "`worker_name` is missing"),
    (
        "ops-conflict-specialist-down",
        "FAC-06 FAC-09[ops-conflict-specialist]",
        "conflict-specialist",
        "conflict-specialist is broken",
    ),
    ("ops-delivery-report-specialist-html", "FAC-07", "delivery-report-specialist", "HTML page instead of JSON"),
    ("cloud-worker-retrofit-html", "FAC-09[cloud-worker-retrofit]", "cloud-worker-retrofit", "HTML page instead of"),
    ("ops-unit-test-specialist-down", "FAC-09[ops-unit-test-specialist]", "unit-test-specialist", "nothing listens on"),
    (
        "health-specialist-wrong-schema",
        "FAC-08 FAC-09[health-specialist]",
        "health-specialist",
        "`worker_name` is missing",
    ),
    ("d1-ops-down", "FAC-05 FAC-07 FAC-09", "d1-ops", "d1-ops is broken"),
    ("d1-health-down", "FAC-05 FAC-09", "d1-health", "d1-health is broken"),
    ("rpc-logging-fails", "FAC-05 FAC-09", "rpc-gateway", "and no other worker reaches the orchestrator"),
    ("worker-cut-off", "FAC-05[agent-factory]", "agent-factory", "needs INF-08[agent-factory], which failed"),
    ("D-08", "FAC-05 FAC-09", "health-protocol", "404"),
    ("dispatch-unbound", "FAC-05 FAC-09", "orchestrator", "Connection failed: Service binding"),
    ("D-05", "FAC-07", "rpc-gateway", "it does not reach the orchestrator"),
    ("result-accepts-unknown", "FAC-05 FAC-09", "health-api", "needs HLT-09, which failed"),
    ("orchestrator-500", "FAC-01 FAC-05 FAC-06 FAC-09", "orchestrator", "orchestrator is broken"),
)

UNTOUCHED: tuple[tuple[str, str], ...] = (
    ("agent-factory-down", "FAC-05[data-factory] FAC-05[ui-factory] FAC-09"),
    ("worker-cut-off", "FAC-05[data-factory] FAC-05[ui-factory] FAC-09"),
    ("factories-degraded", "FAC-09"),
    ("specialists-critical", "FAC-05"),
    ("D-07", "FAC-09"),
    ("execute-slow-ack", "FAC-05"),
    ("execute-wrong-uuid", "FAC-05"),
    ("execute-double-callback", "FAC-05"),
)
"""Faults of something else; how a worker acknowledges is not judged here."""


@pytest.fixture
def first_row_first(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the cheap worker has reported by the time that HLT-09 writes a row."""
    monkeypatch.setattr(plugin_module(host, "_support.posting"), "_in_order", lambda _hq, rows: list(rows))


def test_all_nine_pass_and_pass_again_without_a_third_run(host: Host, healthy: Target) -> None:
    for _ in range(2):
        before = count(healthy, "DB_HEALTH", ("health_checks",))
        seen = run_checks(host, healthy, ALL)

        assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}
        assert count(healthy, "DB_HEALTH", ("health_checks",))["health_checks"] == before["health_checks"] + 2
        assert {created.check for created in seen.created} <= {"HLT-01", "HLT-09"}
        assert {observed.status for observed in seen.observations} == {Status.WORKING}


@pytest.mark.parametrize(("id_", "check", "accused", "reason"), RED, ids=[f"{row[0]}-{row[1]}" for row in RED])
def test_a_fault_turns_its_check_red(
    host: Host, healthy: Target, id_: str, check: str, accused: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)
    assert seen.results[check].component == accused


def test_each_specialist_that_is_critical_is_accused_by_its_own_item(host: Host, healthy: Target) -> None:
    with fault(healthy, "specialists-critical"):
        seen = run_checks(host, healthy, ["FAC-09"])

    assert seen.not_passed() == {f"FAC-09[{name}]": "failed" for name in SPECIALISTS}
    for name, component in SPECIALISTS.items():
        assert seen.results[f"FAC-09[{name}]"].component == component
        assert seen.reason(f"FAC-09[{name}]").startswith(f"{name} reports that it is critical")


@pytest.mark.parametrize(("check", "name"), list(zip(ALL, FACTORIES, strict=False)))
def test_another_worker_at_the_address_of_a_factory_is_found_out(
    host: Host, healthy: Target, check: str, name: str
) -> None:
    other = next(factory for factory in FACTORIES if factory != name)
    crossed = dict(healthy.workers) | {name: healthy.workers[other]}

    seen = run_checks(host, healthy.model_copy(update={"workers": crossed}), [check])

    assert seen.outcome(check) is Outcome.FAILED
    assert f"should be {name}, but says that it is {other!r}" in seen.reason(check)


@pytest.mark.parametrize(("id_", "checks"), DRIFTING, ids=[row[0] for row in DRIFTING])
def test_a_drift_degrades_the_check_of_each_worker(host: Host, healthy: Target, id_: str, checks: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    names = [*(FACTORIES if "FAC-05" in checks else ()), *(SPECIALISTS if "FAC-09" in checks else ())]
    assert len(seen.not_passed()) == len(names)
    for result in seen.results.values():
        if not result.hidden:
            assert result.outcome is Outcome.DEGRADED, result.reason
            assert f"{result.id.partition('[')[2][:-1]} reports that it is degraded" in (result.reason or "")
            assert result.component in (*FACTORIES, *SPECIALISTS.values())


@pytest.mark.parametrize(("id_", "checks", "cause", "reason"), BLOCKED, ids=[row[0] for row in BLOCKED])
def test_a_broken_need_blocks_and_is_named(
    host: Host, healthy: Target, id_: str, checks: str, cause: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    blocked = [result for result in seen.results.values() if not result.hidden]
    assert {result.outcome for result in blocked} == {Outcome.BLOCKED}, seen.not_passed()
    assert {result.root_cause for result in blocked} == {cause}
    assert all(reason in (result.reason or "") for result in blocked), [result.reason for result in blocked]


@pytest.mark.parametrize(("id_", "checks"), UNTOUCHED, ids=[row[0] for row in UNTOUCHED])
def test_what_is_wrong_elsewhere_is_not_blamed_on_a_worker(host: Host, healthy: Target, id_: str, checks: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())

    assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}


def test_factories_without_the_protocol_are_asked_another_way(host: Host, healthy: Target) -> None:
    with fault(healthy, "D-08"):
        seen = run_checks(host, healthy, ALL[:4])

    assert seen.not_passed() == {}
    assert any("does not have /health-check/quick (404)" in note for note in seen.results["FAC-01"].notes)


def test_a_worker_that_lacks_the_route_is_blocked_on_the_protocol(host: Host) -> None:
    class Bare:
        name = "ui-factory"

        async def get(self, _path: str) -> Any:
            return SimpleNamespace(status=404)

    with pytest.raises(Blocked, match=r"ui-factory does not have /health-check/quick \(404\)") as blocked:
        asyncio.run(plugin_module(host, "_support.worker_reports").do_quick_check(Bare()))
    assert blocked.value.component == "health-protocol"


def test_dead_factories_do_not_touch_the_specialists(host: Host, healthy: Target) -> None:
    with fault(healthy, "D-07"):
        seen = run_checks(host, healthy, ALL)

    ids = [*ALL[:4], *(f"FAC-05[{name}]" for name in FACTORIES)]
    assert seen.not_passed() == dict.fromkeys(ids, "blocked")
    assert [seen.results[id_].root_cause for id_ in ids] == [*FACTORIES, *FACTORIES]


def test_workers_that_never_report_block_on_the_protocol(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin_module(host, "_support.worker_reports"), "PATIENCE_S", 1.0)
    with fault(healthy, "execute-no-callback"):
        seen = run_checks(host, healthy, EVERY)

    ids = [*(f"FAC-05[{name}]" for name in FACTORIES), *(f"FAC-09[{name}]" for name in SPECIALISTS)]
    assert seen.not_passed() == dict.fromkeys(ids, "blocked")
    assert {seen.results[id_].root_cause for id_ in ids} == {"health-protocol"}
    assert "ui-factory took up a health check and did not report within 1 s" in seen.reason("FAC-05[ui-factory]")


def test_the_row_of_the_first_run_stands_in_for_the_one_that_was_overwritten(host: Host, healthy: Target) -> None:
    """HLT-09 writes the row of the worker that HLT-01 ran on."""
    own = "FAC-09[ops-conflict-specialist]"

    seen = run_checks(host, healthy, [own])

    assert seen.outcome(own) is Outcome.PASSED, seen.reason(own)
    assert seen.results[own].notes == ()


def test_a_target_without_factories_skips_theirs(host: Host, healthy: Target) -> None:
    workers = {name: worker for name, worker in healthy.workers.items() if name not in FACTORIES}

    seen = run_checks(host, healthy.model_copy(update={"workers": workers}), EVERY)

    assert seen.not_passed() == {f"FAC-05[{name}]": "skipped" for name in FACTORIES}
    assert "no worker 'ui-factory': set it in [targets.lab.workers]" in seen.reason("FAC-05[ui-factory]")


def test_without_a_way_back_to_this_machine_the_runs_say_enough(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HLT-09 writes the row of the cheap worker, of which the first run tells."""
    monkeypatch.setattr("vibehq_smoke.platform.hq.Hq._is_here", lambda _: False)

    seen = run_checks(host, healthy, EVERY)

    assert seen.not_passed() == {}


@pytest.mark.usefixtures("first_row_first")
def test_a_row_that_nobody_can_vouch_for_is_not_passed(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a target whose workers cannot call this machine back: HLT-09 wrote the first factory's row."""
    monkeypatch.setattr("vibehq_smoke.platform.hq.Hq._is_here", lambda _: False)

    seen = run_checks(host, healthy, EVERY)

    assert seen.not_passed() == {"FAC-05[agent-factory]": "skipped"}
    reason = seen.reason("FAC-05[agent-factory]")
    assert "the runs say nothing about agent-factory itself, and workers cannot call" in reason
    assert "set callback_host" in reason


@pytest.mark.usefixtures("first_row_first")
def test_whose_row_was_overwritten_is_asked_directly(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy, ["FAC-05[agent-factory]"])

    assert seen.not_passed() == {}, seen.reason("FAC-05[agent-factory]")
    said = "the runs say nothing about agent-factory itself, so it was asked directly"
    assert said in seen.results["FAC-05[agent-factory]"].notes


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"overall_status": "unhealthy", "error_message": "no memory"}, "reports that it is unhealthy: no memory"),
        ({"status": "timeout", "overall_status": None}, "ended without a report: its row is timeout"),
    ],
)
def test_a_worker_that_reports_the_worst_is_accused_alone(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], reason: str
) -> None:
    module = plugin_module(host, "_support.worker_reports")
    rows_of = module.rows_of

    async def one_is_worse(*arguments: Any) -> Any:
        return [
            row.model_copy(update=changed) if row.worker_name == "ui-factory" and row.status == "completed" else row
            for row in await rows_of(*arguments)
        ]

    monkeypatch.setattr(module, "rows_of", one_is_worse)
    seen = run_checks(host, healthy, EVERY)

    assert seen.not_passed() == {"FAC-05[ui-factory]": "failed"}
    assert reason in seen.reason("FAC-05[ui-factory]")
    assert seen.results["FAC-05[ui-factory]"].component == "ui-factory"


def test_workers_that_are_not_configured_are_skipped(host: Host, healthy: Target) -> None:
    workers = {name: worker for name, worker in healthy.workers.items() if name == "ui-factory"}

    seen = run_checks(host, healthy.model_copy(update={"workers": workers}), [*ALL[:4], *LIVING_ON])

    assert seen.not_passed() == dict.fromkeys((*ALL[:3], *LIVING_ON), "skipped")
    assert "no worker 'agent-factory': set it in [targets.lab.workers]" in seen.reason("FAC-01")


def test_responding_wants_no_credential_and_writes_nothing(host: Host, healthy: Target) -> None:
    target = healthy.model_copy(update={"service_auth": ServiceAuth(), "allow_writes": False})

    seen = run_checks(host, target, ALL)

    assert {id_.partition("[")[0] for id_ in seen.not_passed()} == set(EVERY)
    assert set(seen.not_passed().values()) == {"skipped"}
    assert seen.created == ()
