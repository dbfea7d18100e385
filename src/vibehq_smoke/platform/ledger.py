"""What a run left on the target, with the SQL that removes it (contract Q25)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ..models import Created

Where: TypeAlias = Mapping[str, str | int] | str
"""Columns and the values they have; or the name of the one column that holds the id."""

_NAME = re.compile(r"[A-Za-z_]\w*\Z")


@dataclass
class Ledger:
    """Everything that checks created, in order."""

    entries: list[Created] = field(default_factory=list)

    def enter(
        self,
        check: str,
        kind: str,
        id: str | int,  # noqa: A002 - the word that the record uses
        *,
        database: str | None = None,
        table: str | None = None,
        where: Where | None = None,
    ) -> None:
        """Enter one thing. Without ``where`` the table's column ``id`` is taken. Raises ValueError for odd names."""
        sql = None if table is None else delete(table, where if where is not None else "id", id)
        self.entries.append(Created(check=check, kind=kind, id=str(id), database=database, cleanup_sql=sql))


def delete(table: str, where: Where, id: str | int) -> str:  # noqa: A002 - as above
    """A DELETE that a person can run as it stands: values come from the target, so all of them are quoted."""
    columns = where if isinstance(where, Mapping) else {where: id}
    for name in (table, *columns):
        if not _NAME.match(name):
            raise ValueError(f"{name!r} is not a plain SQL name")
    if not columns:
        raise ValueError(f"without a condition, cleaning up would empty the table {table}")
    conditions = " AND ".join(f"{name} = {literal(value)}" for name, value in columns.items())
    return f"DELETE FROM {table} WHERE {conditions};"  # noqa: S608 - printed, not run; names and values are checked


def literal(value: object) -> str:
    """``value`` as an SQLite literal."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).replace("'", "''")
    # a line break or a NUL would let the rest of the id look like a statement of its own
    return "'" + re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text) + "'"
