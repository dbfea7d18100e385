"""The ``operation_logs`` table of DB_OPS (contract 5.1): what services report about their work."""

import json

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.storage.databases import Database

LEVELS = ("debug", "info", "warn", "error", "critical")
FAILURES = ("error", "critical")


def write_operation(ops: Database, source: str, operation: str, level: str, details: object = None) -> int:
    """Add one row and return its id. `details` is any JSON value. Raises DatabaseDownError."""
    if level in FAILURES and ops.faults.on("error-not-logged"):
        return 0
    row = {
        "source": source,
        "operation": operation,
        "level": level,
        "details": None if details is None else json.dumps(details),
        "created_at": now_iso(),
    }
    return ops.insert("operation_logs", row)
