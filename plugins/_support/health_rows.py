"""A run as it stands in the databases (contract 5.4, HLT-10, HLT-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Violation

from .health_models import RunReply
from .stored import stored_rows

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from .runs import StartedRun

_RUN = "select * from health_checks where health_check_uuid = ?"
_LOGGED = "select id from operation_logs where operation = 'initiate_health_check' and details like ?"
_WORKERS = "select * from worker_health_checks where health_check_uuid = ?"


async def assert_run_row(hq: Hq, run: StartedRun) -> None:
    """DB_HEALTH holds the run once, with our trigger source; judged where there is an operator channel."""
    rows = await stored_rows(hq, "DB_HEALTH", _RUN, (run.uuid,))
    if rows is None:
        return
    if not rows and await _stands_in_ops(hq, run):
        raise Violation(f"run {run.uuid} stands in DB_OPS instead of DB_HEALTH", kind="wrong-database")
    assert len(rows) == 1, f"DB_HEALTH holds run {run.uuid} {len(rows)} times instead of once"
    stored: dict[str, Any] = rows[0]
    assert stored.get("trigger_source") == hq.tag, (
        f"run {run.uuid} is stored with trigger_source {stored.get('trigger_source')!r} instead of {hq.tag!r}"
    )
    assert stored.get("total_workers") == len(run.workers), (
        f"run {run.uuid} is stored with total_workers {stored.get('total_workers')!r} instead of {len(run.workers)}"
    )


async def expect_logged(hq: Hq, run: StartedRun) -> None:
    """The start of the run is in the operation log; degraded when it is not, since the run itself does not suffer."""
    rows = await stored_rows(hq, "DB_OPS", _LOGGED, (f"%{run.uuid}%",))
    if rows is not None and not rows:
        hq.degraded(f"run {run.uuid} was started without a line initiate_health_check in operation_logs")


async def assert_reads_back(hq: Hq, run: StartedRun) -> None:
    """Over HTTP the run is what was asked for.

    404 says that it is not stored. Any other refusal says nothing about the database: Blocked on ``health-api``.
    """
    reply = await hq.api.get(f"/api/health/checks/{run.uuid}")
    if reply.status == 404:
        raise Violation(f"run {run.uuid} was started, but is not there when it is read back (404)", kind="not-stored")
    try:
        status = reply.expect(RunReply).run
    except Violation as violation:
        raise Blocked(f"the run cannot be read back: {violation}", component="health-api") from None
    if status.health_check_uuid != run.uuid:
        raise Blocked(f"run {run.uuid} reads back as another run (HLT-03 judges that)", component="health-api")
    assert status.total_workers == len(run.workers), (
        f"the run was started over {len(run.workers)} worker(s), but reads back over {status.total_workers}"
    )


async def assert_worker_rows(hq: Hq, run: StartedRun) -> None:
    """DB_HEALTH holds one row for each worker of the run; judged where there is an operator channel."""
    rows = await stored_rows(hq, "DB_HEALTH", _WORKERS, (run.uuid,))
    if rows is None:
        return
    names = sorted(str(row.get("worker_name")) for row in rows)
    assert names == sorted(run.workers), (
        f"DB_HEALTH holds rows of {', '.join(names) or 'no worker'} for run {run.uuid} over {', '.join(run.workers)}"
    )


async def _stands_in_ops(hq: Hq, run: StartedRun) -> bool:
    try:
        return bool(await hq.operator.sql("DB_OPS", _RUN, (run.uuid,)))
    except Violation:
        return False  # DB_OPS need not have the table
