"""What faults do to a database's own file and connection: locked, read-only, without tables, short of migrations."""

import sqlite3
from pathlib import Path

from vibehq_smoke.lab.faults import Faults

HIDDEN = "lab_hidden_"
# Tables that the platform as built never creates (D-04).
NEVER_CREATED = (
    "orders", "tasks", "error_events", "specialist_queues", "specialist_triggers", "container_errors",
    "container_logs", "container_processes",
)  # fmt: skip
# Bindings whose migrations stop at the second file as built (D-03), and the number of that file.
SHORT_OF_MIGRATIONS = ("ops", "health")
STOPS_AT = "0002"


class Condition:
    """The state that faults have brought one database into; `align` brings it in line with the switches."""

    def __init__(self, key: str, path: Path, connection: sqlite3.Connection, faults: Faults) -> None:
        self._key = key
        self._path = path
        self._connection = connection
        self._faults = faults
        self._read_only = False
        self._lock: sqlite3.Connection | None = None

    @property
    def odd(self) -> bool:
        """Whether a fault has left its mark on the connection."""
        return self._read_only or self._lock is not None

    def align(self) -> None:
        """Be read-only or locked exactly while the switch is on."""
        read_only = self._faults.on(f"d1-{self._key}-read-only")
        if read_only != self._read_only:
            self._connection.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
            self._read_only = read_only
        if self._faults.on(f"d1-{self._key}-locked"):
            self._take_lock()
        else:
            self.release()

    def apply(self) -> None:
        """Hide and show tables and names of migrations, then `align`; for that the connection must be free to write."""
        with self._faults.paused():
            self.align()
        self._tables(hidden=self._faults.on("D-04"))
        self._migrations(hidden=self._faults.on("D-03") and self._key in SHORT_OF_MIGRATIONS)
        self.align()

    def restore(self) -> None:
        """Show everything again: what a lab that was killed had hidden."""
        self._tables(hidden=False)
        self._migrations(hidden=False)

    def release(self) -> None:
        """Let the lock go."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
            self._connection.execute("PRAGMA busy_timeout=2000")

    def _take_lock(self) -> None:
        if self._lock is None:
            self._connection.execute("PRAGMA busy_timeout=0")  # nobody on the shared loop may wait for it
            self._lock = sqlite3.connect(self._path, isolation_level=None)
            self._lock.execute("BEGIN EXCLUSIVE")

    def _tables(self, *, hidden: bool) -> None:
        for name in self._names():
            plain = name.removeprefix(HIDDEN)
            wanted = HIDDEN + plain if hidden else plain
            if plain in NEVER_CREATED and name != wanted:
                self._connection.execute(f'ALTER TABLE "{name}" RENAME TO "{wanted}"')

    def _migrations(self, *, hidden: bool) -> None:
        kept = f"{HIDDEN}migrations"
        if hidden == (kept in self._names()):
            return
        if hidden:
            # All names are constants of this module.
            script = f"CREATE TABLE {kept} AS SELECT * FROM d1_migrations WHERE name >= '{STOPS_AT}';"  # noqa: S608
            script += f"DELETE FROM d1_migrations WHERE name >= '{STOPS_AT}';"  # noqa: S608
        else:
            script = f"INSERT INTO d1_migrations SELECT * FROM {kept}; DROP TABLE {kept};"  # noqa: S608
        self._connection.executescript(f"BEGIN; {script} COMMIT;")

    def _names(self) -> set[str]:
        found = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {row["name"] for row in found}
