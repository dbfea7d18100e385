"""Deliveries from the inside: what a file destination gets, and a database that is away for a while."""

import asyncio
import json
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.faults import Faults, Switch
from vibehq_smoke.lab.operations.courier import Courier
from vibehq_smoke.lab.storage.databases import Databases
from vibehq_smoke.lab.storage.log import Log

DOWN = "d1-ops-down"


async def delivered(databases: Databases, faults: Faults, *, away: bool) -> int:
    """Id of a report to the archive once all attempts are over; `away`: the database is down at the first."""
    log = Log()
    background = Background("test", log)
    lab = cast("Lab", SimpleNamespace(databases=databases, faults=faults, log=log, background=background))
    row = {"created_at": now_iso(), "patch_id": "p", "destination": "archive", "metadata": '{"note": 1}'}
    number = databases.ops.insert("delivery_reports", row)
    faults.set(DOWN, away)
    Courier(lab).dispatch(number)
    while away and not log.since(0):  # noqa: ASYNC110 - a log does not signal
        await asyncio.sleep(0.01)
    faults.set(DOWN, False)
    made = "SELECT status FROM delivery_reports WHERE id = ?"
    while databases.ops.scalar(made, (number,)) == "generating":  # noqa: ASYNC110 - nor does a row
        await asyncio.sleep(0.01)
    await background.stop()
    return number


def test_a_file_destination_keeps_the_report(tmp_path: Path) -> None:
    faults = Faults((Switch(DOWN, "DB_OPS is down"),))
    with closing(Databases.open(tmp_path, faults)) as databases:
        number = asyncio.run(delivered(databases, faults, away=True))
        row = databases.ops.row("SELECT status, attempts FROM delivery_reports WHERE id = ?", (number,))
    assert row == {"status": "delivered", "attempts": 1}
    kept = json.loads((tmp_path / "delivered" / "archive" / f"report-{number}.json").read_text(encoding="utf-8"))
    assert (kept["id"], kept["patch_id"], kept["metadata"]) == (number, "p", {"note": 1})
