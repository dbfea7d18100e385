"""The checks of the category errors: seen passing, seen failing for the right reason, seen blocked, seen skipped."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from vibehq_smoke import Skipped, Violation
from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome

from .impatience import impatience
from .running import run_checks
from .switching import all_faults, count, fault, rows
from .test_healthy import without_operator
from .test_workers import plugin_module

pytestmark = pytest.mark.faults

ALL = [f"ERR-{number:02}" for number in range(1, 10)]
SWITCHING = ["ERR-02", "ERR-03", "ERR-07", "ERR-08"]
"""They switch a fault on for a moment."""

RED: tuple[tuple[str, str, str, str], ...] = (
    (
        "result-accepts-malformed",
        "ERR-01[health-api]",
        "health-api",
        "/health-check/result: expected 400, got 200",
    ),
    ("csrf-on-health-check", "ERR-01[health-api]", "health-api", "expected 400, got 403 (the CSRF pair was refused)"),
    ("D-12", "ERR-01[health-api]", "health-api", "expected 404, got 400"),
    (
        "trends-metric-optional",
        "ERR-01[analytics-api]",
        "analytics-api",
        "/api/analytics/trends: expected 400, got",
    ),
    (
        "patch-trends-any-metric",
        "ERR-01[patch-api]",
        "patch-api",
        "/api/patches/trends?metric=x: expected 400, got",
    ),
    (
        "patch-logs-limit-unchecked",
        "ERR-01[patch-api]",
        "patch-api",
        "/api/patches/logs?limit=0: expected 400, got",
    ),
    ("hil-status-unchecked", "ERR-01[hil]", "hil", "PATCH /api/hil/requests/1/status: expected 400, got"),
    (
        "factory-name-unchecked",
        "ERR-01[orchestrator]",
        "orchestrator",
        'got 201 to the body {"name": "Bad Name',
    ),
    ("spa-fallback", "ERR-01[orchestrator]", "orchestrator", "-nope: answered 200 with an HTML page instead of JSON"),
    (
        "D-24",
        "ERR-01[delivery-api]",
        "delivery-api",
        "expected 400, got 500 to the body {smoke, which is no",
    ),
    ("stack-trace-leak", "ERR-02", "health-api", "tells strangers a stack trace when its database fails"),
    ("errors-leak-sql", "ERR-02", "health-api", "tells strangers an SQL statement when its database fails"),
    ("dead-target-500", "ERR-03", "health-api", "POST /api/health/checks: expected 200 or 201 or 202, got 500"),
    ("execute-slow-ack", "ERR-04", "health-protocol", "to acknowledge a check that it has a millisecond for"),
    ("timeout-ignored", "ERR-04", "health-protocol", "never reports a timeout; it reported healthy"),
    ("execute-no-callback", "ERR-04", "health-protocol", "agent-factory acknowledged, but reports nothing"),
    ("D-33", "ERR-04", "health-protocol", "after its timeout agent-factory reported healthy for the same check"),
    ("delivery-retry-gaps-wrong", "ERR-05", "health-protocol", "s before delivery 2, expected about 1 s"),
    ("execute-double-callback", "ERR-05", "health-protocol", "delivered its result 4 times, expected 3 and silence"),
    ("attempts-wrong", "ERR-06", "health-protocol", "should have made 3 attempts, but says"),
    ("timeout-ignored", "ERR-06", "health-protocol", "never reports a timeout; it reported healthy"),
    ("logging-failure-fatal", "ERR-07", "rpc-gateway", "agent-factory reports nothing while Logging fails"),
    (
        "dispatch-unbound",
        "ERR-08",
        "orchestrator",
        "agent-factory answers, but its row failed: Connection failed: Serv",
    ),
    ("D-29", "ERR-08", "orchestrator", "all of whose workers are through, to end: not within"),
    ("error-not-logged", "ERR-09", "d1-ops", "a line of level error about the failed suite"),
)

BLOCKED: tuple[tuple[str, str, str], ...] = (
    ("agent-factory-down", "ERR-01[health-protocol] ERR-04 ERR-05 ERR-06 ERR-07", "agent-factory"),
    ("agent-factory-html", "ERR-01[health-protocol] ERR-04 ERR-05 ERR-06 ERR-07", "agent-factory"),
    ("D-08", "ERR-01[health-protocol] ERR-03 ERR-04 ERR-05 ERR-06 ERR-07 ERR-08", "health-protocol"),
    ("d1-ops-down", "ERR-01[hil] ERR-02 ERR-03 ERR-08 ERR-09", "d1-ops"),
    ("d1-health-down", "ERR-01[hil] ERR-03 ERR-08 ERR-09", "d1-health"),
    ("auth-500", "ERR-01[hil] ERR-02 ERR-03 ERR-08 ERR-09", "auth"),
    ("orchestrator-500", " ".join(ALL), "orchestrator"),
    ("worker-rows-missing", "ERR-03 ERR-08", "d1-health"),
    ("dead-target-500", "ERR-08", "health-api"),
    ("execute-no-callback", "ERR-07 ERR-08", "health-protocol"),
    ("d1-health-locked", "ERR-09", "orchestrator"),
    ("D-13", "ERR-01[analytics-api]", "analytics-api"),
    ("run-in-wrong-database", "ERR-02", "d1-health"),
)


@pytest.fixture
def impatient(host: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a fault keeps from coming is waited for two seconds; a fourth delivery comes at once, if at all."""
    monkeypatch.setattr(plugin_module(host, "errors"), "GIVEN_UP_S", 0.5)
    with impatience(2.0):
        yield


