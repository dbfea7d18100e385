"""Rows as RPC answers show them: JSON columns decoded, newest first, never more than a hundred."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from vibehq_smoke.lab.entrypoints.exposed import Options
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import Database, Row

MAX_ROWS = 100
Text = Annotated[str, Field(min_length=1, max_length=200)]
LongText = Annotated[str, Field(min_length=1, max_length=20_000)]
JSON_COLUMNS = frozenset(
    {"conditions", "context", "details", "findings", "json", "metadata", "payload", "report", "requirements",
     "sections", "structured_data"}
)  # fmt: skip


class Page(Options):
    """How many rows at most; more than a hundred are cut to a hundred."""

    limit: Annotated[int, Field(ge=1)] = 10


FIRST_PAGE = Page()


def add(base: Database, table: str, row: Mapping[str, Any]) -> Row:
    """Insert a row, objects and lists as JSON text, and read it back. Raises DatabaseDownError."""
    stored = {
        name: json.dumps(value) if isinstance(value, (dict, list)) else value
        for name, value in row.items()
        if value is not None
    }
    number = base.insert(table, stored)
    return listing(base, table, {"rowid": number}, 1)[0]


def listing(base: Database, table: str, wanted: Mapping[str, object], limit: int = MAX_ROWS) -> list[Row]:
    """Rows whose columns have the `wanted` values (None = any), newest first. Raises DatabaseDownError."""
    asked = {name: value for name, value in wanted.items() if value is not None}
    where = " AND ".join(f"{name} = ?" for name in asked) or "1"
    # Tables and columns are named by this package alone; what a request sends is always a parameter.
    sql = f"SELECT * FROM {table} WHERE {where} ORDER BY rowid DESC LIMIT ?"  # noqa: S608
    return [decoded(row) for row in base.rows(sql, (*asked.values(), min(limit, MAX_ROWS)))]


def change(base: Database, table: str, wanted: Mapping[str, object], values: Row) -> int:
    """Set columns of the rows with the `wanted` values; how many there were. Raises DatabaseDownError."""
    where = " AND ".join(f"{name} = ?" for name in wanted)
    columns = ", ".join(f"{name} = ?" for name in values)
    # As in `listing`: no name comes from a request.
    cursor = base.run(f"UPDATE {table} SET {columns} WHERE {where}", (*values.values(), *wanted.values()))  # noqa: S608
    return cursor.rowcount


def decoded(row: Row) -> Row:
    """A row with its JSON columns as values; text that is no JSON stays text."""
    return {name: _value(value) if name in JSON_COLUMNS else value for name, value in row.items()}


def _value(text: object) -> object:
    if not isinstance(text, str) or not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def missing(what: str) -> Json:
    """The answer when a row is not there."""
    return {"success": False, "error": f"{what} not found"}


def one(name: str, rows: list[Row]) -> Json:
    """The answer of one row under `name`, or that it was not found."""
    return {"success": True, name: rows[0]} if rows else missing(name)
