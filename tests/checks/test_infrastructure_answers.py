"""What the checks of infrastructure make of answers that are not right, where no fault of the lab gives such."""

import json
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome
from vibehq_smoke.platform import Reply
from vibehq_smoke.platform.api import Api
from vibehq_smoke.platform.operator import Operator

from .running import Seen, run_checks
from .switching import fault

pytestmark = pytest.mark.faults

PROVIDERS = "checkProviderStatus"
RPC = Operator.rpc
SQL = Operator.sql
ASK = Api.request

Ask = Callable[..., Awaitable[Any]]


def answering(method: str, change: Callable[[Any], Any]) -> Ask:
    """The verb ``rpc``, with what ``method`` returns changed."""

    async def rpc(self: Operator, binding: str, asked: str, *arguments: object) -> Any:
        answer = await RPC(self, binding, asked, *arguments)
        return change(answer) if asked == method else answer

    return rpc


def replying(path: str, change: Callable[[Any], Any], status: int | None = None) -> Ask:
    """The clients, with the JSON that GETs of ``path`` give changed, and perhaps their status."""

    async def request(self: Api, method: str, asked: str, **options: Any) -> Reply:
        reply = await ASK(self, method, asked, **options)
        if method != "GET" or not asked.startswith(path):
            return reply
        body = json.dumps(change(json.loads(reply.content))).encode()
        return replace(reply, content=body, status=status or reply.status)

    return request


def assert_failed(seen: Seen, check: str, component: str, reason: str) -> None:
    """The check failed, accuses the component, and says why."""
    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)
    assert seen.results[check].component == component


@pytest.mark.parametrize(
    ("path", "status", "component", "reason"),
    [
        ("/api/hil/requests", 404, "hil", "/api/hil/requests?limit=1, which reads it, does not show that"),
        ("/api/hil/requests", None, "hil", "`success` is missing"),
        ("/api/hil/requests", 503, "d1-ops", "/api/hil/requests?limit=1, which reads it, fails: 503"),
        ("/api/health/workers/smoke-none", 200, "health-api", "expected 404, got 200"),
        ("/api/health/workers/smoke-none", None, "health-api", "`ok` is missing"),
    ],
)
def test_a_route_that_does_not_show_that_it_read_its_database_fails_inf_01(
    host: Host,
    healthy: Target,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    status: int | None,
    component: str,
    reason: str,
) -> None:
    monkeypatch.setattr(Api, "request", replying(path, lambda _: {}, status))

    assert_failed(run_checks(host, healthy, ["INF-01"]), "INF-01", component, reason)


@pytest.mark.parametrize("wrong", [None, "yes"])
def test_a_living_worker_that_does_not_say_whether_it_is_bound_blocks_inf_02(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, wrong: Any
) -> None:
    told = replying("/health-check/status", lambda body: body | {"orchestrator_available": wrong})
    monkeypatch.setattr(Api, "request", told)

    seen = run_checks(host, healthy, ["INF-02"])

    seen.assert_blocked(["INF-02"], "health-protocol", "agent-factory does not say whether it is bound")


def test_a_dead_worker_is_only_noted_by_inf_02(host: Host, healthy: Target) -> None:
    with fault(healthy, "ui-factory-html"):
        seen = run_checks(host, healthy, ["INF-02"])

    assert seen.not_passed() == {}
    assert any("ui-factory does not say whether it is bound" in note for note in seen.results["INF-02"].notes)


@pytest.mark.parametrize(
    ("file", "check", "component", "reason"),
    [
        ("wrangler.jsonc", "INF-02", "rpc-gateway", "vibehq-orchestrator has no wrangler file that names it"),
        ("migrations/ops/0005_seeds.sql", "INF-03[d1-ops]", "d1-ops", "DB_OPS: 0005_seeds.sql is empty"),
    ],
)
def test_a_file_that_holds_nothing_is_named(
    host: Host, healthy: Target, tmp_path: Path, file: str, check: str, component: str, reason: str
) -> None:
    assert healthy.source is not None
    checkout = shutil.copytree(healthy.source, tmp_path / "checkout")
    (checkout / "orchestrator" / file).write_text("{}" if file.endswith("jsonc") else "")

    seen = run_checks(host, healthy.model_copy(update={"source": checkout}), [check])

    assert_failed(seen, check, component, reason)


