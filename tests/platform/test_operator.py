"""The operator channel: reading only, evidence always, each backend's answers and errors."""

import asyncio
import json
import os
import sqlite3
import stat
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from vibehq_smoke.config import Target, load_config
from vibehq_smoke.embedded import EmbeddedPlatform
from vibehq_smoke.errors import HarnessError, Skipped, Unreachable, Violation
from vibehq_smoke.platform import Hq
from vibehq_smoke.platform.operator import OperatorError
from vibehq_smoke.platform.readonly import inline, refuse_writes
from vibehq_smoke.platform.wrangler import Wrangler

from .helpers import checking, until
from .servers import Talk, closes, says, says_text, serve


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "  SELECT * FROM a WHERE b = 'x;y' -- delete\n;",
        "SELECT\n1",
        "SELECT(1)",
        "explain query plan select 1",
        "EXPLAIN DELETE FROM a",
        "PRAGMA table_info(health_checks)",
        "pragma main.user_version",
        "/* drop */ select 1",
        'select "drop table;" from a',
    ],
)
def test_reading_statements_pass(sql: str) -> None:
    refuse_writes(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "delete from a",
        "INSERT INTO a VALUES (1)",
        "with x as (select 1) delete from a",
        "select 1; delete from a",
        "select 1; -- x\n drop table a",
        "PRAGMA user_version = 5",
        "PRAGMA journal_mode=DELETE",
        "PRAGMA writable_schema(1)",
        "pragma wal_checkpoint",
        "/* select */ drop table a",
        "-- select 1\ndrop table a",
        "selects",
        "ATTACH 'x' AS y",
        "vacuum",
    ],
)
def test_everything_else_is_refused(sql: str) -> None:
    with pytest.raises(HarnessError, match="only reads"):
        refuse_writes(sql)


@given(st.lists(st.one_of(st.text(), st.integers(-(2**60), 2**60), st.none(), st.booleans()), max_size=5))
def test_inlined_parameters_mean_what_bound_ones_mean(params: list[Any]) -> None:
    clean = [value if not isinstance(value, str) else "".join(filter(str.isprintable, value)) for value in params]
    sql = "select 'a?b', " + ", ".join("?" * len(clean)) if clean else "select 'a?b'"
    database = sqlite3.connect(":memory:")
    assert database.execute(inline(sql, clean)).fetchone() == ("a?b", *clean)
    database.close()


@pytest.mark.parametrize(("sql", "params"), [("select ?", []), ("select 1", [1]), ("select ?, ?", [1])])
def test_marks_and_parameters_have_to_match(sql: str, params: list[int]) -> None:
    with pytest.raises(ValueError, match="mark"):
        inline(sql, params)


def on_channel(routes: dict[str, Talk], use: Any, **fields: Any) -> None:
    async def main() -> None:
        async with serve(routes | {"*": says({}, status=404)}) as server:
            operator = {"kind": "embedded", "url": server.url}
            async with checking("http://localhost:1", operator=operator, **fields) as hq:
                await use(hq, server)

    asyncio.run(main())


def test_sql_and_rpc_give_what_the_channel_answers_and_keep_it() -> None:
    async def use(hq: Hq, server: Any) -> None:
        assert hq.has_operator
        assert await hq.operator.sql("DB_OPS", "select ? as n", [5]) == [{"n": 5}]
        assert await hq.operator.rpc("ORCHESTRATOR_HEALTH", "handleRequest", {"getTestProfiles": {}}) == {"ok": True}
        assert await hq.operator.logs(3) == [{"seq": 4}]
        await hq.operator.fault("d1-ops-down", on=True)
        assert server.received[0].json == {"db": "DB_OPS", "select": "select ? as n", "params": [5]}
        assert server.received[1].json["args"] == [{"getTestProfiles": {}}]
        assert server.received[2].target == "/logs?since=3"
        assert server.received[3].json == {"id": "d1-ops-down", "on": True}
        assert [(seen.kind, seen.summary) for seen in hq.recorder.evidence] == [
            ("sql", "DB_OPS: select ? as n"),
            ("rpc", 'ORCHESTRATOR_HEALTH.handleRequest({"getTestProfiles": {}})'),
            ("rpc", "logs since 3"),
            ("rpc", "fault d1-ops-down on"),
        ]
        assert hq.recorder.evidence[0].detail == '[{"n": 5}]'

    routes = {
        "/sql": says({"results": [{"n": 5}]}),
        "/rpc": says({"result": {"ok": True}}),
        "/logs": says([{"seq": 4}]),
        "/fault": says({"id": "d1-ops-down", "on": True}),
    }
    on_channel(routes, use)


