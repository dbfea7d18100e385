"""The ``patch_events`` table of DB_OPS: writing events and reading them filtered (contract 5.1, 9.2)."""

import json
from dataclasses import dataclass

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import Database, Row

FAILED = ("failure", "error")  # one meaning, two words (contract 9.2)
DURATION = (
    "CASE WHEN json_type(metadata, '$.duration_ms') IN ('integer', 'real')"
    " THEN json_extract(metadata, '$.duration_ms') END"
)
_WHERE = (
    " FROM patch_events WHERE (:type IS NULL OR event_type = :type) AND (:patch IS NULL OR patch_id = :patch)"
    " AND (:status IS NULL OR status = :status OR (:failed AND status IN ('failure', 'error')))"
    " AND (:start IS NULL OR created_at >= :start) AND (:end IS NULL OR created_at <= :end)"
    " AND (:search IS NULL"
    " OR instr(lower(patch_id || ' ' || event_type || ' ' || coalesce(metadata, '')), lower(:search)))"
    " AND (:file IS NULL OR instr(lower(coalesce(json_extract(metadata, '$.file'), '')), lower(:file)))"
    " AND (:task IS NULL OR patch_id = :task OR patch_id = 'task-' || :task"
    " OR CAST(json_extract(metadata, '$.taskId') AS TEXT) = :task)"
)
_ORDER = {"createdAt": "created_at", "eventType": "event_type", "patchId": "patch_id"}
SORT_KEYS = tuple(_ORDER)


@dataclass(frozen=True)
class EventFilter:
    """Which events: None means any. `status` ``failure`` and ``error`` find both; times are ISO-8601, inclusive.

    `search` is looked for in patch id, type and metadata, `file` in the metadata's file, `task` is the id of a task.
    """

    event_type: str | None = None
    patch_id: str | None = None
    status: str | None = None
    start: str | None = None
    end: str | None = None
    search: str | None = None
    file: str | None = None
    task: str | None = None

    def values(self) -> dict[str, object]:
        """Named values for the queries of this module."""
        return {
            "type": self.event_type, "patch": self.patch_id, "status": self.status, "failed": self.status in FAILED,
            "start": self.start, "end": self.end, "search": self.search, "file": self.file, "task": self.task,
        }  # fmt: skip


@dataclass(frozen=True)
class PatchEvents:
    """Reads and writes patch events. All methods raise DatabaseDownError."""

    ops: Database

    def add(
        self, patch_id: str, event_type: str, status: str, metadata: Json | None = None, *,
        created_at: str | None = None, key: str | None = None,
    ) -> Json:  # fmt: skip
        """Store one event and return it as ``PatchEvent``; one whose `key` is known already is not stored twice."""
        self.ops.run(
            "INSERT INTO patch_events (created_at, patch_id, event_type, status, metadata, event_key)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (event_key) DO NOTHING",
            (created_at or now_iso(), patch_id, event_type, status, json.dumps(metadata or {}), key),
        )
        if key is None:
            row = self.ops.row("SELECT * FROM patch_events ORDER BY id DESC LIMIT 1")
        else:
            row = self.ops.row("SELECT * FROM patch_events WHERE event_key = ?", (key,))
        assert row is not None
        return as_event(row)

    def count(self, wanted: EventFilter) -> int:
        """How many events the filter finds."""
        return int(self.ops.scalar("SELECT count(*)" + _WHERE, wanted.values()))

    def page(
        self, wanted: EventFilter, limit: int, offset: int = 0, sort: str = "createdAt", *, ascending: bool = False
    ) -> list[Json]:
        """Events that the filter finds, as ``PatchEvent``; `sort` is one of SORT_KEYS, ties by age."""
        direction = "ASC" if ascending else "DESC"
        # Both parts of the order come from the constants above.
        order = f" ORDER BY {_ORDER[sort]} {direction}, id {direction} LIMIT :limit OFFSET :offset"
        found = self.ops.rows("SELECT *" + _WHERE + order, wanted.values() | {"limit": limit, "offset": offset})
        return [as_event(row) for row in found]

    def group(self, column: str, wanted: EventFilter) -> dict[str, int]:
        """Number of events per value of `column` (``event_type``, ``status``, ``patch_id``), most frequent first."""
        sql = f"SELECT {column} AS name, count(*) AS n" + _WHERE + " GROUP BY 1 ORDER BY 2 DESC, 1"
        return {row["name"]: row["n"] for row in self.ops.rows(sql, wanted.values())}


def as_event(row: Row) -> Json:
    """``PatchEvent`` (contract 2.0) of a row."""
    return {
        "id": row["event_key"] or row["id"],
        "patchId": row["patch_id"],
        "eventType": row["event_type"],
        "status": row["status"],
        "createdAt": row["created_at"],
        "metadata": json.loads(row["metadata"]) if row["metadata"] else None,
    }