def switched_on(target: Target) -> set[str]:
    """The faults that are on."""
    return {found["id"] for found in all_faults(target) if found["on"]}


def test_all_pass_and_what_they_write_is_bounded_and_in_the_ledger(host: Host, healthy: Target) -> None:
    tables = {
        "DB_HEALTH": ("health_checks", "worker_health_checks"),
        "DB_OPS": ("patch_events", "delivery_reports", "hil_requests", "factories"),
    }
    before = [count(healthy, database, names) for database, names in tables.items()]
    seen = run_checks(host, healthy, ALL)
    after = [count(healthy, database, names) for database, names in tables.items()]

    assert seen.not_passed() == {}, {id_: seen.reason(id_) for id_ in seen.not_passed()}
    assert switched_on(healthy) == set()
    # the run of HLT-01, the one over a dead and a living worker, the one without AI, the test record of WRK-09
    grown = {table: after[0][table] - before[0][table] for table in tables["DB_HEALTH"]}
    assert grown == {"health_checks": 4, "worker_health_checks": 5}
    assert after[1] == before[1]
    ours = [created for created in seen.created if created.check.startswith("ERR")]
    assert sorted(created.kind for created in ours) == ["health run", "health run", "worker rows", "worker rows"]
    for created in ours:
        assert created.cleanup_sql is not None
        assert created.database is not None
        condition = created.cleanup_sql.removeprefix("DELETE FROM ").removesuffix(";")
        assert rows(healthy, created.database, f"select 1 from {condition}"), created  # noqa: S608 - the ledger's own


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("id_", "check", "accused", "reason"), RED, ids=[f"{row[0]}-{row[1]}" for row in RED])
def test_a_fault_turns_its_check_red(
    host: Host, healthy: Target, id_: str, check: str, accused: str, reason: str
) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])
        left = switched_on(healthy)

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert seen.results[check].component == accused
    assert reason in seen.reason(check)
    assert left == {id_}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(("id_", "checks", "cause"), BLOCKED, ids=[row[0] for row in BLOCKED])
def test_a_broken_need_blocks_and_is_named(host: Host, healthy: Target, id_: str, checks: str, cause: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, checks.split())
        left = switched_on(healthy)

    results = seen.of(checks.split())
    assert {(result.outcome, result.root_cause) for result in results} == {(Outcome.BLOCKED, cause)}, seen.not_passed()
    assert left == {id_}


@pytest.mark.parametrize(("id_", "check"), [("d1-health-down", "ERR-02"), ("rpc-logging-fails", "ERR-07")])
def test_what_is_broken_already_is_judged_and_stays_as_it_is(host: Host, healthy: Target, id_: str, check: str) -> None:
    with fault(healthy, id_):
        seen = run_checks(host, healthy, [check])
        assert switched_on(healthy) == {id_}

    assert seen.not_passed() == {}
    assert any("already, so nothing was switched" in note for note in seen.results[check].notes)


def test_a_worker_that_is_dead_already_will_do(host: Host, healthy: Target) -> None:
    with fault(healthy, "ui-factory-down"):
        seen = run_checks(host, healthy, ["ERR-03", "ERR-08"])

    assert seen.not_passed() == {}
    assert any("ui-factory" in note for note in seen.results["ERR-08"].notes)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("result-not-stored", "without the AI binding: agent-factory acknowledges and reports, but not into its row"),
        ("run-never-completes", "without the AI binding: run "),
    ],
)
def test_a_platform_that_cannot_do_without_ai_is_found_out(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, missing: str, reason: str
) -> None:
    """As if that came of the missing binding: the switch that takes it away does this instead."""
    monkeypatch.setattr(plugin_module(host, "_support.without_ai"), "FAULT", missing)
    seen = run_checks(host, healthy, ["ERR-08"])

    assert seen.outcome("ERR-08") is Outcome.FAILED
    assert seen.results["ERR-08"].component == "orchestrator"
    assert reason in seen.reason("ERR-08")
    assert switched_on(healthy) == set()


