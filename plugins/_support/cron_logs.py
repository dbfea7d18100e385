"""What a scheduled event leaves in the logs (contract AUT-04)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Skipped

from .api_models import Camel
from .crons import SCOPES, Fired
from .distinct import twice
from .fields import Amount, Count, Name
from .log_lines import log_pages
from .reading import read, value_of
from .scans import scan_of
from .stored import stored_rows

if TYPE_CHECKING:
    from collections.abc import Collection

    from vibehq_smoke.platform import Hq

DONE = "Scheduled task completed successfully"

_LOGGED = (
    "select operation from operation_logs where source = 'ops-monitor' "
    "and datetime(created_at) >= (select min(datetime(created_at)) from ops_scans where id > ?)"
)


class DoneLine(Camel):
    """The line that says that an event was dealt with, besides its expression (contract AUT-04)."""

    scan_id: Name
    total_duration: Amount
    processed_logs: Count
    issues_filed: Count


async def assert_logged(hq: Hq, fired: Fired) -> None:
    """Each event left its line in the log, or each scan its row in operation_logs. Raises Violation, Skipped."""
    lines = await _lines(hq, fired)
    for expression, line in lines:
        _assert_as_told(fired, expression, line)
    doubles = twice(line.scan_id for _, line in lines)
    assert not doubles, f"the log tells more than once that the event of {' and '.join(doubles)} was dealt with"
    missing = [expression for expression in SCOPES if expression not in dict(lines)]
    if not missing:
        return
    logged = await _operations(hq, fired)
    if logged is None:
        raise Skipped("neither log lines nor operation_logs can be read: set an operator channel that reads them")
    unlogged = [expression for expression in missing if f"ops.ingestLogs.{SCOPES[expression]}" not in logged]
    assert not unlogged, f"{' and '.join(map(repr, unlogged))} left neither a log line nor a row in operation_logs"
    hq.note(f"no log line {DONE!r} was found, but operation_logs has the scans")


def _assert_as_told(fired: Fired, expression: str, line: DoneLine) -> None:
    """The line has the figures that hub-ops told of the same scan, if it did."""
    for frame in fired.results_since(fired.firings[0]):
        if scan_of(frame) == line.scan_id:
            for name, logged in (("processedLogs", line.processed_logs), ("issuesFiled", line.issues_filed)):
                told = value_of(frame["data"], name)
                assert told in (None, logged), (
                    f"the line of {expression!r} says that {line.scan_id} has {name} {logged}, hub-ops told {told}"
                )


async def _lines(hq: Hq, fired: Fired) -> list[tuple[str, DoneLine]]:
    """The expressions whose end was logged, each with its line; nothing when nobody can look."""
    scans = {scan.name for scan in fired.scans or ()}
    found: list[tuple[str, DoneLine]] = []
    with suppress(Skipped):
        async for page in log_pages(hq, 0):
            for line in page:
                if DONE in str(line.get("message")):
                    found += _of_scans(hq, line.get("fields", line), scans)
            if SCOPES.keys() <= dict(found).keys():
                break
    return found


def _of_scans(hq: Hq, facts: Any, scans: Collection[str]) -> list[tuple[str, DoneLine]]:
    """The line when it is about one of our expressions and of these scans, and of none of an earlier run."""
    expression = str(value_of(facts, "cron"))
    if expression not in SCOPES or str(value_of(facts, "scanId")) not in scans:
        return []
    return [(expression, read(hq, DoneLine, facts, f"the line of {expression!r}"))]


async def _operations(hq: Hq, fired: Fired) -> set[str] | None:
    """What operation_logs has of the monitor since the first scan; None when nobody can look."""
    last = fired.firings[0].last_scan
    rows = None if last is None else await stored_rows(hq, "DB_OPS", _LOGGED, (last,))
    return None if rows is None else {str(row["operation"]) for row in rows}
