"""``POST /api/ops/scan``: read the operation log and file issues for what went wrong (contract API-06, AUT-05)."""

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import read_object
from vibehq_smoke.lab.storage.databases import Database, Row
from vibehq_smoke.lab.storage.oplog import write_operation

SCOPES = ("full", "incremental")
# What the platform as built says whatever there is to scan (D-22): logs, issues.
MOCK_COUNTS = {"incremental": (180, 2), "full": (1200, 8)}


@dataclass(frozen=True)
class OpsScanApi:
    """Handler of the scan route."""

    lab: Lab

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [("POST", "/api/ops/scan", self.scan)]

    async def scan(self, request: Request) -> Response:
        """API-06: scan what was logged since the last scan (``incremental``) or everything (``full``)."""
        body = await read_object(request, e4)
        scope = body.get("type", "incremental")
        if scope not in SCOPES:
            raise Refusal(400, e4("Invalid scan type", f"one of {', '.join(SCOPES)} is expected"))
        return JSONResponse(self.run(scope))

    def run(self, scope: str) -> Json:
        """Scan, store the result, announce it on hub-ops; ``ScanResult`` (contract 2.0). Raises DatabaseDownError."""
        ops = self.lab.databases.ops
        with ops.transaction():
            logs = _logs_to_scan(ops, scope)
            filed = _file_issues(ops, logs)
            processed = len(logs)
            if self.lab.faults.on("scan-mock"):
                processed, filed = MOCK_COUNTS[scope]
            completed = now_iso()
            findings = {"scope": scope, "processedLogs": processed, "issuesFiled": filed, "completedAt": completed}
            number = self._store(scope, findings, logs)
            write_operation(ops, "ops-monitor", f"ops.ingestLogs.{scope}", "info", findings)
        result = {
            "scanId": f"scan-{number}", "type": scope, "status": "completed", "processedLogs": processed,
            "issuesFiled": filed, "completedAt": completed, "findings": findings,
        }  # fmt: skip
        self.lab.hub_ops.broadcast("scan-result", result | {"scope": scope})
        return result | {"message": f"Scan completed: {processed} logs, {filed} issues"}

    def _store(self, scope: str, findings: Json, logs: list[Row]) -> int:
        ops = self.lab.databases.ops
        last = ops.scalar("SELECT max(id) FROM operation_logs") or 0
        row = {
            "created_at": now_iso(), "scan_type": scope, "status": "completed", "findings": json.dumps(findings),
            "metadata": json.dumps({"lastLogId": last, "firstLogId": logs[0]["id"] if logs else None}),
        }  # fmt: skip
        if self.lab.faults.on("scan-not-stored"):
            return int(ops.scalar("SELECT coalesce(max(id), 0) + 1 FROM ops_scans"))
        return ops.insert("ops_scans", row)


def _logs_to_scan(ops: Database, scope: str) -> list[Row]:
    after = 0
    if scope == "incremental":
        after = ops.scalar("SELECT coalesce(max(json_extract(metadata, '$.lastLogId')), 0) FROM ops_scans")
    return ops.rows("SELECT * FROM operation_logs WHERE id > ? ORDER BY id", (after,))


def _file_issues(ops: Database, logs: list[Row]) -> int:
    """One issue per error line that has none yet; how many were filed."""
    known = {row["log"] for row in ops.rows("SELECT json_extract(metadata, '$.logId') AS log FROM ops_issues")}
    wrong = [row for row in logs if row["level"] in ("error", "critical") and row["id"] not in known]
    for row in wrong:
        issue = {
            "created_at": now_iso(), "type": "operation-error", "severity": row["level"],
            "title": f"{row['source']}: {row['operation']} failed", "description": row["details"],
            "metadata": json.dumps({"logId": row["id"]}),
        }  # fmt: skip
        ops.insert("ops_issues", issue)
    return len(wrong)
