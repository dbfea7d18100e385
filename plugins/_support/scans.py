"""Scans of the operation logs (contract API-06, AUT-05, AUT-06)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .api_models import ScanFindings, ScanResult
from .reading import read
from .stored import stored_rows

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

SCAN = "/api/ops/scan"

MOCK_COUNTS = (180, 2)
"""Logs and issues that an incremental scan reports when nothing is really scanned."""

_ID = re.compile(r"scan-([0-9]{1,18})")


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
    if reply.media_type == "text/html":
        reply.expect()
    assert reply.status in (404, 405), f"GET {SCAN} answers {reply.status}; expected 404 or 405, since only POST scans"


async def assert_stored(hq: Hq, scan: ScanResult, number: int) -> None:
    """DB_OPS holds the scan as it was answered; judged where there is an operator channel."""
    rows = await stored_rows(hq, "DB_OPS", "select * from ops_scans where id = ?", (number,))
    if rows is None:
        return
    assert rows, f"scan {scan.scan_id} was answered, but DB_OPS holds no such scan"
    row: dict[str, Any] = rows[0]
    stored = (row.get("scan_type"), row.get("status"))
    assert stored == (scan.type, scan.status), f"scan {scan.scan_id} is stored as {stored[0]}, {stored[1]}"
    kept = read(hq, ScanFindings, _decoded(row.get("findings")), f"the stored findings of {scan.scan_id}")
    assert kept == scan.findings, f"the stored findings of {scan.scan_id} differ from those that were answered"


def _decoded(column: Any) -> Any:
    """A JSON column, parsed; what is no JSON stays as it is, so that its shape is refused."""
    try:
        return json.loads(column) if isinstance(column, str) else column
    except (ValueError, RecursionError):
        return column
