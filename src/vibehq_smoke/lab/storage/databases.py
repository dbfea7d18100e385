"""The four databases (contract 1.3, part 5), each one SQLite file built by ordered migrations."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.storage.condition import Condition
from vibehq_smoke.lab.storage.debt import owe

Row = dict[str, Any]
Values = Sequence[object] | Mapping[str, object]

# binding -> (resource name, folder of migrations, fault that takes it down)
BINDINGS = (
    ("DB_OPS", "vibehq-ops", "ops"),
    ("DB_PROJECTS", "vibehq-projects", "projects"),
    ("DB_CHATS", "vibehq-chat-logs", "chats"),
    ("DB_HEALTH", "vibehq-health-logs", "health"),
)
# what SQLite says -> what is wrong with the database as a whole
REFUSALS = (("database is locked", "is locked"), ("attempt to write a readonly database", "is read-only"))


class DatabaseDownError(Exception):
    """A database cannot be used: it is unavailable, locked or read-only.

    The text names the resource and nothing of any statement, unless the fault ``errors-leak-sql`` is on (ERR-02).
    """


class Database:
    """One database. A use that a fault forbids raises DatabaseDownError; a slow one is owed for (`storage.debt`)."""

    def __init__(self, binding: str, title: str, folder: str, path: Path, faults: Faults) -> None:
        self.binding = binding
        self.title = title
        self.path = path
        self._folder = folder
        self._faults = faults
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = _as_dict
        # The data is scratch: losing it in a power cut matters less than speed.
        self._connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=2000;"
        )
        self._condition = Condition(folder, path, self._connection, faults)
        self._condition.restore()
        self._migrate()

    @property
    def down(self) -> bool:
        """Whether a fault has taken this database down."""
        return self._faults.on(f"d1-{self._folder}-down")

    @property
    def faults(self) -> Faults:
        """The switches of the lab that it belongs to."""
        return self._faults

    def check(self, sql: str = "", values: Values = ()) -> None:
        """Raise DatabaseDownError when the database cannot be used at all; owe for the use when it is slow."""
        if self._faults.none:
            return
        if self.down:
            raise self._refusal("is unavailable", sql, values)
        if self._faults.on(f"d1-{self._folder}-slow"):
            owe(self.title)

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """All rows of a query, as dicts. Raises DatabaseDownError."""
        return self.run(sql, values).fetchall()

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row of a query, or None. Raises DatabaseDownError."""
        found: Row | None = self.run(sql, values).fetchone()
        return found

    def scalar(self, sql: str, values: Values = ()) -> Any:
        """The first column of the first row, or None when there is no row. Raises DatabaseDownError."""
        found = self.row(sql, values)
        return None if found is None else next(iter(found.values()))

    def run(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        """Execute a statement; the cursor knows `lastrowid` and `rowcount`. Raises DatabaseDownError."""
        self.check(sql, values)
        if self._condition.odd or not self._faults.none:
            self._condition.align()
        try:
            return self._connection.execute(sql, values)
        except sqlite3.OperationalError as error:
            problem = next((words for said, words in REFUSALS if said in str(error)), None)
            if problem is None:
                raise
            raise self._refusal(problem, sql, values) from error

    def insert(self, table: str, row: Row) -> int:
        """Insert `row` (column -> value) and return its id. `table` and columns come from this package's code only."""
        columns = ", ".join(row)
        marks = ", ".join("?" * len(row))
        # No part of the text comes from a request.
        cursor = self.run(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
        return int(cursor.lastrowid or 0)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside take effect together or not at all. Must not contain an await."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def read_only(self) -> sqlite3.Connection:
        """A connection that cannot write, for the operator; the caller closes it. Raises DatabaseDownError."""
        self.check()
        connection = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)
        connection.row_factory = _as_dict
        return connection

    def apply_faults(self) -> None:
        """Bring tables, migrations and locks in line with the switches."""
        self._condition.apply()

    def close(self) -> None:
        """Release the file, with nothing hidden in it."""
        with closing(self._connection), self._faults.paused():
            self._condition.apply()

    def _refusal(self, problem: str, sql: str, values: Values) -> DatabaseDownError:
        leak = f": {sql} {json.dumps(values, default=repr)}" if sql and self._faults.on("errors-leak-sql") else ""
        return DatabaseDownError(f"database {self.title} {problem}{leak}")

    def _migrate(self) -> None:
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS d1_migrations"
            " (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TEXT NOT NULL)"
        )
        done = {row["name"] for row in self._connection.execute("SELECT name FROM d1_migrations").fetchall()}
        folder = files("vibehq_smoke.lab.storage") / "migrations" / self._folder
        for script in sorted((item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda f: f.name):
            if script.name not in done:
                self._connection.executescript(f"BEGIN;\n{script.read_text(encoding='utf-8')}\nCOMMIT;")
                self._connection.execute(
                    "INSERT INTO d1_migrations (name, applied_at) VALUES (?, ?)", (script.name, now_iso())
                )


@dataclass(frozen=True)
class Databases:
    """The four databases by role."""

    ops: Database
    projects: Database
    chats: Database
    health: Database

    @classmethod
    def open(cls, folder: Path, faults: Faults) -> "Databases":
        """Open or create all four under `folder` and bring them to the newest migration."""
        return cls(*(Database(name, title, key, folder / f"{title}.sqlite", faults) for name, title, key in BINDINGS))

    def by_binding(self, binding: str) -> Database | None:
        """The database bound as `binding` (``DB_OPS`` …), or None."""
        return next((base for base in self.all() if base.binding == binding), None)

    def all(self) -> tuple[Database, ...]:
        """All four, in the order of the contract."""
        return (self.ops, self.projects, self.chats, self.health)

    def apply_faults(self) -> None:
        """Bring all four in line with the switches."""
        for base in self.all():
            base.apply_faults()

    def close(self) -> None:
        """Release all files."""
        for base in self.all():
            with closing(base):
                pass


def _as_dict(cursor: sqlite3.Cursor, row: tuple[object, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}
