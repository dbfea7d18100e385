"""Faults of databases, processes and clocks: what else holds while they are on, and that they end."""

import asyncio
import shutil
import ssl
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from starlette.types import Message

from tests.lab.probes.environment import rpc, sent
from tests.lab.running import RunningLab, wait_for
from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.faults import Faults, UnknownFaultError
from vibehq_smoke.lab.serving.holding import Holding
from vibehq_smoke.lab.storage import debt
from vibehq_smoke.lab.storage.databases import DatabaseDownError, Databases
from vibehq_smoke.lab.storage.log import Log
from vibehq_smoke.lab.switches import ALL

pytestmark = pytest.mark.usefixtures("switches_off")
LINE = {"source": "smoke", "operation": "test", "level": "info", "created_at": "2025-01-01T00:00:00.000Z"}


def test_a_locked_database_is_read_and_not_written(lab: RunningLab) -> None:
    before = lab.sql("DB_OPS", "select count(*) as n from operation_logs")
    lab.fault("d1-ops-locked", True)
    entry = {"source": "smoke", "operation": "test", "level": "info"}
    refused = rpc(lab, "ORCHESTRATOR_LOGGING", "log", entry)
    assert (refused.status_code, "database vibehq-ops is locked" in refused.text) == (500, True)
    assert lab.sql("DB_OPS", "select count(*) as n from operation_logs") == before
    assert lab.get("/api/delivery-reports").status_code == 200


def test_a_read_only_database_refuses_what_would_start_a_run(lab: RunningLab) -> None:
    lab.fault("d1-health-read-only", True)
    refused = lab.post("/api/health/checks", {"worker_filters": ["nobody"]})
    assert refused.status_code == 500
    assert refused.json()["details"] == "database vibehq-health-logs is read-only"
    assert lab.get("/api/health/checks").status_code == 200


def test_errors_show_no_statement_unless_they_leak(lab: RunningLab) -> None:
    lab.fault("d1-health-down", True)
    assert "SELECT" not in lab.get("/api/health").text.upper()
    lab.fault("errors-leak-sql", True)
    assert "SELECT" in lab.get("/api/health").json()["details"].upper()


def test_a_hanging_worker_answers_in_the_end(lab: RunningLab) -> None:
    lab.fault("data-factory-hang", True)
    with sent(lab.workers["data-factory"], "GET", "/health-check/status") as asked:
        lab.fault("data-factory-hang", False)
        asked.settimeout(10)
        assert asked.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_flapping_worker_begins_to_count_anew(lab: RunningLab) -> None:
    for _ in range(2):
        with lab.at_fault("data-factory-flapping"):
            url = f"{lab.workers['data-factory']}/no-such-page"
            assert [lab.client.get(url).status_code for _ in range(7)] == [404, 404, 500, 404, 404, 500, 404]


def test_a_dead_orchestrator_comes_back_and_goes_on(lab: RunningLab) -> None:
    lab.fault("orchestrator-down", True)
    with pytest.raises(httpx.ConnectError):
        lab.client.get(f"{lab.base}/api/status")
    lab.fault("orchestrator-down", False)
    run = lab.start_run("agent-factory", include_performance_tests=False, include_integration_tests=False)
    assert lab.finished(run)["status"] == "completed"


def test_a_component_has_one_version_of_its_own(lab: RunningLab) -> None:
    urls = [lab.base, *lab.workers.values()] * 2
    versions = [lab.client.get(f"{url}/no-such-page").headers["x-version-id"] for url in urls]
    assert len(set(versions)) == len(versions) / 2
    assert "x-version-id" not in lab.client.get(f"{lab.operator}/ping").headers


def test_rows_written_in_the_background_tell_the_skewed_time_too(lab: RunningLab) -> None:
    lab.fault("clock-skew-orchestrator", True)
    run = lab.finished(lab.start_run("agent-factory", include_performance_tests=False))
    row = lab.sql("DB_HEALTH", "select * from health_checks where health_check_uuid = ?", run["health_check_uuid"])[0]
    lab.fault("clock-skew-orchestrator", False)
    now = lab.get("/api/health/checks").headers["date"]
    assert now
    for column in ("started_at", "completed_at"):
        assert row[column] > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 500)), column


