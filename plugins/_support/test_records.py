"""Results that a test suite reports of a worker (contract WRK-09, ERR-09)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from vibehq_smoke import Skipped
from vibehq_smoke.errors import Unreachable
from vibehq_smoke.platform.dialects import Dialect

from .fields import Uuid
from .health_models import LatestReply, Refusal

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

FAILURES = frozenset({"error", "critical"})
LOGGED_S = 5.0
"""Within which a failure stands in the operation log."""

_LEVELS = "select level from operation_logs where source = ? or details like ?"


class _Taken(Dialect):
    ok: Literal[True]
    health_check_uuid: Uuid
    worker_check_uuid: Uuid


@dataclass(frozen=True)
class TestRecord:
    """A failed suite that this run reported, of a worker that is named by the run's tag."""

    name: str
    run_id: str
    worker_check_uuid: str


async def record_a_failure(hq: Hq) -> TestRecord:
    """Report a suite that failed: the only test record of the whole run (Q25), so that ERR-09 can build on it."""
    report = {"run_id": hq.tag, "status": "failed", "trigger": "on_demand", "suite": "smoke"}
    taken = (await hq.api.post(_path(hq.tag), json=report)).expect(_Taken, status=(200, 201))
    where = {"health_check_uuid": taken.health_check_uuid}
    for kind, table in (("test rows", "worker_health_checks"), ("test record", "health_checks")):
        hq.created(kind, taken.health_check_uuid, database="DB_HEALTH", table=table, where=where)
    return TestRecord(hq.tag, hq.tag, taken.worker_check_uuid)


async def assert_reads_back(hq: Hq, record: TestRecord) -> None:
    """The record is the latest of its worker."""
    latest = (await hq.api.get(f"{_path(record.name)}/latest")).expect(LatestReply).latest
    assert (latest.worker_name, latest.worker_check_uuid) == (record.name, record.worker_check_uuid), (
        f"recorded {record.worker_check_uuid} for {record.name}, "
        f"but the latest is {latest.worker_check_uuid} of {latest.worker_name}"
    )
    assert latest.status in ("failed", "completed"), f"the recorded failure reads back as {latest.status!r}"
    assert latest.overall_status != "healthy", "the recorded failure reads back as healthy"


async def refuses_incomplete_records(hq: Hq) -> None:
    """A record without one of its fields is refused, and nothing of it is kept."""
    name = f"{hq.tag}-no"
    whole = {"run_id": name, "status": "passed", "trigger": "on_demand", "suite": "smoke"}
    for missing in ("run_id", "status", "trigger"):
        body = {field: value for field, value in whole.items() if field != missing}
        (await hq.api.post(_path(name), json=body)).expect(Refusal, status=400)
    kept = await hq.api.get(f"{_path(name)}/latest")
    assert kept.status != 200, "a record that was refused can be read all the same"


async def assert_failure_is_logged(hq: Hq, record: TestRecord) -> None:
    """The failure left a line of level error, in ``operation_logs`` or among the platform's own log lines."""
    try:
        levels = await hq.poll(
            lambda: _levels(hq, record),
            lambda found: bool(FAILURES.intersection(found)),
            what=f"a line of level error about the failed suite {record.run_id}",
            timeout=LOGGED_S,
            first=0,
            every=1.0,
        )
    except Unreachable as silence:
        raise Skipped(f"the operator channel does not answer: {silence}") from None
    hq.note(f"the failed suite is logged with level {' and '.join(levels)}")


async def _levels(hq: Hq, record: TestRecord) -> list[str]:
    """The levels of all lines that are about the record."""
    rows = await hq.operator.sql("DB_OPS", _LEVELS, (record.name, f"%{record.run_id}%"))
    found = {str(row["level"]).lower() for row in rows}
    if not FAILURES & found:
        with suppress(Skipped):
            lines = await hq.operator.logs()
            found |= {str(line.get("level")).lower() for line in lines if record.run_id in str(line)}
    return sorted(found)


def _path(name: str) -> str:
    return f"/api/health/tests/{name}"