def test_a_migration_that_is_listed_twice_is_named(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sql(self: Operator, db: str, select: str, params: Any = ()) -> Any:
        rows = await SQL(self, db, select, params)
        return [*rows, rows[0]] if "d1_migrations" in select else rows

    monkeypatch.setattr(Operator, "sql", sql)

    seen = run_checks(host, healthy, ["INF-03[d1-ops]"])

    assert_failed(seen, "INF-03[d1-ops]", "d1-ops", "DB_OPS: the target lists 0001_")
    assert "as applied more than once" in seen.reason("INF-03[d1-ops]")


@pytest.mark.parametrize(
    ("method", "returned", "reason"),
    [
        ("log", None, "what Logging.log returns"),
        ("log", {"success": False, "error": "full"}, "Logging.log refuses: full"),
        ("getTasksForOrder", {"success": True, "tasks": [{"id": 1}]}, "what Tasks.getTasksForOrder returns: `tasks`"),
        ("getConfiguredWorkers", [], "what Health.getConfiguredWorkers returns"),
        ("getConfiguredWorkers", [{"name": "a"}], "names none of the workers that the target has"),
        ("getConfiguredWorkers", [{"name": "ui-factory"}] * 2, "name ui-factory more than once"),
        ("handleRequest", {"success": True}, "what HealthOps.handleRequest returns: `testProfiles` is missing"),
        ("listAvailableProviders", {"success": True, "providers": [{}]}, "what AIProviderOps.listAvailableProviders"),
        ("getRecentScans", {"scans": []}, "what OpsMonitorOps.getRecentScans returns: `success` is missing"),
        ("getHilRequests", {"success": True, "requests": [{}, {}]}, "what HilOps.getHilRequests returns: `requests`"),
    ],
)
def test_an_entrypoint_that_returns_something_else_fails_inf_07(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, method: str, returned: Any, reason: str
) -> None:
    monkeypatch.setattr(Operator, "rpc", answering(method, lambda _: returned))

    assert_failed(run_checks(host, healthy, ["INF-07"]), "INF-07", "rpc-gateway", reason)


@pytest.mark.parametrize(
    ("newest", "outcome"),
    [([{"newest": "info"}], "failed"), ([{"newest": "no line"}], "failed"), ([], "failed"), (None, "passed")],
)
def test_the_line_of_a_quick_check_is_looked_for(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, newest: Any, outcome: str
) -> None:
    async def sql(self: Operator, db: str, select: str, params: Any = ()) -> Any:
        rows = await SQL(self, db, select, params)
        return newest if newest is not None and "quick_health_check" in select else rows

    monkeypatch.setattr(Operator, "sql", sql)

    seen = run_checks(host, healthy, ["INF-08[ui-factory]"])

    assert seen.outcome("INF-08[ui-factory]") == outcome, seen.reason("INF-08[ui-factory]")
    assert outcome == "passed" or "newest" in seen.reason("INF-08[ui-factory]")


@pytest.mark.parametrize(
    ("change", "cause", "reason"),
    [
        (lambda body: {"ok": True, "workers": body["workers"] * 2}, "ui-factory", "as 'factory' and 'factory' instead"),
        (lambda body: body | {"count": 12}, "health-api", "needs HLT-04, which failed"),
    ],
)
def test_a_list_of_workers_that_is_wrong_is_noticed(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], Any], cause: str, reason: str
) -> None:
    monkeypatch.setattr(Api, "request", replying("/api/health/workers", change))

    seen = run_checks(host, healthy, ["INF-10[ui-factory]"])

    assert seen.outcome("INF-10[ui-factory]") in (Outcome.FAILED, Outcome.BLOCKED)
    assert reason in seen.reason("INF-10[ui-factory]")
    assert cause in (seen.results["INF-10[ui-factory]"].root_cause, seen.results["INF-10[ui-factory]"].component)


def without(name: str) -> Callable[[Any], Any]:
    """The answer of the router without this provider."""
    return lambda told: told | {"providers": [one for one in told["providers"] if one["id"] != name]}


@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        (without("ai-gateway-groq"), Outcome.DEGRADED, "does not know ai-gateway-groq, which it registers by default"),
        (lambda told: told | {"providers": told["providers"] * 2}, Outcome.FAILED, "more than once"),
        (lambda told: told | {"success": False, "error": "asleep"}, Outcome.FAILED, "refuses: asleep"),
        (lambda _: {"success": True}, Outcome.FAILED, "`providers` is missing"),
    ],
)
def test_what_the_router_says_of_its_providers_is_judged(
    host: Host,
    healthy: Target,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Any], Any],
    outcome: Outcome,
    reason: str,
) -> None:
    monkeypatch.setattr(Operator, "rpc", answering(PROVIDERS, change))

    seen = run_checks(host, healthy, ["INF-11"])

    assert seen.outcome("INF-11") is outcome, seen.reason("INF-11")
    assert reason in seen.reason("INF-11")


def test_a_status_that_is_none_tells_no_version(host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    seen_before: list[str] = []

    def later(body: Any) -> Any:
        seen_before.append("asked")
        return body if len(seen_before) == 1 else {}  # preflight asks first

    monkeypatch.setattr(Api, "request", replying("/api/status", later))

    seen = run_checks(host, healthy, ["INF-13[agent-factory]"])

    seen.assert_blocked(["INF-13[agent-factory]"], "orchestrator", "whether its version is told was not seen")