def test_the_certificate_changes_under_new_connections(lab: RunningLab) -> None:
    found = lab.client.get(f"{lab.operator}/tls")
    if found.status_code == 501:
        assert "openssl" in found.json()["error"]
        pytest.skip(found.json()["error"])
    told = found.json()
    context = ssl.create_default_context(cadata=told["ca_pem"])

    def status() -> int:
        with httpx.Client(verify=context, trust_env=False) as client:
            return client.get(f"{told['url']}/api/status").status_code

    assert status() == 200
    for fault, words in (("tls-expired", "expired"), ("tls-wrong-host", "Hostname mismatch")):
        with lab.at_fault(fault), pytest.raises(httpx.ConnectError, match=words):
            status()
    with lab.at_fault("tls-expiring"):
        assert status() == 200
        assert lab.client.get(f"{lab.operator}/tls").json()["not_after"] < told["not_after"]
    with lab.at_fault("orchestrator-down"), pytest.raises(httpx.ConnectError):
        status()
    assert (status(), lab.client.get(f"{lab.operator}/tls").json()["url"]) == (200, told["url"])


def test_what_is_hidden_in_a_database_is_there_again_after_a_kill(tmp_path: Path) -> None:
    faults = Faults(ALL)
    for fault in ("D-03", "D-04", "d1-ops-locked"):
        faults.set(fault, True)
    running, left = tmp_path / "running", tmp_path / "left"
    running.mkdir()
    killed = Databases.open(running, faults)
    killed.apply_faults()
    with pytest.raises(DatabaseDownError, match="locked"):
        killed.ops.insert("operation_logs", LINE)
    short = killed.ops.rows("select name from d1_migrations")
    shutil.copytree(running, left)  # what a killed process leaves: nothing is put right
    killed.close()
    again = Databases.open(left, Faults(ALL))
    assert len(again.ops.rows("select name from d1_migrations")) > len(short) == 1
    assert again.ops.scalar("select count(*) from orders") > 0
    again.close()


def test_background_work_pays_for_slow_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debt, "SECONDS_EACH", 0.05)
    order: list[str] = []

    async def work() -> None:
        debt.owe("one")
        order.append("asked")
        await asyncio.sleep(0)
        order.append("answered")
        debt.owe("two")
        try:
            await asyncio.sleep(600)
        finally:
            order.append("cancelled")

    async def main() -> None:
        background = Background("smoke", Log())
        background.start(work())
        await asyncio.sleep(0.01)
        assert order == ["asked"]
        while order != ["asked", "answered"]:  # noqa: ASYNC110 - the list does not signal
            await asyncio.sleep(0.001)
        await background.stop()
        assert order == ["asked", "answered", "cancelled"]

    asyncio.run(main())


def test_errors_and_timeouts_reach_background_work_as_ever() -> None:
    log = Log()

    async def times_out() -> None:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(600)

    async def main() -> None:
        background = Background("smoke", log)
        await background.start(times_out())
        never_begun = background.start(times_out())
        never_begun.cancel()
        await asyncio.gather(never_begun, return_exceptions=True)

    asyncio.run(main())
    assert [line["error"] for line in log.since(0)] == ["TimeoutError: "]


def test_a_held_request_ends_with_its_client() -> None:
    faults = Faults(ALL)
    faults.set("agent-factory-hang", True)

    async def main(receive: Callable[[], Awaitable[Message]], *, switched_off: bool) -> tuple[bool, list[Message]]:
        holding = Holding(receive)
        held = asyncio.ensure_future(holding.hold(faults, "agent-factory-hang"))
        await asyncio.sleep(0.01)
        if switched_off:
            faults.set("agent-factory-hang", False)
        return await held, holding.kept

    def client(*messages: Message) -> Callable[[], Awaitable[Message]]:
        left = list(messages)

        async def receive() -> Message:
            return left.pop(0) if left else await asyncio.get_running_loop().create_future()

        return receive

    body: Message = {"type": "http.request", "body": b"{}"}
    assert asyncio.run(main(client(body, {"type": "http.disconnect"}), switched_off=False)) == (False, [body])
    assert asyncio.run(main(client(body), switched_off=True)) == (True, [body])


def test_turns_are_counted() -> None:
    faults = Faults(ALL)
    for on in (True, True, False, True):
        faults.set("D-12", on)
    assert (faults.turn("D-12"), faults.turn("D-13"), faults.none) == (2, 0, False)
    with pytest.raises(UnknownFaultError):
        faults.set("nothing-of-the-kind", True)


def test_slow_databases_delay_nobody_else(lab: RunningLab) -> None:
    lab.fault("d1-health-slow", True)
    with sent(lab.operator, "POST", "/sql", '{"db":"DB_HEALTH","select":"select 1"}') as asked:
        for _ in range(20):
            assert lab.client.get(f"{lab.base}/api/status").status_code == 200
        asked.setblocking(False)
        with pytest.raises(BlockingIOError):
            asked.recv(1)
        asked.setblocking(True)
        asked.settimeout(10)
        assert asked.recv(12) == b"HTTP/1.1 200"
    wait_for(lambda: lab.client.get(f"{lab.operator}/ping").is_success)