def test_without_ai_already_nothing_is_switched(host: Host, healthy: Target) -> None:
    with fault(healthy, "ai-binding-down"):
        seen = run_checks(host, healthy, ["ERR-08"])
        assert switched_on(healthy) == {"ai-binding-down"}

    assert seen.not_passed() == {}
    assert any("without the AI binding already" in note for note in seen.results["ERR-08"].notes)


def test_an_accepted_request_is_entered_in_the_ledger(host: Host, healthy: Target) -> None:
    with fault(healthy, "factory-name-unchecked"):
        seen = run_checks(host, healthy, ["ERR-01[orchestrator]"])

    (created,) = seen.created
    assert created.kind == "factory"
    assert "Bad Name smoke-" in created.id


def test_without_an_operator_channel_nothing_is_switched(host: Host, healthy: Target) -> None:
    seen = run_checks(host, without_operator(healthy), ["ERR-02", "ERR-03", "ERR-07", "ERR-08", "ERR-09"])

    assert set(seen.not_passed().values()) == {"skipped"}
    assert all("operator" in seen.reason(id_) for id_ in ("ERR-02", "ERR-07", "ERR-09"))


def test_a_read_only_target_is_only_read(host: Host, healthy: Target) -> None:
    before = count(healthy, "DB_HEALTH", ("health_checks",))
    seen = run_checks(host, healthy.model_copy(update={"allow_writes": False}), [id_ for id_ in ALL if id_ != "ERR-05"])

    assert seen.created == ()
    assert count(healthy, "DB_HEALTH", ("health_checks",)) == before
    writing = [f"ERR-01[{name}]" for name in ("health-protocol", "delivery-api", "specialist-log")]
    assert seen.not_passed() == dict.fromkeys((*SWITCHING, "ERR-09", *writing), "skipped")
    assert "set allow_writes = true in [targets.lab]" in seen.reason("ERR-01[delivery-api]")
    for result in seen.of(["ERR-01"]):
        if result.outcome is Outcome.PASSED:
            assert "only reads were tried: the target is read-only" in result.notes
        assert all(exchange.method == "GET" for exchange in _exchanges(result) if "/api/" in exchange.url)


def test_production_is_never_broken_on_purpose(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy.model_copy(update={"environment": "production"}), SWITCHING)

    assert seen.not_passed() == dict.fromkeys(SWITCHING, "skipped")
    assert switched_on(healthy) == set()


class Switches:
    """An operator channel that only remembers; switching on or off takes a moment."""

    def __init__(self, unknown: bool = False) -> None:
        self.log: list[bool] = []
        self._unknown = unknown

    async def fault(self, _: str, on: bool) -> None:
        await asyncio.sleep(0.01)
        if self._unknown:
            raise Violation("no such fault", kind="operator")
        self.log.append(on)


def access(switches: Switches, environment: str = "local") -> Any:
    """As much of ``hq`` as switching needs."""
    return SimpleNamespace(operator=switches, target=SimpleNamespace(environment=environment))


@pytest.mark.parametrize("cancellations", [1, 2])
def test_a_fault_is_switched_off_when_the_check_is_cancelled(host: Host, cancellations: int) -> None:
    switched = plugin_module(host, "_support.switched").switched
    switches = Switches()

    async def check() -> None:
        async with switched(access(switches), "x"):
            await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.ensure_future(check())
        await asyncio.sleep(0.05)
        for _ in range(cancellations):
            task.cancel()
            await asyncio.sleep(0.002)
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert switches.log == [True, False]


def test_a_fault_is_switched_off_when_the_check_fails(host: Host) -> None:
    switched = plugin_module(host, "_support.switched").switched
    switches = Switches()

    async def check() -> None:
        async with switched(access(switches), "x"):
            raise AssertionError("wrong")

    with pytest.raises(AssertionError, match="wrong"):
        asyncio.run(check())
    assert switches.log == [True, False]


@pytest.mark.parametrize(("switches", "environment"), [(Switches(unknown=True), "local"), (Switches(), "production")])
def test_what_cannot_or_may_not_be_switched_is_skipped(host: Host, switches: Switches, environment: str) -> None:
    switched = plugin_module(host, "_support.switched").switched

    async def check() -> None:
        async with switched(access(switches, environment), "x"):
            pytest.fail("the fault is not on")

    with pytest.raises(Skipped):
        asyncio.run(check())
    assert switches.log == []


def _exchanges(result: Any) -> list[Any]:
    return [seen.exchange for seen in result.evidence if seen.exchange]
