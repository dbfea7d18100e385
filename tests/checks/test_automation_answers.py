"""What the checks of automation make of answers that are not right, where no fault of the lab gives such."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from vibehq_smoke import Skipped
from vibehq_smoke.config import Target
from vibehq_smoke.host import Host
from vibehq_smoke.models import Outcome
from vibehq_smoke.platform import Reply
from vibehq_smoke.platform.api import Api
from vibehq_smoke.platform.operator import Operator
from vibehq_smoke.platform.websocket import Socket

from .impatience import impatience
from .running import run_checks
from .test_ai_providers import altered
from .test_infrastructure_answers import assert_failed

pytestmark = pytest.mark.faults

ASK, LOGS, RECEIVE = Api.request, Operator.logs, Socket.receive
UNKNOWN, DAILY = "59 23 31 12 *", "0 2 * * *"
SCANS = "scan_type, status from ops_scans"
DONE = "Scheduled task completed successfully"


def handling(expression: str, change: Callable[[Reply], Reply]) -> Callable[..., Awaitable[Reply]]:
    """The clients, with what the scheduled handler says of ``expression`` changed."""

    async def request(self: Api, method: str, path: str, **options: Any) -> Reply:
        reply = await ASK(self, method, path, **options)
        return change(reply) if (options.get("params") or {}).get("cron") == expression else reply

    return request


def of_rows(words: str, change: Callable[[Any], Any]) -> Callable[..., Awaitable[Any]]:
    """The verb ``sql``, with the rows of selects that hold ``words`` changed, where there are any."""
    return altered(lambda select, rows: change(rows) if rows and words in select else rows, Operator.sql)


def logged(change: Callable[[dict[str, Any]], list[dict[str, Any]]]) -> Callable[..., Awaitable[Any]]:
    """The verb ``logs``, with ``change`` of each line that says that an event was dealt with."""

    async def logs(self: Operator, since: int = 0) -> Any:
        return [
            one for line in await LOGS(self, since) for one in (change(line) if line["message"] == DONE else [line])
        ]

    return logs


@pytest.mark.parametrize(
    ("expression", "changes", "reason"),
    [
        (DAILY, {"content": b"exception"}, f"'{DAILY}': /cdn-cgi/handler/scheduled answers 200 'exception'"),
        (DAILY, {"content": b""}, f"'{DAILY}': /cdn-cgi/handler/scheduled answers 200 ''"),
        (UNKNOWN, {"status": 500}, f"'{UNKNOWN}': /cdn-cgi/handler/scheduled answers 500 'ok'"),
    ],
)
def test_a_handler_that_does_not_say_that_it_ended_well_fails(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, expression: str, changes: Any, reason: str
) -> None:
    monkeypatch.setattr(Api, "request", handling(expression, lambda reply: replace(reply, **changes)))
    seen = run_checks(host, healthy, ["AUT-01"])

    assert_failed(seen, "AUT-01", "cron", reason)


@pytest.mark.parametrize(
    ("check", "words", "change", "reason"),
    [
        ("AUT-01", SCANS, lambda rows: [*rows, *rows], "in their order, ops_scans gives"),
        ("AUT-01", SCANS, lambda rows: [row | {"status": "done"} for row in rows], "a row of ops_scans: `status` is"),
        ("AUT-01", "max(id)", lambda rows: [*rows, *rows], "2 row(s) instead of one: the number of the newest scan"),
        ("AUT-01", "max(id)", lambda _: [{"last": "x"}], "the newest scan in ops_scans has the id 'x'"),
        ("AUT-02", SCANS, lambda rows: rows[:-1], "made scans of type incremental instead of incremental, then full"),
        (
            "AUT-02",
            SCANS,
            lambda rows: [row | {"status": "running"} for row in rows],
            "the incremental scan is running",
        ),
        (
            "AUT-02",
            SCANS,
            lambda rows: [row | {"id": row["id"] + 7} for row in rows],
            "between the events the newest scan was",
        ),
        ("AUT-05", "as logs", lambda rows: [rows[0] | {"logs": -1}], "but operation_logs holds -1"),
        ("AUT-05", "as logs", lambda rows: [rows[0] | {"issues": 99}], "but ops_issues holds 99"),
        ("AUT-05", "as logs", lambda rows: [rows[0] | {"traced": 0}], "left no row ops.ingestLogs.incremental"),
        ("AUT-06", "* from ops_scans", lambda rows: [*rows, *rows], "2 row(s) instead of one: scan-"),
    ],
)
def test_rows_that_do_not_fit_what_happened_are_noticed(
    host: Host,
    healthy: Target,
    monkeypatch: pytest.MonkeyPatch,
    check: str,
    words: str,
    change: Callable[[Any], Any],
    reason: str,
) -> None:
    monkeypatch.setattr(Operator, "sql", of_rows(words, change))
    seen = run_checks(host, healthy, [check])

    assert seen.outcome(check) is Outcome.FAILED, seen.reason(check)
    assert reason in seen.reason(check)


def test_a_broadcast_of_another_scan_is_none_of_ours(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def receive(self: Socket, timeout: float = 5.0) -> dict[str, Any]:  # noqa: ASYNC109 - as the interface has it
        frame = await RECEIVE(self, timeout)
        if frame["type"] == "scan-result" and frame["data"]["type"] == "full":
            frame["data"]["scanId"] = "scan-0"
        return frame

    monkeypatch.setattr(Socket, "receive", receive)
    seen = run_checks(host, healthy, ["AUT-02"])

    assert_failed(seen, "AUT-02", "hub-ops", "told of incremental when")


def test_a_result_that_is_told_twice_degrades_the_hub(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[dict[str, Any]] = []

    async def receive(self: Socket, timeout: float = 5.0) -> dict[str, Any]:  # noqa: ASYNC109 - as the interface has it
        if again:
            return again.pop()
        frame = await RECEIVE(self, timeout)
        again.extend([frame] if frame["type"] == "scan-result" else [])
        return frame

    monkeypatch.setattr(Socket, "receive", receive)
    seen = run_checks(host, healthy, ["AUT-02"])

    assert seen.outcome("AUT-02") is Outcome.DEGRADED, seen.reason("AUT-02")
    assert seen.results["AUT-02"].component == "hub-ops"
    assert "told the result of scan-" in seen.reason("AUT-02")


def test_a_health_run_that_is_listed_once_only_is_not_started(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[bytes] = []

    async def request(self: Api, method: str, path: str, **options: Any) -> Reply:
        reply = await ASK(self, method, path, **options)
        if options.get("params") != {"page": 1, "limit": 100, "triggerType": "cron"}:
            return reply
        told.append(reply.content)
        runs = [sorted(run["health_check_uuid"] for run in json.loads(one)["history"]["health_checks"]) for one in told]
        return replace(reply, content=told[0]) if runs[-2:-1] not in ([], [runs[0]]) else reply

    monkeypatch.setattr(Api, "request", request)
    with impatience(2.0):
        seen = run_checks(host, healthy, ["AUT-03"])

    assert_failed(seen, "AUT-03", "cron", "is listed, and a moment later is not any more")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda line: [line, line], "the log tells more than once that the event of scan-"),
        (lambda line: [line | {"processedLogs": line["processedLogs"] + 1}], "has processedLogs "),
        (lambda line: [line | {"issuesFiled": None}], "the line of '0 */4 * * *': `issuesFiled` is null"),
    ],
)
def test_a_log_line_that_does_not_fit_its_scan_is_noticed(
    host: Host,
    healthy: Target,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[dict[str, Any]], list[dict[str, Any]]],
    reason: str,
) -> None:
    monkeypatch.setattr(Operator, "logs", logged(change))
    seen = run_checks(host, healthy, ["AUT-04"])

    assert_failed(seen, "AUT-04", "cron", reason)


async def reads_no_logs(*_: object) -> None:
    """An operator channel without logs."""
    raise Skipped("the operator channel reads no logs")


@pytest.mark.parametrize("logs", [reads_no_logs, logged(lambda _: [])])
def test_without_log_lines_the_operation_log_decides(
    host: Host, healthy: Target, monkeypatch: pytest.MonkeyPatch, logs: Callable[..., Awaitable[Any]]
) -> None:
    monkeypatch.setattr(Operator, "logs", logs)
    told = run_checks(host, healthy, ["AUT-04"])
    monkeypatch.setattr(Operator, "sql", of_rows("operation_logs where", lambda _: []))
    silent = run_checks(host, healthy, ["AUT-04"])

    assert told.not_passed() == {}
    assert any("but operation_logs has the scans" in note for note in told.results["AUT-04"].notes)
    assert_failed(silent, "AUT-04", "cron", "left neither a log line nor a row in operation_logs")
