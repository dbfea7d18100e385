"""What the checks of errors make of answers that are not right, where no fault of the lab gives such."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome
from vibehq_smoke.platform import Reply
from vibehq_smoke.platform.api import Api
from vibehq_smoke.platform.headers import Headers
from vibehq_smoke.platform.operator import Operator

from .running import run_checks
from .switching import all_faults
from .test_infrastructure_answers import PROVIDERS, answering, assert_failed, replying

pytestmark = pytest.mark.faults

ASK = Api.request
EXECUTE = "/health-check/execute"
SUMMARY = "/api/health"


def altered(method: str, path: str, change: Callable[[Reply], Reply]) -> Callable[..., Awaitable[Reply]]:
    """The clients, with the answers to ``method path`` changed."""

    async def request(self: Api, asked: str, where: str, **options: Any) -> Reply:
        reply = await ASK(self, asked, where, **options)
        return change(reply) if (asked, where) == (method, path) else reply

    return request


def in_plain_text(text: str) -> Callable[[Reply], Reply]:
    """The answer, as plain text."""
    headers = Headers([("content-type", "text/plain;charset=UTF-8")])
    return lambda reply: replace(reply, content=text.encode(), headers=headers)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "the answer is {} (object): a refusal must say why, in `error` or in `message`"),
        ([], "the answer is [] (array), allowed: an object"),
        (None, "the answer is null (null), allowed: an object"),
        ({"error": ""}, '`error` is "" (string): String should have at least 1 character'),
        ({"ok": True, "error": "Invalid limit"}, "`ok` is true (boolean), allowed: False"),
        ({"success": False, "error": {"name": "x"}}, '`error` is {"name": "x"} (object): an error must be a text'),
    ],
)
def test_a_refusal_that_does_not_say_why_is_none(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, body: Any, reason: str
) -> None:
    monkeypatch.setattr(Api, "request", replying("/api/patches/logs?limit=0", lambda _: body))
    seen = run_checks(host, healthy, ["ERR-01[patch-api]"])

    assert_failed(seen, "ERR-01[patch-api]", "patch-api", f"GET /api/patches/logs?limit=0: {reason}")


@pytest.mark.parametrize(
    "body",
    [
        {"error": "Invalid limit"},
        {"success": False, "error": {"message": "Invalid limit", "name": "RequestError"}, "message": "Invalid limit"},
        {"status": "error", "message": "Invalid limit", "errors": []},
    ],
)
def test_every_envelope_of_a_refusal_will_do(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, body: Any
) -> None:
    monkeypatch.setattr(Api, "request", replying("/api/patches/logs?limit=0", lambda _: body))

    assert run_checks(host, healthy, ["ERR-01[patch-api]"]).not_passed() == {}


@pytest.mark.parametrize(("text", "outcome"), [("Method Not Allowed", Outcome.PASSED), (" ", Outcome.FAILED)])
def test_a_worker_may_refuse_a_method_in_plain_words(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, text: str, outcome: Outcome
) -> None:
    monkeypatch.setattr(Api, "request", altered("GET", EXECUTE, in_plain_text(text)))
    seen = run_checks(host, healthy, ["ERR-01[health-protocol]"])

    assert seen.outcome("ERR-01[health-protocol]") is outcome, seen.reason("ERR-01[health-protocol]")


def test_a_platform_that_says_nothing_of_itself_is_not_up(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = replying("/api/status", lambda told: {} if _is_on(healthy, "d1-health-down") else told)
    monkeypatch.setattr(Api, "request", broken)
    seen = run_checks(host, healthy, ["ERR-02"])

    assert_failed(seen, "ERR-02", "health-api", "GET /api/status: `success` is missing")
    assert not _is_on(healthy, "d1-health-down")


def test_nothing_is_broken_where_the_summary_is_not_there_anyway(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Api, "request", altered("GET", SUMMARY, lambda reply: replace(reply, status=404)))
    seen = run_checks(host, healthy, ["ERR-02"])

    assert_failed(seen, "ERR-02", "health-api", f"GET {SUMMARY}: expected 200, got 404")
    assert not any("fault d1-health-down" in one.summary for one in seen.results["ERR-02"].evidence)


def test_a_worker_that_acknowledges_nothing_is_not_judged_by_its_logging(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Api, "request", altered("POST", EXECUTE, lambda reply: replace(reply, content=b"{}")))
    seen = run_checks(host, healthy, ["ERR-07"])

    seen.assert_blocked(["ERR-07"], "health-protocol", "reports with Logging no more than without: POST /health-check")


@pytest.mark.parametrize("told", [{"success": True, "providers": []}, {"success": True}, {"success": False}, None])
def test_a_router_that_tells_nothing_is_not_for_the_end_of_runs_to_judge(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, told: Any
) -> None:
    monkeypatch.setattr(Operator, "rpc", answering(PROVIDERS, lambda _: told))
    seen = run_checks(host, healthy, ["ERR-08"])

    assert seen.not_passed() == {}, seen.reason("ERR-08")
    assert any("whether a run ends without the AI binding was not tried" in one for one in seen.results["ERR-08"].notes)


def test_a_run_over_more_workers_than_asked_for_is_noticed(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_more(reply: Reply) -> Reply:
        told = json.loads(reply.content)
        if told["ok"] and told["result"]["total_workers"] == 2:
            told["result"]["total_workers"] = 3
        return replace(reply, content=json.dumps(told).encode())

    monkeypatch.setattr(Api, "request", altered("POST", "/api/health/checks", one_more))
    seen = run_checks(host, healthy, ["ERR-03"])

    assert_failed(seen, "ERR-03", "health-api", "a run over two workers says that it is over 3")


def _is_on(target: Target, id_: str) -> bool:
    return any(found["on"] for found in all_faults(target) if found["id"] == id_)
