"""Scans from the inside: long logs, and a database that goes away in between (contract AUT-05..07)."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.faults import Faults, Switch
from vibehq_smoke.lab.operations.scanner import BATCH, OpsScanner
from vibehq_smoke.lab.storage.databases import DatabaseDownError, Databases
from vibehq_smoke.lab.storage.log import Log
from vibehq_smoke.lab.storage.oplog import write_operation

DOWN = "d1-ops-down"


class Hearing:
    """A hub that keeps what is broadcast, and takes the database down at the first frame if asked to."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.frames: list[tuple[str, dict[str, Any]]] = []
        self.breaking = False

    def broadcast(self, kind: str, data: dict[str, Any]) -> None:
        """Keep a frame."""
        self.frames.append((kind, data))
        if self.breaking:
            self.faults.set(DOWN, True)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """The parts of a lab that a scan needs."""
    faults, log = Faults((Switch(DOWN, "DB_OPS is down"),)), Log()
    with closing(Databases.open(tmp_path, faults)) as databases:
        parts = SimpleNamespace(
            faults=faults, databases=databases, hub_ops=Hearing(faults), log=log, background=Background("test", log)
        )
        yield cast("Lab", parts)


def hearing(lab: Lab) -> Hearing:
    """What the hub heard."""
    return cast("Hearing", lab.hub_ops)


def test_a_long_log_is_read_in_parts_and_once(lab: Lab) -> None:
    for number in range(BATCH + 10):
        write_operation(lab.databases.ops, "test", "work", "error" if number % 2 else "info", {"n": number})
    total = lab.databases.ops.scalar("SELECT count(*) FROM operation_logs")
    wrong = lab.databases.ops.scalar("SELECT count(*) FROM operation_logs WHERE level = 'error'")
    first = asyncio.run(OpsScanner(lab).scan("full"))
    assert (first["processedLogs"], first["issuesFiled"]) == (total, wrong)
    progress = [data["progress"] for kind, data in hearing(lab).frames if kind == "scan-progress"]
    assert progress == [{"processed": BATCH, "total": total}, {"processed": total, "total": total}]
    again = asyncio.run(OpsScanner(lab).scan("full"))
    assert (again["processedLogs"], again["issuesFiled"]) == (total + 1, 0)
    rest = asyncio.run(OpsScanner(lab).scan("incremental", logged=False))
    assert (rest["processedLogs"], rest["issuesFiled"]) == (1, 0)
    assert asyncio.run(OpsScanner(lab).scan("incremental"))["processedLogs"] == 0


def test_scans_at_the_same_time_share_the_log(lab: Lab) -> None:
    async def two() -> list[dict[str, Any]]:
        scanner = OpsScanner(lab)
        return list(await asyncio.gather(scanner.scan("incremental"), scanner.scan("incremental")))

    total = lab.databases.ops.scalar("SELECT count(*) FROM operation_logs")
    assert sorted(result["processedLogs"] for result in asyncio.run(two())) == [0, total]


def test_a_scan_whose_database_goes_away_ends_as_failed(lab: Lab) -> None:
    async def broken() -> str:
        hearing(lab).breaking = True
        with pytest.raises(DatabaseDownError):
            await OpsScanner(lab).scan("incremental")
        hearing(lab).breaking = False
        lab.faults.set(DOWN, False)
        for _ in range(100):
            await asyncio.sleep(0.02)
            status = str(lab.databases.ops.scalar("SELECT status FROM ops_scans ORDER BY id DESC"))
            if status != "running":
                break
        await lab.background.stop()
        return status

    assert asyncio.run(broken()) == "failed"
    assert [kind for kind, _ in hearing(lab).frames] == ["scan-start"]
    # what the failed one should have read is left for the next
    assert asyncio.run(OpsScanner(lab).scan("incremental"))["processedLogs"] > 0
    stored = lab.databases.ops.rows("SELECT status, findings FROM ops_scans ORDER BY id")
    assert [row["status"] for row in stored] == ["failed", "completed"]
    assert json.loads(stored[1]["findings"])["scope"] == "incremental"
