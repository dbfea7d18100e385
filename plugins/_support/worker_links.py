"""What workers say of their links to the orchestrator, and the lines they leave there (contract WRK-05 to WRK-07)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vibehq_smoke import Skipped, Violation
from vibehq_smoke.platform.dialects import Dialect

from .distinct import sole
from .fields import Count, Moment, Text
from .health_models import LatestReply, QuickCheck
from .reading import read, value_of
from .stored import stored_rows
from .workers import component_of, each_worker

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

    from .dispatched import DispatchedRow

QUICK = "/health-check/quick"
LOG = "/api/specialists/log"
LOGGED_S = 5.0
"""Within which a line stands in the operation log."""

_LINES = (
    "select count(*) as lines, coalesce(sum(level is not 'debug'), 0) as others "
    "from operation_logs where source = ? and operation = ?"
)
_OPERATION = "quick_health_check"
_LINK = "select database_connectivity from worker_health_checks where worker_check_uuid = ?"


class _Activity(Dialect):
    timestamp: Moment
    activity: Text
    level: Text


class _Lines(Dialect):
    """How many lines there are, and how many of them have another level than ``debug``."""

    lines: Count
    others: Count


class _Added(Dialect):
    ok: Literal[True]


class _Activities(Dialect):
    ok: Literal[True]
    logs: list[_Activity]


async def all_reach_the_orchestrator(hq: Hq) -> None:
    """Every worker's quick check says so. Raises Violation: about the worker when only one is cut off."""
    cut_off: list[str] = []

    async def ask(worker: Worker) -> None:
        if not (await worker.get(QUICK)).expect(QuickCheck).orchestrator_connectivity:
            cut_off.append(worker.name)

    await each_worker(hq, ask)
    if cut_off := [name for name in hq.workers if name in cut_off]:
        alone = len(cut_off) == 1 and len(hq.workers) > 1
        raise Violation(
            f"{' and '.join(cut_off)} cannot call the orchestrator (orchestrator_connectivity is false)",
            kind="connectivity",
            about=component_of(cut_off[0]) if alone else None,
        )


async def assert_reaches_the_database(hq: Hq, row: DispatchedRow) -> None:
    """The worker reported that the database answers it through the orchestrator. Raises Skipped when that is hidden."""
    name = row.worker_name
    assert await _database_link(hq, row), (
        f"{name} reports database_connectivity false: its call of Tasks.getTasksForOrder fails"
    )


async def _database_link(hq: Hq, row: DispatchedRow) -> bool:
    if row.database_connectivity is not None:
        return bool(row.database_connectivity)
    latest = (await hq.api.get(f"/api/health/workers/{row.worker_name}/latest")).expect(LatestReply).latest
    told = value_of(latest.report or {}, "database_connectivity")
    if latest.worker_check_uuid == row.worker_check_uuid and told is not None:
        return bool(told)
    rows = await stored_rows(hq, "DB_HEALTH", _LINK, (row.worker_check_uuid,))
    if not rows or rows[0].get("database_connectivity") is None:
        raise Skipped("database_connectivity shows nowhere over HTTP: set kind in the operator section")
    return bool(rows[0]["database_connectivity"])


async def assert_quick_check_is_logged(hq: Hq, worker: Worker) -> None:
    """A quick check leaves a debug line in ``operation_logs``; judged where there is an operator channel."""
    before = await _lines_of(hq, worker)
    if before is None:
        return
    quick = (await worker.get(QUICK)).expect(QuickCheck)
    try:
        after = await hq.poll(
            lambda: _lines_of(hq, worker),
            lambda now: now is None or now.lines > before.lines,
            what=f"a line of {worker.name} about its {_OPERATION} in operation_logs",
            timeout=LOGGED_S,
            first=0,
            every=0.5,
        )
    except Violation as violation:
        if violation.kind != "timeout":
            raise
        said = "it does not reach the orchestrator" if not quick.orchestrator_connectivity else "it went through"
        raise Violation(f"a quick check of {worker.name} left no line in operation_logs; it says that {said}") from None
    assert after is None or after.others == before.others, (
        f"the quick check of {worker.name} is logged with another level than debug"
    )


async def _lines_of(hq: Hq, worker: Worker) -> _Lines | None:
    """The lines about its quick checks; None when one cannot look inside."""
    rows = await stored_rows(hq, "DB_OPS", _LINES, (worker.name, _OPERATION))
    what = f"the count of lines of {worker.name} about its {_OPERATION}"
    return None if rows is None else read(hq, _Lines, sole(rows, what), what)


async def assert_activity_is_kept(hq: Hq) -> None:
    """An activity that a specialist reports can be read back once. Raises Violation about ``specialist-log``."""
    sent = {"specialist": hq.tag, "activity": "ping", "identifier": "x", "level": "info"}
    try:
        (await hq.api.post(LOG, json=sent)).expect(_Added, status=(200, 201))
        where = {"source": f"specialist.{hq.tag}"}
        hq.created("specialist log", hq.tag, database="DB_OPS", table="operation_logs", where=where)
        logs = (await hq.api.get(f"{LOG}/{hq.tag}", params={"identifier": "x"})).expect(_Activities).logs
        assert len(logs) == 1, f"one activity of {hq.tag} was logged, but {len(logs)} read back"
        assert (logs[0].activity, logs[0].level) == ("ping", "info"), (
            f"the activity ping, level info, reads back as {logs[0].activity}, level {logs[0].level}"
        )
    except (Violation, AssertionError) as wrong:
        raise Violation(str(wrong), kind=getattr(wrong, "kind", "assertion"), about="specialist-log") from None
