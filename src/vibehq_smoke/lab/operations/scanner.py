"""Scanning the operation log: every error line that has no issue yet gets one (contract AUT-05..07)."""

import asyncio
import json
from dataclasses import dataclass

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import Database, DatabaseDownError, Row
from vibehq_smoke.lab.storage.oplog import write_operation

SCOPES = ("full", "incremental")
BATCH = 500
WRONG_LEVELS = ("error", "critical")
# What the platform as built says whatever there is to scan (D-22): logs, issues.
MOCK_COUNTS = {"incremental": (180, 2), "full": (1200, 8)}


@dataclass(frozen=True)
class Range:
    """The part of the log that one scan reads: ids from `after` (exclusive) to `last` (inclusive), `total` lines."""

    after: int
    last: int
    total: int


@dataclass(frozen=True)
class OpsScanner:
    """Scans, stores what it found in ``ops_scans`` and ``ops_issues``, tells hub-ops about it."""

    lab: Lab

    async def scan(self, scope: str, *, announce: bool = True, logged: bool = True) -> Json:
        """Scan and return the ``ScanResult`` (contract 2.0).

        `announce`: whether hub-ops hears of it. `logged`: whether it leaves its line in ``operation_logs``.
        Raises DatabaseDownError; the scan is then marked as failed once that can be done.
        """
        ops = self.lab.databases.ops
        span = _span(ops, scope)
        number = self._begin(scope, span)
        scan_id = f"scan-{number}"
        announce = announce and not self.lab.faults.on("scan-no-broadcast")
        if announce:
            self.lab.hub_ops.broadcast("scan-start", {"scanId": scan_id, "scope": scope})
        try:
            if self.lab.faults.on("D-22"):
                processed, filed = MOCK_COUNTS[scope]
                _file_fakes(ops, filed)
            else:
                processed, filed = await self._read(span, scan_id, announce=announce)
            findings: Json = {
                "scope": scope, "processedLogs": processed, "issuesFiled": filed, "completedAt": now_iso(),
            }  # fmt: skip
            self._finish(number, findings, logged=logged)
        except DatabaseDownError:
            self.lab.background.start(self._mark_failed(number))
            raise
        result: Json = {"scanId": scan_id, "type": scope, "status": "completed", **findings, "findings": findings}
        if announce:
            self.lab.hub_ops.broadcast("scan-result", result)
        del (answer := dict(result))["scope"]
        return answer | {"message": f"Scan completed: {processed} logs, {filed} issues"}

    async def _read(self, span: Range, scan_id: str, *, announce: bool) -> tuple[int, int]:
        ops = self.lab.databases.ops
        position, processed, filed = span.after, 0, 0
        while lines := _lines(ops, position, span.last):
            with ops.transaction():
                filed += _file_issues(ops, lines)
            position, processed = lines[-1]["id"], processed + len(lines)
            if announce:
                progress = {"processed": processed, "total": span.total}
                self.lab.hub_ops.broadcast("scan-progress", {"scanId": scan_id, "progress": progress})
            await asyncio.sleep(0)
        return processed, filed

    def _begin(self, scope: str, span: Range) -> int:
        if self.lab.faults.on("scan-not-stored"):
            return int(self.lab.databases.ops.scalar("SELECT coalesce(max(id), 0) + 1 FROM ops_scans"))
        row = {
            "created_at": now_iso(), "scan_type": scope, "status": "running", "findings": None,
            "metadata": json.dumps({"firstLogId": span.after + 1, "lastLogId": span.last}),
        }  # fmt: skip
        return self.lab.databases.ops.insert("ops_scans", row)

    def _finish(self, number: int, findings: Json, *, logged: bool) -> None:
        ops, scope = self.lab.databases.ops, findings["scope"]
        stored = findings
        if self.lab.faults.on("scan-findings-differ"):
            stored = findings | {"processedLogs": findings["processedLogs"] + 1}
        with ops.transaction():
            ops.run(
                "UPDATE ops_scans SET status = 'completed', findings = ? WHERE id = ?", (json.dumps(stored), number)
            )
            if logged:
                write_operation(ops, "ops-monitor", f"ops.ingestLogs.{scope}", "info", findings)

    async def _mark_failed(self, number: int) -> None:
        while True:
            try:
                self.lab.databases.ops.run("UPDATE ops_scans SET status = 'failed' WHERE id = ?", (number,))
            except DatabaseDownError:
                await asyncio.sleep(0.5)
            else:
                return


def _span(ops: Database, scope: str) -> Range:
    """What a scan of this scope has to read; an incremental one begins where the last one of any scope ended."""
    last = ops.scalar("SELECT coalesce(max(id), 0) FROM operation_logs")
    after = 0
    if scope == "incremental":
        after = ops.scalar(
            "SELECT coalesce(max(json_extract(metadata, '$.lastLogId')), 0) FROM ops_scans WHERE status != 'failed'"
        )
    total = ops.scalar("SELECT count(*) FROM operation_logs WHERE id > ? AND id <= ?", (after, last))
    return Range(after, last, total)


def _lines(ops: Database, after: int, last: int) -> list[Row]:
    return ops.rows("SELECT * FROM operation_logs WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", (after, last, BATCH))


def _file_issues(ops: Database, lines: list[Row]) -> int:
    """One issue per error line that has none yet; how many were filed."""
    wrong = [line for line in lines if line["level"] in WRONG_LEVELS]
    known = {
        row["log"]
        for row in ops.rows(
            "SELECT json_extract(metadata, '$.logId') AS log FROM ops_issues"
            " WHERE json_extract(metadata, '$.logId') IN (SELECT value FROM json_each(?))",
            (json.dumps([line["id"] for line in wrong]),),
        )
    }
    new = [line for line in wrong if line["id"] not in known]
    for line in new:
        issue = {
            "created_at": now_iso(), "type": "operation-error", "severity": line["level"],
            "title": f"{line['source']}: {line['operation']} failed", "description": line["details"],
            "metadata": json.dumps({"logId": line["id"]}),
        }  # fmt: skip
        ops.insert("ops_issues", issue)
    return len(new)


def _file_fakes(ops: Database, number: int) -> None:
    with ops.transaction():
        for index in range(1, number + 1):
            ops.insert("ops_issues", {
                "created_at": now_iso(), "type": "mock", "severity": "low", "title": f"Mock issue {index}",
                "metadata": json.dumps({"mock": True}),
            })  # fmt: skip
