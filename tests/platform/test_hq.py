"""The parts of ``hq`` that no other file looks at, and the platform around it."""

import asyncio
import time
from pathlib import Path

import pytest

from vibehq_smoke.errors import Skipped
from vibehq_smoke.platform import Platform
from vibehq_smoke.redact import MASK, Redactor

from .helpers import SPEC, checking, platform, target
from .servers import says, serve

WORKERS = {
    "agent-factory": "http://localhost:2",
    "ops-conflict-specialist": "http://localhost:3",
    "odd": {"url": "http://localhost:4", "type": "application"},
}


def test_workers_are_there_by_name_with_their_type() -> None:
    async def main() -> None:
        async with checking("http://localhost:1", workers=WORKERS) as hq:
            assert {name: (worker.name, worker.type, worker.url) for name, worker in hq.workers.items()} == {
                "agent-factory": ("agent-factory", "factory", "http://localhost:2"),
                "ops-conflict-specialist": ("ops-conflict-specialist", "specialist", "http://localhost:3"),
                "odd": ("odd", "application", "http://localhost:4"),
            }
            assert hq.worker("odd") is hq.workers["odd"]
            assert hq.cheap_worker.name == "ops-conflict-specialist"
            with pytest.raises(Skipped, match=r"no worker 'agent-factroy'.*did you mean 'agent-factory'"):
                hq.worker("agent-factroy")

    asyncio.run(main())


def test_the_cheap_worker_without_a_specialist_is_the_first_and_without_any_there_is_none() -> None:
    async def main() -> None:
        async with checking("http://localhost:1", workers={"b": "http://localhost:2", "a": "http://localhost:3"}) as hq:
            assert hq.cheap_worker.name == "b"
        async with checking("http://localhost:1") as hq:
            with pytest.raises(Skipped, match=r"no workers: set \[targets.here.workers\]"):
                _ = hq.cheap_worker

    asyncio.run(main())


def test_a_worker_is_asked_without_a_credential_or_csrf_pair() -> None:
    async def main() -> None:
        async with serve({"*": says({"ok": True})}) as server:
            auth = {"kind": "bearer", "token": "tok-0123456789"}
            async with checking("http://localhost:1", workers={"w": server.url}, auth=auth) as hq:
                await hq.worker("w").post("/api/x", json={})
            (asked,) = server.received
            assert "authorization" not in asked.headers
            assert "x-csrf-token" not in asked.headers

    asyncio.run(main())


def test_a_tagged_body_can_be_found_again() -> None:
    async def main() -> None:
        async with checking("http://localhost:1", workers=WORKERS) as hq:
            assert hq.tag == "smoke-42"
            assert hq.tagged(worker_filters=[hq.cheap_worker, "other"], timeout_minutes=1) == {
                "trigger_type": "on_demand",
                "trigger_source": "smoke-42",
                "timeout_minutes": 1,
                "include_unit_tests": True,
                "include_performance_tests": False,
                "include_integration_tests": False,
                "worker_filters": ["ops-conflict-specialist", "other"],
            }
            assert "worker_filters" not in hq.tagged()

    asyncio.run(main())


def test_what_the_check_says_is_kept_and_redacted() -> None:
    async def main() -> None:
        async with checking("http://localhost:1", auth={"kind": "bearer", "token": "tok-0123456789"}) as hq:
            hq.note("note tok-0123456789")
            hq.degraded("slow tok-0123456789")
            hq.log("log tok-0123456789")
            recorder = hq.recorder
            assert (recorder.notes, recorder.drifts, recorder.log) == (
                [f"note {MASK}"],
                [f"slow {MASK}"],
                [f"log {MASK}"],
            )

    asyncio.run(main())


def test_what_was_created_goes_to_the_ledger_of_the_run() -> None:
    async def main() -> None:
        async with platform("http://localhost:1") as opened:
            opened.hq(SPEC).created("health run", "abc", database="DB_HEALTH", table="health_checks", where={"id": 1})
            (entry,) = opened.ledger.entries
            assert (entry.check, entry.kind, entry.id) == ("TST-01", "health run", "abc")
            assert entry.cleanup_sql == "DELETE FROM health_checks WHERE id = 1;"

    asyncio.run(main())


def test_the_source_checkout_is_given_or_skipped(tmp_path: Path) -> None:
    async def main() -> None:
        async with checking("http://localhost:1", source=tmp_path) as hq:
            assert hq.source == tmp_path
        async with checking("http://localhost:1") as hq:
            with pytest.raises(Skipped, match=r"no source checkout: set source in \[targets.here\]"):
                _ = hq.source

    asyncio.run(main())


@pytest.mark.parametrize(
    ("environment", "asked", "expected"),
    [("local", None, False), ("production", None, True), ("production", False, False), ("local", True, True)],
)
def test_read_only_is_the_targets_own_setting_unless_told_otherwise(
    environment: str, asked: bool | None, expected: bool
) -> None:
    aim = target("http://localhost:1", environment=environment)
    opened = Platform(aim, run_id="1", started=time.monotonic(), redactor=Redactor(), read_only=asked)
    assert opened.read_only is expected
    assert opened.hq(SPEC).read_only is expected


def test_each_check_has_a_recorder_of_its_own() -> None:
    async def main() -> None:
        async with serve({"*": says({})}) as server, platform(server.url) as opened:
            one, two = opened.hq(SPEC), opened.preflight_hq()
            await one.bare.get("/a")
            assert len(one.recorder.evidence) == 1
            assert two.recorder.evidence == []
            assert two.spec.id == "preflight"

    asyncio.run(main())


def test_a_platform_can_be_closed_twice_and_unused() -> None:
    async def main() -> None:
        opened = Platform(target("http://localhost:1"), run_id="1", started=time.monotonic(), redactor=Redactor())
        await opened.open()
        await opened.close()
        await opened.close()

    asyncio.run(main())
