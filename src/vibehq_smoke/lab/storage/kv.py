"""A key-value store as Workers KV is one: namespaces of text keys with JSON values (contract 1.3, ``kv-config``)."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vibehq_smoke.lab.clock import now_iso

FILE = "vibehq-kv.sqlite"
# The namespace of the orchestrator's overrides; the key is ``platform_configs``.
CONFIG_NAMESPACE = "VibecoderStore"
CONFIG_KEY = "platform_configs"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS entries (namespace TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
    " updated_at TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (namespace, key)) WITHOUT ROWID"
)
_INDEX = "CREATE INDEX IF NOT EXISTS entries_by_sequence ON entries(sequence)"


@dataclass(frozen=True)
class KeyValues:
    """All namespaces. It is no D1 database, so the faults of the databases do not touch it."""

    connection: sqlite3.Connection

    @classmethod
    def open(cls, folder: Path) -> "KeyValues":
        """Open or create the store under `folder`. The caller closes it."""
        connection = sqlite3.connect(folder / FILE, isolation_level=None)
        connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; {_TABLE}; {_INDEX};")
        return cls(connection)

    def put(self, namespace: str, key: str, value: object) -> None:
        """Set `key` to `value` (any JSON value)."""
        self.connection.execute(
            "INSERT INTO entries (namespace, key, value, updated_at, sequence)"
            " VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(sequence), 0) + 1 FROM entries))"
            " ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at,"
            " sequence = excluded.sequence",
            (namespace, key, json.dumps(value), now_iso()),
        )

    def get(self, namespace: str, key: str) -> Any:
        """The value of `key`, or None when it has none."""
        found = self.connection.execute(
            "SELECT value FROM entries WHERE namespace = ? AND key = ?", (namespace, key)
        ).fetchone()
        return None if found is None else json.loads(found[0])

    def newest(self, namespace: str, prefix: str = "", limit: int = 100) -> list[Any]:
        """Values of the keys that begin with `prefix`, the last one written first, at most `limit`."""
        found = self.connection.execute(
            "SELECT value FROM entries WHERE namespace = ?1 AND substr(key, 1, length(?2)) = ?2"
            " ORDER BY sequence DESC LIMIT ?3",
            (namespace, prefix, limit),
        ).fetchall()
        return [json.loads(row[0]) for row in found]

    def delete(self, namespace: str, key: str) -> bool:
        """Remove `key`; whether it was there."""
        cursor = self.connection.execute("DELETE FROM entries WHERE namespace = ? AND key = ?", (namespace, key))
        return cursor.rowcount == 1

    def close(self) -> None:
        """Release the file."""
        self.connection.close()