def test_a_write_is_refused_before_it_is_sent() -> None:
    async def use(hq: Hq, server: Any) -> None:
        with pytest.raises(HarnessError, match="only reads"):
            await hq.operator.sql("DB_OPS", "delete from a")
        assert server.received == []

    on_channel({}, use)


@pytest.mark.parametrize(
    ("talk", "error", "text"),
    [
        (says({"error": "no such table: a"}, status=400), Violation, "no such table: a"),
        (says({"error": "DB_OPS is down"}, status=503), Unreachable, "DB_OPS is down"),
        (closes(), Unreachable, "does not answer"),
        (says_text(b"<html>", content_type="text/html"), Violation, "not JSON"),
        (says({"rows": []}), Violation, "no 'results'"),
        (says({"results": [1]}), Violation, "no rows"),
        (says({"error": "not built yet"}, status=501), Skipped, "not built yet"),
    ],
)
def test_an_error_of_the_channel_is_a_verdict_and_evidence(talk: Talk, error: type[Exception], text: str) -> None:
    async def use(hq: Hq, server: Any) -> None:
        assert server.url
        with pytest.raises(error, match=text) as caught:
            await hq.operator.sql("DB_OPS", "select 1")
        assert type(caught.value) is error
        if isinstance(caught.value, Violation):
            assert caught.value.kind == "operator"
            assert hq.recorder.evidence[0].kind == "sql"

    on_channel({"/sql": talk}, use)


def test_a_scheduled_event_is_fired_on_the_lab() -> None:
    async def use(target: Target) -> Any:
        async with checking(target.base_url, operator=target.operator.model_dump()) as hq:
            return await hq.operator.cron("0 */4 * * *")

    platform = EmbeddedPlatform()
    try:
        told = asyncio.run(use(load_config(platform.config()).target("lab")))
    finally:
        platform.stop()

    assert (told["ok"], told["outcome"]) == (True, "ok")


def test_faults_and_cron_stay_away_from_a_read_only_target() -> None:
    async def use(hq: Hq, server: Any) -> None:
        for change in (hq.operator.fault("x", on=True), hq.operator.cron("0 2 * * *")):
            with pytest.raises(Skipped, match="read-only"):
                await change
        assert server.received == []

    on_channel({}, use, allow_writes=False)


def test_without_a_channel_it_says_what_to_set() -> None:
    async def main() -> None:
        async with checking("http://localhost:1") as hq:
            assert not hq.has_operator
            with pytest.raises(Skipped, match=r"no operator channel: set kind in \[targets.here.operator\]"):
                _ = hq.operator

    asyncio.run(main())


CLOUDFLARE = {"kind": "cloudflare", "account_id": "acc-1", "api_token": "cf-token-0123456789"}
D1 = "https://api.cloudflare.com/client/v4/accounts/acc-1/d1/database"
UUID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"


def on_cloudflare(mock: respx.Router, use: Any, **databases: str) -> None:
    async def main() -> None:
        transport = httpx.MockTransport(mock.async_handler)
        operator = CLOUDFLARE | {"databases": databases}
        async with checking("http://localhost:1", transport=transport, operator=operator) as hq:
            await use(hq)

    asyncio.run(main())


def test_cloudflare_queries_a_database_by_its_id() -> None:
    mock = respx.Router()
    rows = {"success": True, "errors": [], "result": [{"results": [{"n": 1}], "success": True, "meta": {}}]}
    query = mock.post(f"{D1}/{UUID}/query").respond(json=rows)

    async def use(hq: Hq) -> None:
        assert await hq.operator.sql("DB_OPS", "select ?", ["x"]) == [{"n": 1}]
        sent = query.calls[0].request
        assert sent.headers["authorization"] == "Bearer cf-token-0123456789"
        assert json.loads(sent.content) == {"sql": "select ?", "params": ["x"]}
        for refused in (hq.operator.rpc("A", "b"), hq.operator.logs(), hq.operator.cron("x")):
            with pytest.raises(Skipped, match="reads databases only"):
                await refused

    on_cloudflare(mock, use, DB_OPS=UUID)


