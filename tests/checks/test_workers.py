"""Checks that look at workers: dead ones, silent ones, fast ones, none at all, and ones that want a credential."""

import asyncio
import json
import socket
import sys
import uuid
from collections.abc import Iterator
from http.client import HTTPConnection
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest

from vibehq_smoke.config import ServiceAuth, Target, WorkerTarget
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome, Status

from .running import run_checks
from .switching import fault


def plugin_module(host: Host, name: str) -> ModuleType:
    """A module of the shipped plugins, as the host loaded it."""
    loaded = host.graph().checks["HLT-01"].function.__module__.rpartition(".")[0]
    return sys.modules[f"{loaded}.{name}"]


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of a worker that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listening:
        yield f"http://localhost:{listening.getsockname()[1]}"


def test_one_dead_worker_blocks_what_looks_at_all_and_nothing_else(host: Host, healthy: Target) -> None:
    with fault(healthy, "agent-factory-down"):
        seen = run_checks(host, healthy, ["HLT-07", "HLT-09", "API-09", "API-10"])

    assert seen.not_passed() == {"HLT-07": "blocked"}
    for id_ in ("API-09", "API-10"):
        assert len([note for note in seen.results[id_].notes if "agent-factory does not answer" in note]) == 1


def test_a_dead_worker_does_not_hide_a_wrong_one(host: Host, healthy: Target) -> None:
    with fault(healthy, "ops-conflict-specialist-down", "quick-inconsistent"):
        seen = run_checks(host, healthy, ["HLT-08"])

    assert seen.outcome("HLT-08") is Outcome.FAILED
    assert "agent-factory: status is 'healthy'" in seen.reason("HLT-08")


def test_several_wrong_workers_are_all_named(host: Host, healthy: Target) -> None:
    with fault(healthy, "quick-inconsistent"):
        seen = run_checks(host, healthy, ["HLT-08"])

    assert all(name in seen.reason("HLT-08") for name in healthy.workers)


@pytest.mark.parametrize("way", ["html", "wrong-content-type", "wrong-schema"])
def test_a_worker_that_answers_like_something_else_is_as_good_as_dead(host: Host, healthy: Target, way: str) -> None:
    with fault(healthy, f"ui-factory-{way}"):
        seen = run_checks(host, healthy, ["HLT-06", "HLT-08", "API-10"])

    assert {id_: seen.results[id_].root_cause for id_ in ("HLT-06", "HLT-08")} == dict.fromkeys(
        ("HLT-06", "HLT-08"), "ui-factory"
    )
    assert seen.outcome("API-10") is Outcome.PASSED
    assert {one.component for one in seen.observations if one.status is Status.BROKEN} == {"ui-factory"}


def test_a_worker_under_another_name_is_noted(host: Host, healthy: Target) -> None:
    with fault(healthy, "status-wrong-name"):
        seen = run_checks(host, healthy, ["HLT-07"])

    assert seen.outcome("HLT-07") is Outcome.PASSED
    assert any("with name 'agent-factory', but says 'Agent Factory'" in note for note in seen.results["HLT-07"].notes)


def test_when_all_workers_are_dead_everything_that_wants_one_is_blocked(host: Host, healthy: Target) -> None:
    with fault(healthy, *(f"{name}-down" for name in healthy.workers)):
        seen = run_checks(host, healthy, ["HLT-01", "HLT-06", "HLT-08", "HLT-09", "API-09", "API-10"])

    assert seen.not_passed() == dict.fromkeys(("HLT-06", "HLT-08", "HLT-09", "API-09", "API-10"), "blocked")
    known = {one.component for one in seen.observations if one.status is Status.BROKEN}
    assert len(known) == len(healthy.workers)
    assert {seen.results[id_].root_cause for id_ in seen.not_passed()} <= known
    assert [created.check for created in seen.created if created.kind == "health run"] == ["HLT-01"]
    assert all(name in seen.reason("HLT-06") for name in healthy.workers)


