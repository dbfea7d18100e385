"""The tables of the local record, and how a file of an older version gets those of this one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ..errors import UsageError

_FIRST = """
CREATE TABLE causes (
    place TEXT NOT NULL,
    id TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (place, id)
) WITHOUT ROWID;
CREATE TABLE writes (
    id INTEGER PRIMARY KEY,
    place TEXT NOT NULL,
    cause TEXT NOT NULL,
    kind TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    settled TEXT,
    number INTEGER
);
CREATE INDEX writes_by_time ON writes (place, sent_at);
CREATE TABLE limits (
    place TEXT PRIMARY KEY,
    until TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE held (
    scope TEXT NOT NULL,
    subject TEXT NOT NULL,
    at TEXT NOT NULL,
    run TEXT NOT NULL,
    version TEXT,
    PRIMARY KEY (scope, subject)
) WITHOUT ROWID;
"""

_OWED = """
CREATE TABLE owed (
    place TEXT NOT NULL,
    number INTEGER NOT NULL,
    mark TEXT NOT NULL,
    cause TEXT NOT NULL,
    says TEXT NOT NULL,
    text TEXT NOT NULL,
    since TEXT NOT NULL,
    sent_at TEXT,
    ended TEXT,
    PRIMARY KEY (place, number, mark)
) WITHOUT ROWID;
"""

_STEPS = (_FIRST, _OWED)
"""What makes each version out of the one before. Files of all of them are about, so none is ever changed."""

VERSION = len(_STEPS)


def version_of(db: sqlite3.Connection, path: Path) -> int:
    """The version of a file. Raises UsageError when it is a newer harness's."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise UsageError(f"{path}: a history of version {version}, this harness knows {VERSION}")
    return int(version)


def bring_up(db: sqlite3.Connection, version: int) -> None:
    """Make what is missing, within the transaction of the caller."""
    for step in _STEPS[version:]:
        for statement in filter(str.strip, step.split(";")):
            db.execute(statement)
    if version < VERSION:
        db.execute(f"PRAGMA user_version = {VERSION}")


def unusable(path: Path, why: object) -> UsageError:
    """What is said of a file that turns out to be of no use, at once or later."""
    return UsageError(f"{path}: cannot be used as history: {why}; move it away or name another file")