def test_cloudflare_looks_a_name_up_once() -> None:
    mock = respx.Router()
    found = {"success": True, "result": [{"name": "vibehq-ops-2", "uuid": "no"}, {"name": "vibehq-ops", "uuid": UUID}]}
    lookup = mock.get(D1, params={"name": "vibehq-ops"}).respond(json=found)
    mock.post(f"{D1}/{UUID}/query").respond(json={"success": True, "result": [{"results": []}]})

    async def use(hq: Hq) -> None:
        assert await hq.operator.sql("DB_OPS", "select 1") == []
        assert await hq.operator.sql("DB_OPS", "select 2") == []
        assert lookup.call_count == 1

    on_cloudflare(mock, use)


@pytest.mark.parametrize(
    ("status", "body", "error", "text"),
    [
        (403, {"success": False, "errors": [{"code": 1, "message": "bad token"}]}, Violation, "bad token"),
        (503, {"success": False, "errors": []}, Unreachable, "status 503"),
        (200, {"success": True, "result": []}, Violation, "no rows"),
    ],
)
def test_cloudflare_errors(status: int, body: Any, error: type[Violation], text: str) -> None:
    mock = respx.Router()
    mock.post(f"{D1}/{UUID}/query").respond(status, json=body)

    async def use(hq: Hq) -> None:
        with pytest.raises(error, match=text) as caught:
            await hq.operator.sql("DB_OPS", "select 1")
        assert type(caught.value) is error

    on_cloudflare(mock, use, DB_OPS=UUID)


def test_cloudflare_database_that_is_not_there() -> None:
    mock = respx.Router()
    mock.get(D1).respond(json={"success": True, "result": []})

    async def use(hq: Hq) -> None:
        with pytest.raises(Violation, match="no database named 'vibehq-ops'"):
            await hq.operator.sql("DB_OPS", "select 1")

    on_cloudflare(mock, use)


def wrangler(folder: Path, script: str, **options: Any) -> Wrangler:
    """A stand-in for the wrangler command: a Python script that sees the same arguments."""
    command = folder / "wrangler"
    command.write_text(f"#!{sys.executable}\nimport json, sys, time\n{script}\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return Wrangler(folder, {"DB_OPS": "vibehq-ops"}, command=(str(command),), **options)


def test_wrangler_is_asked_with_inlined_parameters(tmp_path: Path) -> None:
    script = "print('banner'); print(json.dumps([{'results': [{'argv': sys.argv[1:]}], 'success': True, 'meta': {}}]))"
    rows = asyncio.run(wrangler(tmp_path, script).sql("DB_OPS", "select ? as a", ["it's"]))
    expected = ["d1", "execute", "vibehq-ops", "--local", "--json", "--command=select 'it''s' as a"]
    assert rows == [{"argv": expected}]
    rows = asyncio.run(wrangler(tmp_path, script, remote=True).sql("DB_OPS", "select 1", []))
    assert "--remote" in rows[0]["argv"]


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("print(json.dumps({'error': {'text': 'no such table'}})); sys.exit(1)", "no such table"),
        ("print('Authentication error', file=sys.stderr); sys.exit(1)", "Authentication error"),
        ("print('nothing useful')", "answered no rows"),
        ("print('[{\"results\": 5}]')", "no rows"),
    ],
)
def test_wrangler_errors(tmp_path: Path, script: str, text: str) -> None:
    with pytest.raises(OperatorError, match=text):
        asyncio.run(wrangler(tmp_path, script).sql("DB_OPS", "select 1", []))


def test_wrangler_that_hangs_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"no answer within 0\.2 s") as caught:
        asyncio.run(wrangler(tmp_path, "time.sleep(60)", deadline_s=0.2).sql("DB_OPS", "select 1", []))
    assert caught.value.unreachable


def test_wrangler_goes_with_the_check_that_is_cancelled(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"import os; open({str(pid)!r}, 'w').write(f'{{os.getpid()}}.'); time.sleep(60)"

    async def main() -> None:
        task = asyncio.create_task(wrangler(tmp_path, script).sql("DB_OPS", "select 1", []))
        await until(lambda: pid.exists() and pid.read_text().endswith("."))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text().strip(".")), 0)


def test_a_missing_wrangler_is_skipped_with_what_to_do(tmp_path: Path) -> None:
    backend = Wrangler(tmp_path, {"DB_OPS": "x"}, command=(str(tmp_path / "none"),))
    with pytest.raises(Skipped, match="wrangler cannot be started"):
        asyncio.run(backend.sql("DB_OPS", "select 1", []))
    with pytest.raises(Skipped, match="no database is configured for DB_CHATS"):
        asyncio.run(backend.sql("DB_CHATS", "select 1", []))
