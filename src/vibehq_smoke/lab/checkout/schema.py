"""The tables that the lab's own migrations make: what the checkout's type models are generated from (INF-04, INF-05).

Generating both models from the migrated schema is what keeps them from drifting away from the databases.
"""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property

_CHECK = re.compile(r"CHECK\s*\(\s*(\w+)\s+IN\s*\(([^)]*)\)\s*\)", re.IGNORECASE)
_BOOKKEEPING = ("sqlite_sequence", "d1_migrations")


@dataclass(frozen=True)
class Column:
    """One column: `kind` is ``text``, ``integer`` or ``real``; `values` the only ones a CHECK allows, if any."""

    name: str
    kind: str
    required: bool
    primary: bool
    default: str | None
    values: tuple[str, ...] = ()

    @property
    def generated(self) -> bool:
        """Whether an insert may leave it out although it is never null afterwards."""
        return (self.primary and self.kind == "integer") or (self.required and self.default is not None)

    @property
    def nullable(self) -> bool:
        """Whether a row may hold null in it."""
        return not self.required and not self.primary


@dataclass(frozen=True)
class Table:
    """One table with its columns in their order."""

    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Schema:
    """The tables of every database, by the database's folder of migrations (``ops``, ``health`` …)."""

    databases: Mapping[str, tuple[Table, ...]]

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Every table once, by name. One that two databases have is the same in both."""
        return tuple(sorted({t.name: t for tables in self.databases.values() for t in tables}.values(), key=_name))


def migrated(migrations: Mapping[str, tuple[str, ...]]) -> Schema:
    """Schema after the scripts of each database ran in order, in memory. Raises sqlite3.Error when one fails."""
    return Schema({folder: _tables(scripts) for folder, scripts in migrations.items()})


def _tables(scripts: tuple[str, ...]) -> tuple[Table, ...]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as base:
        for script in scripts:
            base.executescript(f"BEGIN;\n{script}\nCOMMIT;")
        made = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        return tuple(_table(base, name, sql) for name, sql in sorted(made) if name not in _BOOKKEEPING)


def _table(base: sqlite3.Connection, name: str, sql: str) -> Table:
    allowed = {column: tuple(re.findall(r"'([^']*)'", values)) for column, values in _CHECK.findall(sql)}
    found = base.execute('SELECT name, type, "notnull", pk, dflt_value FROM pragma_table_info(?)', (name,))
    return Table(
        name,
        tuple(
            Column(column, _kind(kind), bool(required), bool(primary), default, allowed.get(column, ()))
            for column, kind, required, primary, default in found
        ),
    )


def _kind(declared: str) -> str:
    # SQLite's own rules of affinity, as far as the contract's tables need them.
    upper = declared.upper()
    if "INT" in upper or "BOOL" in upper:
        return "integer"
    return "real" if any(word in upper for word in ("REAL", "FLOA", "DOUB", "NUM")) else "text"


def _name(table: Table) -> str:
    return table.name