def test_a_silent_worker_is_dead(host: Host, healthy: Target, silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_support.fitness", "preflight"):
        monkeypatch.setattr(plugin_module(host, name), "PROBE_S", 0.5)
    workers = dict(healthy.workers) | {"agent-factory": WorkerTarget(url=silent, type="factory")}

    seen = run_checks(host, healthy.model_copy(update={"workers": workers}), ["HLT-07"], exchange_deadline_s=1.0)

    assert seen.outcome("HLT-07") is Outcome.BLOCKED
    assert seen.results["HLT-07"].root_cause == "agent-factory"
    observed = {one.component: one for one in seen.observations}["agent-factory"]
    assert (observed.status, observed.unreachable) == (Status.BROKEN, True)


def test_a_target_without_workers_skips_what_needs_one(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy.model_copy(update={"workers": {}}), ["HLT-01", "HLT-06", "HLT-04", "API-09"])

    assert seen.not_passed() == dict.fromkeys(("HLT-01", "HLT-06", "API-09"), "skipped")
    assert all("[targets.lab.workers]" in seen.reason(id_) for id_ in seen.not_passed())


@pytest.fixture
def slow_way(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow way to the platform: every row of HLT-09's run is final before our result can be sent."""
    posting = plugin_module(host, "_support.posting")
    rows_of = posting.rows_of

    async def after_all_reported(*arguments: Any) -> Any:
        for _ in range(100):
            rows = await rows_of(*arguments)
            if all(row.status in posting.FINAL for row in rows):
                break
            await asyncio.sleep(0.1)
        return rows

    monkeypatch.setattr(posting, "rows_of", after_all_reported)


@pytest.mark.usefixtures("slow_way")
def test_workers_that_were_faster_prove_the_same(host: Host, healthy: Target) -> None:
    seen = run_checks(host, healthy, ["HLT-09", "HLT-05"])

    assert seen.not_passed() == {}
    assert any("ours was refused (409) as late" in note for note in seen.results["HLT-09"].notes)


@pytest.mark.usefixtures("slow_way")
@pytest.mark.parametrize(
    ("id_", "cause", "reason"),
    [
        ("dispatch-unbound", "orchestrator", "Service binding agent-factory is not available"),
        ("D-08", "health-protocol", "agent-factory does not serve /health-check/status (404)"),
    ],
)
def test_when_every_row_failed_no_single_worker_is_blamed(
    host: Host, healthy: Target, id_: str, cause: str, reason: str
) -> None:
    ids = ("HLT-09", "FAC-05[data-factory]", "FAC-09[health-specialist]")
    with fault(healthy, id_):
        seen = run_checks(host, healthy, ids)

    assert seen.not_passed() == dict.fromkeys(ids, "blocked")
    assert {seen.results[id_].root_cause for id_ in ids} == {cause}
    assert "no worker reports: agent-factory: Connection failed: " in seen.reason("HLT-09")
    assert reason in seen.reason("HLT-09")


@pytest.mark.parametrize("spending", [True, False])
def test_tokens_are_spent_only_where_that_is_allowed(host: Host, healthy: Target, spending: bool) -> None:
    seen = run_checks(host, healthy.model_copy(update={"ai_spending": spending}), ["HLT-09"])

    bodies = [
        json.loads(one.exchange.request_body or "")
        for one in seen.results["HLT-09"].evidence
        if one.exchange and one.exchange.method == "POST" and one.exchange.url.endswith("/api/health/checks")
    ]
    assert seen.not_passed() == {}
    assert [body["include_integration_tests"] for body in bodies] == [spending]
    assert any("ai_spending is off" in note for note in seen.results["HLT-09"].notes) is not spending


def test_without_a_declared_credential_a_closed_door_is_missing_access(host: Host, healthy: Target) -> None:
    target = healthy.model_copy(update={"service_auth": ServiceAuth()})
    ids = ["HLT-06", "HLT-09", "API-09", "API-10"]

    seen = run_checks(host, target, ids)

    assert seen.not_passed() == dict.fromkeys(ids, "skipped")
    assert all("wants a service credential: set kind in [targets.lab.service_auth]" in seen.reason(id_) for id_ in ids)


def test_without_a_declared_credential_an_open_door_is_a_drift(host: Host, healthy: Target) -> None:
    target = healthy.model_copy(update={"service_auth": ServiceAuth()})

    with fault(healthy, "service-auth-off"):
        seen = run_checks(host, target, ["HLT-06", "API-09", "API-10"])

    assert seen.not_passed() == {"API-10": "degraded"}
    assert "callbacks are unauthenticated" in seen.reason("API-10")


def test_workers_elsewhere_are_only_asked_to_acknowledge(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a target whose workers cannot call this machine back."""
    monkeypatch.setattr("vibehq_smoke.platform.hq.Hq._is_here", lambda _: False)

    seen = run_checks(host, healthy, ["HLT-06", "API-10"])

    assert seen.not_passed() == {}
    assert any("set callback_host" in note for note in seen.results["HLT-06"].notes)


def test_results_for_others_are_not_taken_for_a_second_delivery(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some worker still tries to deliver to whom the port belonged before (HLT-06)."""
    protocol = plugin_module(host, "_support.protocol")
    acknowledged = protocol.acknowledged

    async def after_strays(hq: Any, worker: Any, callback_url: str) -> Any:
        for body in ({"worker_check_uuid": str(uuid.uuid4()), "results": {}}, ["garbled"]):
            await asyncio.to_thread(deliver, callback_url, body)
        return await acknowledged(hq, worker, callback_url)

    monkeypatch.setattr(protocol, "acknowledged", after_strays)
    seen = run_checks(host, healthy, ["HLT-06"])

    assert seen.not_passed() == {}, seen.reason("HLT-06")


def deliver(url: str, body: object) -> None:
    """POST ``body`` to a callback URL, as a worker would."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("POST", parts.path, json.dumps(body), {"content-type": "application/json"})
        assert connection.getresponse().status == 200
    finally:
        connection.close()
