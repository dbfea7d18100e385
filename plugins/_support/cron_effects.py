"""What a scheduled event leads to: a scan, its broadcast, a health run, a line in the log (contract AUT-02 to 04)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Skipped, Violation

from .crons import DAILY, SCOPES, Fired, scans_since
from .log_lines import log_lines
from .run_list import runs_of
from .scans import MadeScan, is_result, scan_number, scope_of
from .stored import stored_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vibehq_smoke.platform import Hq

    from .ears import Ear

RUN_WITHIN_S = 60.0
"""Within which the daily event must have started a health run (contract AUT-03)."""

DONE = "Scheduled task completed successfully"
FACTS = ("scanId", "totalDuration", "processedLogs", "issuesFiled")
"""What the line that says so must tell besides the expression (contract AUT-04)."""

_WANTED = tuple(SCOPES.values())
_EVENTS = " and ".join(map(repr, SCOPES))

_LOGGED = "select operation from operation_logs where source = 'ops-monitor' and id > ?"


async def assert_scanned(hq: Hq, fired: Fired, made: MadeScan) -> None:
    """Each expression scanned with its scope, and hub-ops told so.

    A scan that was made and not told of is no fault of the cron's: then hub-ops is accused. The scan that was asked
    for by HTTP does not count; further ones may come from anybody, so what is wanted must only come in order.
    """
    rows = await scans_since(hq, fired.firings[0])
    ours = None if rows is None else [row for row in rows if row["id"] != scan_number(made.result)]
    if ours is not None:
        _assert_stored(ours)
    for ear in (fired.ear, made.ear):
        _assert_there(ear)
    told = fired.results_since(fired.firings[0])
    scopes = [str(scope_of(frame)) for frame in told if not is_result(frame, made.result.scan_id)]
    _assert_told(scopes, made, stored=ours is not None)


def _assert_stored(rows: list[dict[str, Any]]) -> None:
    types = [str(row["scan_type"]) for row in rows]
    assert types, f"{_EVENTS} were fired and ended well, but no scan was stored"
    assert in_order(_WANTED, types), f"{_EVENTS} made scans of type {_then(types)} instead of {_then(_WANTED)}"
    for type_ in _WANTED:
        states = {str(row["status"]) for row in rows if row["scan_type"] == type_}
        assert "completed" in states, f"the {type_} scan is {', '.join(sorted(states))} after its event has ended"


def _assert_told(scopes: list[str], made: MadeScan, *, stored: bool) -> None:
    if in_order(_WANTED, scopes):
        return
    hub = made.ear.hub
    silence = f"{hub.path} told of {_then(scopes)} when {_EVENTS} were fired, instead of {_then(_WANTED)} scans"
    if stored:
        raise Violation(f"{silence}, which are stored", kind="broadcast", about=hub.component)
    if not scopes and not any(map(is_result, made.ear.frames)):
        raise Violation(f"{silence}, nor of the scan by HTTP", kind="broadcast", about=hub.component)
    raise AssertionError(silence)


def in_order(wanted: Sequence[str], got: Iterable[str]) -> bool:
    """Whether all that is ``wanted`` comes in ``got`` in this order, whatever comes between."""
    rest = iter(got)
    return all(word in rest for word in wanted)


def _then(words: Sequence[str]) -> str:
    return ", then ".join(words) or "nothing"


def _assert_there(ear: Ear) -> None:
    """The hub could be listened to. Raises Blocked when it is not there, which WRK-11 judges."""
    try:
        ear.assert_open()
    except AssertionError as lost:
        raise Violation(str(lost).partition("\n")[0], kind="broadcast", about=ear.hub.component) from None


async def assert_run_started(hq: Hq, fired: Fired) -> None:
    """The daily event started a health run with trigger cron. Raises Violation."""
    before = fired.runs_before
    if before is None:
        raise Blocked("the runs before the event could not be listed (HLT-02 judges that)", component="health-api")

    async def new_runs() -> frozenset[str]:
        return frozenset(await runs_of(hq, "cron")) - before

    started = await hq.poll(
        new_runs, bool, what=f"a health run with trigger cron after {DAILY!r}", timeout=RUN_WITHIN_S, first=0.1
    )
    for uuid in started:
        where = {"health_check_uuid": uuid}
        hq.created("worker rows", uuid, database="DB_HEALTH", table="worker_health_checks", where=where)
        hq.created("health run", uuid, database="DB_HEALTH", table="health_checks", where=where)


async def assert_logged(hq: Hq, fired: Fired) -> None:
    """Each event left its line in the log, or each scan its row in operation_logs. Raises Violation, Skipped."""
    lines = await _lines(hq, fired)
    missing = [firing.expression for firing in fired.firings if firing.expression not in lines]
    if not missing:
        for expression, line in lines.items():
            lacking = [name for name in FACTS if line.get(name) is None]
            assert not lacking, f"the line of {expression!r} does not tell {', '.join(lacking)}"
        return
    logged = await _operations(hq, fired)
    if logged is None:
        raise Skipped("neither log lines nor operation_logs can be read: set an operator channel that reads them")
    unlogged = [expression for expression in missing if f"ops.ingestLogs.{SCOPES[expression]}" not in logged]
    assert not unlogged, f"{' and '.join(map(repr, unlogged))} left neither a log line nor a row in operation_logs"
    hq.note(f"no log line {DONE!r} was found, but operation_logs has the scans")


async def _lines(hq: Hq, fired: Fired) -> dict[str, dict[str, Any]]:
    """The lines that say that an event was dealt with, by its expression."""
    if fired.last_log is None:
        return {}
    lines = await log_lines(hq, fired.last_log)
    done = [line for line in lines if DONE in str(line.get("message"))]
    told = ((line | line["fields"] if isinstance(line.get("fields"), dict) else line) for line in done)
    return {str(line.get("cron")): line for line in told if line.get("cron") in SCOPES}


async def _operations(hq: Hq, fired: Fired) -> set[str] | None:
    if fired.last_operation is None:
        return None
    rows = await stored_rows(hq, "DB_OPS", _LOGGED, (fired.last_operation,))
    return None if rows is None else {str(row["operation"]) for row in rows}
