"""The migrations of a checkout: tried out in memory, and compared with what is live (contract INF-03)."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vibehq_smoke import Skipped
from vibehq_smoke.platform.wrangler_files import WranglerFileError, read_wrangler_file

from .distinct import twice
from .stored import stored_rows
from .tables import DATABASES, EXPECTED, Tables
from .wrangler import Complaint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from vibehq_smoke.platform import Hq

_DEFAULT = "migrations"
_APPLIED = "select name from d1_migrations"
_LEADING = re.compile(r"\s*[+-]?(\d+)")
_OUTSIDE = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)
_MOST_NAMES = 5


@dataclass(frozen=True)
class Trial:
    """What became of a database's migrations: the tables they make, or the one that stopped and why."""

    binding: str
    names: tuple[str, ...]
    tables: Tables
    stopped_at: str = ""
    error: str = ""
    empty: tuple[str, ...] = ()
    """Those that hold nothing at all; one that is void on purpose says why."""

    @property
    def component(self) -> str:
        """The component that the database is."""
        return DATABASES[self.binding]


def in_order(names: Sequence[str]) -> list[str]:
    """Migrations in wrangler's order: by the number they begin with, equal ones by name, those without one last."""
    return sorted(names, key=lambda name: (_number(name) is None, _number(name) or 0, name))


def same_numbers(names: Sequence[str]) -> list[str]:
    """Migrations whose number another one has: before wrangler compared names their order was left to the disk."""
    numbers = [_number(name) for name in names]
    return [
        name for name, number in zip(names, numbers, strict=True) if number is not None and numbers.count(number) > 1
    ]


def _number(name: str) -> int | None:
    found = _LEADING.match(name.partition("_")[0])
    return int(found[1]) if found else None


async def try_out(checkout: Path, bindings: Collection[str] = DATABASES) -> list[Trial]:
    """These databases' migrations, tried out. Raises Skipped when the checkout holds none, WranglerFileError."""
    folders = _folders(checkout)
    if not any(folder.is_dir() for folder in folders.values()):
        raise Skipped(f"{checkout} holds no orchestrator/{_DEFAULT}: set source to a checkout of the platform")
    return await asyncio.to_thread(lambda: [_tried(binding, folders[binding]) for binding in bindings])


def _folders(checkout: Path) -> dict[str, Path]:
    """Folder of each database's migrations, as the orchestrator's wrangler file has it; else the one for all."""
    home = checkout / "orchestrator"
    folders = dict.fromkeys(DATABASES, home / _DEFAULT)
    path = next(
        (home / name for name in ("wrangler.json", "wrangler.jsonc", "wrangler.toml") if (home / name).is_file()), None
    )
    if path is not None:
        for entry in read_wrangler_file(path).entries("d1_databases"):
            folder = entry.get("migrations_dir", _DEFAULT)
            if entry.get("binding") in folders and isinstance(folder, str):
                folders[entry["binding"]] = home / folder
    return folders


def _tried(binding: str, folder: Path) -> Trial:
    names = in_order([path.name for path in folder.glob("*.sql")] if folder.is_dir() else [])
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as scratch:
        scratch.execute("PRAGMA foreign_keys = ON")
        scratch.set_authorizer(_stay_inside)
        for name in names:
            try:
                scratch.executescript((folder / name).read_text(encoding="utf-8"))
            except (sqlite3.Error, UnicodeDecodeError) as error:
                return Trial(binding, tuple(names), {}, name, str(error))
        empty = tuple(name for name in names if not (folder / name).read_bytes().strip())
        return Trial(binding, tuple(names), _tables(scratch), empty=empty)


def _stay_inside(action: int, *_: object) -> int:
    """Refuses statements that would reach files of this machine."""
    return sqlite3.SQLITE_DENY if action in _OUTSIDE else sqlite3.SQLITE_OK


def _tables(scratch: sqlite3.Connection) -> Tables:
    scratch.set_authorizer(None)
    made = [name for (name,) in scratch.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {
        name: frozenset(column for (column,) in scratch.execute("SELECT name FROM pragma_table_info(?)", (name,)))
        for name in made
    }


def complaints_about(trial: Trial) -> Iterator[Complaint]:
    """What is wrong with the migrations by themselves."""
    if trial.error:
        left = len(trial.names) - trial.names.index(trial.stopped_at) - 1
        later = f"; {left} later migration(s) stay pending" if left else ""
        yield Complaint(trial.component, f"{trial.binding}: {trial.stopped_at} does not apply: {trial.error}{later}")
        return
    for name in trial.empty:
        yield Complaint(trial.component, f"{trial.binding}: {name} is empty, so that it applies and changes nothing")
    for table, columns in EXPECTED[trial.binding].items():
        if table not in trial.tables:
            yield Complaint(trial.component, f"{trial.binding}: no migration creates the table {table}")
        elif missing := sorted(columns - trial.tables[table]):
            yield Complaint(trial.component, f"{trial.binding}: {table} has no column {', '.join(missing)}")


async def complaints_about_live(hq: Hq, trial: Trial) -> list[Complaint]:
    """Where the migrations that the live database lists are not those of the checkout; nothing without a channel."""
    rows = await stored_rows(hq, trial.binding, _APPLIED)
    if rows is None:
        return []
    listed = [str(row.get("name")) for row in rows]
    live, ours = set(listed), set(trial.names)
    found = [f"{trial.binding}: the target lists {name} as applied more than once" for name in twice(listed)]
    if pending := in_order(list(ours - live)):
        found.append(f"{trial.binding}: not applied on the target: {_few(pending)}")
    if unknown := in_order(list(live - ours)):
        found.append(f"{trial.binding}: applied on the target, and not in the checkout: {_few(unknown)}")
    return [Complaint(trial.component, line) for line in found]


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


async def tables_made(checkout: Path) -> tuple[Tables, list[str]]:
    """The tables that the migrations make, and bindings of databases whose migrations do not apply.

    A table that two databases have stands with the columns of both.
    """
    try:
        trials = await try_out(checkout)
    except (Skipped, WranglerFileError):
        return {}, list(DATABASES)
    made: Tables = {}
    for trial in trials:
        for table, columns in trial.tables.items():
            made[table] = made.get(table, frozenset()) | columns
    return made, [trial.binding for trial in trials if trial.error]
