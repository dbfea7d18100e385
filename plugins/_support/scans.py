"""Scans of the operation logs (contract API-06, AUT-05, AUT-06)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from vibehq_smoke.platform.dialects import Dialect

from .api_models import ScanFindings, ScanResult
from .distinct import sole
from .ears import EVENT_S, Ear, Hub, listening
from .fields import Count
from .reading import read, value_of
from .refusal_models import Refused
from .stored import stored_rows

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from .ears import Frame

SCAN = "/api/ops/scan"

MOCK_COUNTS = (180, 2)
"""Logs and issues that an incremental scan reports when nothing is really scanned."""

OPS_HUB = Hub(
    component="hub-ops",
    path="/api/ops/broadcast",
    greeting="connected",
    subscription={"type": "subscribe"},
    confirms=lambda frame: bool(frame.get("type") == "subscribed"),
)

_TRACE = "ops.ingestLogs.incremental"
_COUNTS = (
    "select (select count(*) from (select 1 from operation_logs limit ?)) as logs, "
    "(select count(*) from (select 1 from ops_issues limit ?)) as issues, "
    "exists (select 1 from operation_logs where source = 'ops-monitor' and operation = ?) as traced"
)
"""As many logs and issues as are claimed, at most: a log may be too long to count."""

_ID = re.compile(r"scan-([0-9]{1,18})")


class ScanRow(Dialect):
    """A row of ``ops_scans`` (contract 5.1)."""

    id: Count
    scan_type: Literal["full", "incremental"]
    status: Literal["running", "completed", "failed"]

    @property
    def name(self) -> str:
        """How answers and broadcasts call it."""
        return f"scan-{self.id}"


@dataclass(frozen=True)
class MadeScan:
    """The one scan that a run asks for by HTTP, and what hub-ops told meanwhile."""

    result: ScanResult
    ear: Ear

    @property
    def is_mock(self) -> bool:
        """Whether it reports the constants that are reported when nothing is really scanned (AUT-05)."""
        return (self.result.processed_logs, self.result.issues_filed) == MOCK_COUNTS


async def scan_and_listen(hq: Hq) -> MadeScan:
    """Ask for an incremental scan while listening to hub-ops, and enter it in the ledger. Raises Violation."""
    async with listening(hq, OPS_HUB) as ear:
        scan = (await hq.api.post(SCAN, json={"type": "incremental"})).expect(ScanResult)
        hq.created("scan", scan.scan_id, database="DB_OPS", table="ops_scans", where={"id": scan_number(scan)})
        await ear.wait_for(lambda frame: is_result(frame, scan.scan_id))
    return MadeScan(scan, ear)


def is_result(frame: Frame, scan_id: str | None = None) -> bool:
    """Whether hub-ops tells the result of a scan, of this one if it is given, with this frame."""
    if frame.get("type") != "scan-result":
        return False
    return scan_id is None or scan_id == value_of(frame.get("data"), "scanId")


def scan_of(frame: Frame) -> str:
    """The id of the scan that ``frame`` tells of."""
    return str(value_of(frame.get("data"), "scanId"))


def scope_of(frame: Frame) -> str | None:
    """The scope of the scan whose result ``frame`` tells (contract AUT-02)."""
    data = frame.get("data")
    scope = value_of(data, "scope", "type") or value_of(value_of(data, "findings"), "scope")
    return scope if isinstance(scope, str) else None


def scan_number(scan: ScanResult) -> int:
    """The number in ``scan-<number>``."""
    match = _ID.fullmatch(scan.scan_id)
    assert match, f"scanId is {scan.scan_id!r}, not scan-<number>"
    return int(match[1])


def assert_coherent(scan: ScanResult) -> None:
    """The scan is the incremental one that was asked for, and its findings repeat its counts."""
    assert scan.type == "incremental", f"asked for an incremental scan, got a {scan.type} one"
    assert scan.status == "completed", f"the scan is {scan.status}: {scan.message}"
    findings = scan.findings
    assert findings.scope == scan.type, f"findings.scope is {findings.scope}, the scan's type {scan.type}"
    counts = (scan.processed_logs, scan.issues_filed)
    assert (findings.processed_logs, findings.issues_filed) == counts, (
        f"the scan counts {counts[0]} logs and {counts[1]} issues, "
        f"its findings {findings.processed_logs} and {findings.issues_filed}"
    )


async def assert_get_scans_nothing(hq: Hq) -> None:
    """GET on the same path is refused as JSON; the single-page app in its place is no answer (contract Q5)."""
    reply = await hq.api.get(SCAN)
    reply.expect(Refused, status=(404, 405))


async def assert_stored(hq: Hq, scan: ScanResult, number: int) -> None:
    """DB_OPS holds the scan; judged where there is an operator channel. What it holds, AUT-06 judges."""
    rows = await stored_rows(hq, "DB_OPS", "select id from ops_scans where id = ?", (number,))
    if rows is not None:
        assert rows, f"scan {scan.scan_id} was answered, but DB_OPS holds no such scan"
        sole(rows, f"scan {scan.scan_id} in DB_OPS")


async def assert_stored_as_answered(hq: Hq, scan: ScanResult) -> None:
    """The row of the scan in DB_OPS says what was answered. Raises Violation."""
    rows = await hq.operator.sql("DB_OPS", "select * from ops_scans where id = ?", (scan_number(scan),))
    row = sole(rows, f"{scan.scan_id}, which was answered, in ops_scans")
    stored = (row.get("scan_type"), row.get("status"))
    assert stored == (scan.type, scan.status), f"scan {scan.scan_id} is stored as {stored[0]}, {stored[1]}"
    kept = read(hq, ScanFindings, _decoded(row.get("findings")), f"the stored findings of {scan.scan_id}")
    assert kept == scan.findings, f"the stored findings of {scan.scan_id} differ from those that were answered"


async def assert_counts(hq: Hq, scan: ScanResult) -> None:
    """The scan counts no more than there is, and left its row in operation_logs; judged where one can look inside."""
    rows = await stored_rows(hq, "DB_OPS", _COUNTS, (scan.processed_logs, scan.issues_filed, _TRACE))
    if rows is None:
        return
    there = sole(rows, "the counts of logs and issues")
    assert there["logs"] == scan.processed_logs, (
        f"{scan.scan_id} claims to have read {scan.processed_logs} logs, but operation_logs holds {there['logs']}"
    )
    assert there["issues"] == scan.issues_filed, (
        f"{scan.scan_id} claims to have filed {scan.issues_filed} issues, but ops_issues holds {there['issues']}"
    )
    assert there["traced"] == 1, f"{scan.scan_id} left no row {_TRACE} in operation_logs"


def assert_heard(made: MadeScan) -> None:
    """The hub told its subscriber of the scan, as it was answered. Raises Blocked when there is no hub."""
    made.ear.assert_open()
    scan = made.result
    frame = made.ear.first(lambda frame: is_result(frame, scan.scan_id))
    assert frame, f"a subscriber of {OPS_HUB.path} heard no scan-result of {scan.scan_id} within {EVENT_S:g} s"
    assert scope_of(frame) == scan.type, f"{scan.scan_id} is {scan.type}, but was broadcast as {scope_of(frame)}"
    for name, answered in (("processedLogs", scan.processed_logs), ("issuesFiled", scan.issues_filed)):
        told = value_of(frame["data"], name)
        assert told in (None, answered), (
            f"{scan.scan_id} was answered with {name} {answered}, but broadcast with {told}"
        )


def _decoded(column: Any) -> Any:
    """A JSON column, parsed; what is no JSON stays as it is, so that its shape is refused."""
    try:
        return json.loads(column) if isinstance(column, str) else column
    except (ValueError, RecursionError):
        return column
