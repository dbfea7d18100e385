"""Assignments and executions in DB_OPS (contract 5.1, 8.3, AIP-04, AIP-05)."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.providers.router import Choice, Criteria
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import DatabaseDownError, Row

# critical counts as high, as 8.3 expects; as built it falls through to the lowest.
PRIORITY_NUMBERS = {"critical": 3, "high": 3, "medium": 2}
UNSEEN = 424242


@dataclass(frozen=True)
class Outcome:
    """How an execution ended: `result` or `error`, and how long it took."""

    result: object
    error: str | None
    started_at: str
    milliseconds: float

    @property
    def status(self) -> str:
        """The status of execution and assignment."""
        return "failed" if self.error else "completed"


@dataclass(frozen=True)
class Records:
    """Reads and writes the provider tables. All methods raise DatabaseDownError."""

    lab: Lab

    def assign(self, task_id: str, choice: Choice, criteria: Criteria) -> int:
        """Store an assignment; its id."""
        metadata = {
            "confidence": choice.confidence, "reason": choice.reason,
            "criteria": criteria.model_dump(by_alias=True, exclude_none=True), "assignedAt": now_iso(),
        }  # fmt: skip
        return self.add_assignment(task_id, choice.provider.id, criteria.priority, metadata)

    def add_assignment(self, task_id: str, provider_id: str, priority: str, metadata: Json) -> int:
        """Store an assignment of which the metadata are known; its id."""
        if self.lab.faults.on("assignment-not-recorded"):
            return UNSEEN
        row = {
            "created_at": now_iso(), "patch_id": task_id, "provider_id": provider_id, "status": "assigned",
            "priority": PRIORITY_NUMBERS.get(priority, 1), "metadata": json.dumps(metadata),
        }  # fmt: skip
        return self._tried(lambda: self.lab.databases.ops.insert("ai_provider_assignments", row), UNSEEN)

    def assignment(self, number: int) -> Row | None:
        """An assignment by its id."""
        return self.lab.databases.ops.row("SELECT * FROM ai_provider_assignments WHERE id = ?", (number,))

    def waiting(self, task_id: str, provider_id: str | None) -> Row | None:
        """The newest assignment of a task that nobody has begun; of one provider, if one is named."""
        return self.lab.databases.ops.row(
            "SELECT * FROM ai_provider_assignments WHERE patch_id = ?1 AND status = 'assigned'"
            " AND (?2 IS NULL OR provider_id = ?2) ORDER BY id DESC LIMIT 1",
            (task_id, provider_id),
        )

    def history(self, task_id: str | None, provider_id: str | None, limit: int) -> list[Json]:
        """Assignments, newest first."""
        rows = self.lab.databases.ops.rows(
            "SELECT * FROM ai_provider_assignments WHERE (?1 IS NULL OR patch_id = ?1)"
            " AND (?2 IS NULL OR provider_id = ?2) ORDER BY id DESC LIMIT ?3",
            (task_id, provider_id, limit),
        )
        return [as_assignment(row) for row in rows]

    def move(self, number: int, status: str) -> bool:
        """Set the status of an open assignment; False when it has ended or is not there."""
        sql = "UPDATE ai_provider_assignments SET status = ? WHERE id = ? AND status IN ('assigned', 'in-progress')"
        return self._tried(lambda: self.lab.databases.ops.run(sql, (status, number)).rowcount, 0) == 1

    def finish(self, number: int, outcome: Outcome) -> int | None:
        """Store an execution and end its assignment; the execution's id, or None when it is not recorded."""
        execution = None
        if not self._unrecorded(number):
            execution = self.lab.databases.ops.insert("ai_provider_executions", _execution(number, outcome))
        self.move(number, outcome.status)
        return execution

    def stats(self, provider_id: str | None) -> list[Json]:
        """Per provider that was ever used: assignments by status, executions, their mean time in ms."""
        rows = self.lab.databases.ops.rows(
            "SELECT provider_id AS providerId, count(DISTINCT a.id) AS totalAssignments,"
            " count(DISTINCT CASE WHEN a.status = 'completed' THEN a.id END) AS completedAssignments,"
            " count(DISTINCT CASE WHEN a.status = 'failed' THEN a.id END) AS failedAssignments,"
            " count(e.id) AS totalExecutions,"
            " count(CASE WHEN e.status = 'completed' THEN 1 END) AS completedExecutions,"
            " avg(e.execution_time_ms) AS averageExecutionTime"
            " FROM ai_provider_assignments a LEFT JOIN ai_provider_executions e ON e.assignment_id = a.id"
            " WHERE ?1 IS NULL OR provider_id = ?1 GROUP BY 1 ORDER BY 1",
            (provider_id,),
        )
        return [row | {"successRate": _rate(row)} for row in rows]

    def _unrecorded(self, number: int) -> bool:
        faults = self.lab.faults
        return number == UNSEEN or faults.on("execution-not-recorded") or faults.on("D-26")

    def _tried(self, statement: Callable[[], int], otherwise: int) -> int:
        """What the statement says. D-26: one that fails is not heard of again."""
        try:
            return statement()
        except (DatabaseDownError, sqlite3.Error):
            if not self.lab.faults.on("D-26"):
                raise
            return otherwise


def as_assignment(row: Row) -> Json:
    """An assignment as the RPC methods tell of it."""
    return {
        "id": row["id"], "patchId": row["patch_id"], "providerId": row["provider_id"], "status": row["status"],
        "priority": row["priority"], "createdAt": row["created_at"], "metadata": json.loads(row["metadata"] or "{}"),
    }  # fmt: skip


def _execution(number: int, outcome: Outcome) -> Row:
    text = outcome.result if isinstance(outcome.result, str) else json.dumps(outcome.result)
    return {
        "created_at": now_iso(), "assignment_id": number, "started_at": outcome.started_at, "completed_at": now_iso(),
        "status": outcome.status, "result": None if outcome.error else text, "error": outcome.error,
        "execution_time_ms": max(1, round(outcome.milliseconds)),
    }  # fmt: skip


def _rate(row: Row) -> float | None:
    return round(100 * row["completedExecutions"] / row["totalExecutions"], 2) if row["totalExecutions"] else None
