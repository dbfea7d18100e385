"""Answers with one thing wrong, each noticed by the check that judges it, whichever fault the lab happens to know."""

import dataclasses
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from vibehq_smoke.config import Target
from vibehq_smoke.errors import Unreachable
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome
from vibehq_smoke.platform.api import Api
from vibehq_smoke.platform.headers import Headers
from vibehq_smoke.platform.reply import Reply

from .running import run_checks
from .test_workers import plugin_module

pytestmark = pytest.mark.faults

Change = Callable[[Reply], Reply]

RUN = "GET /api/health/checks/[0-9a-f-]{36}$"
LOGS = "GET /api/analytics/logs"
EXECUTE = "POST /health-check/execute"


def body(change: Callable[[Any], Any]) -> Change:
    """Another body."""

    def changed(reply: Reply) -> Reply:
        text = json.dumps(change(json.loads(reply.content)))
        return dataclasses.replace(reply, content=text.encode())

    return changed


def with_(*path: str, to: Callable[[Any], Any]) -> Change:
    """Something else at one place of the body."""

    def changed(value: Any, path: tuple[str, ...] = path) -> Any:
        return {**value, path[0]: changed(value[path[0]], path[1:])} if path else to(value)

    return body(changed)


def status(number: int) -> Change:
    """Another status, with the body as it was."""
    return lambda reply: dataclasses.replace(reply, status=number)


def page(reply: Reply) -> Reply:
    """The single-page application instead."""
    return dataclasses.replace(reply, status=200, headers=Headers([("content-type", "text/html")]), content=b"<html>")


def lost(_: Reply) -> Reply:
    """No answer."""
    raise Unreachable("the connection was reset")


def only(wanted: int, change: Change) -> Change:
    """A change of answers with one status."""
    return lambda reply: change(reply) if reply.status == wanted else reply


def more(number: int) -> int:
    """One too many."""
    return number + 1


def less(number: int) -> int:
    """One too few."""
    return number - 1


def twice(several: list[Any]) -> list[Any]:
    """All of it twice."""
    return [*several, *several]


NOTICED: tuple[tuple[str, str, Change, str], ...] = (
    ("API-01", "GET /api/health$", with_("summary", "totalChecks", to=lambda _: 0), "and was 0 before"),
    ("API-02", f"{LOGS}$", with_("total", to=more), "event(s) on a page at offset 0 that should show"),
    ("API-02", f"{LOGS}.limit=1$", with_("total", to=less), "on a page with limit 1 and offset 0, but"),
    ("API-02", f"{LOGS}.limit=500", with_("events", to=lambda old: old[:-1]), "on a page at offset 1 that should show"),
    ("API-02", f"{LOGS}.status=", with_("events", to=twice), "`events`"),
    ("API-03", "GET /api/analytics/stats", with_("topPatchIds", to=lambda _: []), "topPatchIds counts 0 events"),
    ("API-03", "GET .*timeframe=24h", with_("totalEvents", to=more), "breakdown.eventType makes"),
    ("API-07", "POST .*/retry$", with_("data", "id", to=more), "answers with delivery report"),
    (
        "API-08",
        "GET /api/(health|analytics/logs.limit=1)$",
        only(200, body(lambda _: {})),
        "answers our session with {}",
    ),
    ("API-09", "POST /api/ops/scan$", with_("error", to=lambda _: "CSRF"), "error.message"),
    ("API-09", EXECUTE, body(lambda _: {}), "a refusal must say why"),
    ("API-10", EXECUTE, only(401, status(500)), "execute of ui-factory: POST /health-check/execute: expected 401 or"),
    ("API-10", EXECUTE, only(403, page), "with an HTML page instead of JSON"),
    ("API-10", EXECUTE, only(401, lost), "the connection was reset"),
    ("API-10", EXECUTE, only(200, status(302)), "expected 200 or 202, got 302"),
    ("API-10", EXECUTE, only(200, body(lambda _: {})), "`success`"),
    ("API-10", "POST /health-check/result", only(401, body(lambda _: {})), "a refusal must say why"),
    ("HLT-02", "GET /api/health/checks.*limit=20", with_("history", "health_checks", to=twice), "more than once"),
    ("HLT-03", RUN, only(200, with_("result", "passed_workers", to=more)), "passed and 0 failed"),
    ("HLT-09", RUN, only(200, with_("result", "total_workers", to=more)), "but reads back over 12"),
    ("HLT-09", "OPTIONS ", lambda reply: dataclasses.replace(reply, content=b"null"), "which has no body"),
    ("HLT-12", "GET /api/health/dashboard", body(lambda _: {}), "answers with nothing on it"),
    ("HLT-13", "GET /api/health/status", with_("tests", "passed", to=less), "but GET /api/health/status of"),
    ("WRK-01", RUN, only(200, with_("result", "worker_results", to=twice)), "more than once"),
)


@pytest.mark.parametrize(
    ("id_", "question", "change", "reason"), NOTICED, ids=[f"{row[0]}-{number}" for number, row in enumerate(NOTICED)]
)
def test_it_is_noticed(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, id_: str, question: str, change: Change, reason: str
) -> None:
    monkeypatch.setattr(Api, "request", altered(question, change))

    seen = run_checks(host, healthy, [id_])

    assert seen.not_passed(), "nobody noticed"
    said = "\n".join(one.reason or "" for one in seen.results.values() if one.outcome is not Outcome.PASSED)
    assert reason in said, said


def test_counters_that_do_not_fit_are_not_blamed_on_a_worker(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = plugin_module(host, "_support.worker_reports")
    rows_of = module.rows_of

    async def while_wrong(*arguments: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Api, "request", altered(RUN, with_("result", "failed_workers", to=more)))
            return await rows_of(*arguments)

    monkeypatch.setattr(module, "rows_of", while_wrong)
    seen = run_checks(host, healthy, ["FAC-05[ui-factory]"])

    seen.assert_blocked(["FAC-05[ui-factory]"], "health-api", "what ui-factory reported cannot be read")


@pytest.mark.parametrize("number", [500, 302])
def test_a_worker_that_does_not_say_how_it_is_is_not_judged(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(Api, "request", altered("GET /health-check/status$", status(number)))

    seen = run_checks(host, healthy, ["WRK-03[ui-factory]", "WRK-07", "WRK-08"])

    seen.assert_blocked(["WRK-03[ui-factory]", "WRK-07", "WRK-08"], "health-protocol", f"/status ({number})")


def altered(question: str, change: Change) -> Callable[..., Any]:
    """The method ``request`` with other answers to this question."""
    ask = Api.request

    async def request(self: Api, method: str, path: str, **options: Any) -> Reply:
        reply = await ask(self, method, path, **options)
        return change(reply) if re.search(question, f"{reply.method} {reply.path}") else reply

    return request
