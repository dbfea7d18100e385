"""Runs and worker rows in DB_HEALTH (contract 5.4)."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import WorkerTarget
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.health.score import Counters, count
from vibehq_smoke.lab.storage.databases import Database, Databases, Row

OPEN = ("pending", "running")
JSON_COLUMNS = (
    "unit_test_results", "performance_test_results", "integration_test_results", "warnings", "raw_results",
)  # fmt: skip


@dataclass(frozen=True)
class RunStore:
    """Reading and writing of runs. All methods raise DatabaseDownError when the database is down."""

    databases: Databases
    faults: Faults

    @property
    def base(self) -> Database:
        """Where runs live: DB_HEALTH."""
        misplaced = self.faults.on("run-in-wrong-database")
        return self.databases.ops if misplaced else self.databases.health

    def create(
        self, trigger_type: str, trigger_source: str | None, timeout: timedelta, targets: Sequence[WorkerTarget]
    ) -> tuple[str, list[Row]]:
        """Store a running run and one pending row per target; its uuid and those rows."""
        now = now_iso()
        run_id = str(uuid.uuid4())
        run = {
            "health_check_uuid": run_id, "trigger_type": trigger_type, "trigger_source": trigger_source,
            "total_workers": len(targets), "started_at": now, "timeout_at": now_iso(timeout), "created_at": now,
        }  # fmt: skip
        rows = [
            {
                "worker_check_uuid": str(uuid.uuid4()), "health_check_uuid": run_id, "worker_name": target.name,
                "worker_type": target.type, "worker_url": target.url, "requested_at": now,
            }
            for target in targets
        ]  # fmt: skip
        with self.base.transaction():
            self.base.insert("health_checks", run)
            # A suite's report is stored the same way, and is no run.
            if trigger_type == "package" or not self.faults.on("worker-rows-missing"):
                for row in rows:
                    self.base.insert("worker_health_checks", row)
        return run_id, rows

    def run(self, run_id: str) -> Row | None:
        """The row of a run, or None."""
        return self.base.row("SELECT * FROM health_checks WHERE health_check_uuid = ?", (run_id.lower(),))

    def worker_rows(self, run_id: str) -> list[Row]:
        """The worker rows of a run, in the order of dispatch, JSON columns decoded."""
        found = self.base.rows("SELECT * FROM worker_health_checks WHERE health_check_uuid = ? ORDER BY id", (run_id,))
        return [decoded(row) for row in found]

    def worker_row(self, worker_check_uuid: str) -> Row | None:
        """One worker row by its own uuid, or None."""
        return self.base.row(
            "SELECT * FROM worker_health_checks WHERE worker_check_uuid = ?", (worker_check_uuid.lower(),)
        )

    def latest_report(self, worker_name: str) -> Row | None:
        """The worker's newest row that holds a report, or None when it never reported."""
        found = self.base.row(
            "SELECT * FROM worker_health_checks WHERE worker_name = ? AND raw_results IS NOT NULL"
            " ORDER BY completed_at DESC, id DESC LIMIT 1",
            (worker_name,),
        )
        return decoded(found) if found else None

    def start_worker(self, worker_check_uuid: str) -> None:
        """Mark a pending row as running."""
        self.base.run(
            "UPDATE worker_health_checks SET status = 'running', started_at = ?"
            " WHERE worker_check_uuid = ? AND status = 'pending'",
            (now_iso(), worker_check_uuid),
        )

    def finish_worker(self, worker_check_uuid: str, columns: Row, *, again: bool = False) -> bool:
        """Close an open row with `columns`; False when it is closed already (the first verdict stands).

        With `again` a closed row is written over.
        """
        values = {"completed_at": now_iso(), **encoded(columns)}
        # The column names are this package's own.
        assignments = ", ".join(f"{name} = ?" for name in values)
        cursor = self.base.run(
            f"UPDATE worker_health_checks SET {assignments}"  # noqa: S608
            " WHERE worker_check_uuid = ? AND (status IN ('pending', 'running') OR ?)",
            (*values.values(), worker_check_uuid.lower(), again),
        )
        return cursor.rowcount == 1

    def update_counters(self, run_id: str, counters: Counters) -> None:
        """Write what is known so far into the run's row."""
        self.base.run(
            "UPDATE health_checks SET completed_workers = ?, passed_workers = ?, failed_workers = ?,"
            " overall_health_score = ? WHERE health_check_uuid = ?",
            (counters.completed, counters.passed, counters.failed, counters.score, run_id),
        )

    def finish_run(self, run_id: str, status: str, analysis: str, recommendations: str) -> bool:
        """Close a running run; False when it is closed already."""
        cursor = self.base.run(
            "UPDATE health_checks SET status = ?, completed_at = ?, ai_analysis = ?, ai_recommendations = ?"
            " WHERE health_check_uuid = ? AND status = 'running'",
            (status, now_iso(), analysis, recommendations, run_id),
        )
        return cursor.rowcount == 1

    def counters(self, run_id: str) -> Counters:
        """Counters from the worker rows as they are now."""
        return count(self.worker_rows(run_id))

    def overdue(self) -> list[Row]:
        """Runs still running past their `timeout_at`."""
        return self.base.rows("SELECT * FROM health_checks WHERE status = 'running' AND timeout_at < ?", (now_iso(),))

    def status(self, run_id: str) -> Row | None:
        """RunStatus (contract 2.0): the run with its worker rows, or None."""
        run = self.run(run_id)
        if run is None:
            return None
        hidden = ("id",)
        return {k: v for k, v in run.items() if k not in hidden} | {"worker_results": self.worker_rows(run_id.lower())}


def encoded(columns: Row) -> Row:
    """Columns as SQLite takes them: lists and objects as JSON text, truth as 0 or 1."""
    return {
        name: json.dumps(value) if isinstance(value, (list, dict)) else int(value) if isinstance(value, bool) else value
        for name, value in columns.items()
    }


def decoded(row: Row) -> Row:
    """A worker row with its JSON columns parsed."""
    return {k: json.loads(v) if k in JSON_COLUMNS and isinstance(v, str) else v for k, v in row.items()}
