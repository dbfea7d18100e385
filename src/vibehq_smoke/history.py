"""The durable local record: one SQLite file with what is known of causes, and every write that was sent for them.

It holds text that others wrote (JSON) and does not look into it. A file that cannot be used is a UsageError that names
it; nothing is ever thrown away to make it usable.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .errors import UsageError

VERSION = 1
_PATIENCE_S = 30.0
_KEPT = timedelta(days=90)
"""How long a settled write is remembered."""

_TABLES = """
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


@dataclass(frozen=True)
class Write:
    """A write that was begun, and of which nobody knows whether it was done."""

    id: int
    cause: str
    kind: str
    sent_at: datetime
    number: int | None


class History:
    """The file, open. ``place`` is the tracker that a row is about."""

    def __init__(self, path: Path, *, make: bool = True) -> None:
        """Open it, or make it; where it is not to be made, what is not there is kept until the process ends.

        Raises UsageError when it is something else, or of a newer version.
        """
        self.path = path
        try:
            if make:
                path.parent.mkdir(parents=True, exist_ok=True)
            file = path if make or path.exists() else ":memory:"
            self._db = sqlite3.connect(file, timeout=_PATIENCE_S, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise
        except (sqlite3.Error, OSError) as error:
            raise unusable(path, error) from None

    def _prepare(self) -> None:
        self._db.execute("PRAGMA synchronous = FULL")
        with self.transaction():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise UsageError(f"{self.path}: a history of version {version}, this harness knows {VERSION}")
            if version == 0:
                for statement in filter(str.strip, _TABLES.split(";")):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it is kept, or, when an exception leaves it, nothing. Another process waits meanwhile."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # -- causes ------------------------------------------------------------------------------

    def causes(self, place: str) -> dict[str, str]:
        """What is kept of each cause, by id."""
        return dict(self._db.execute("SELECT id, told FROM causes WHERE place = ? ORDER BY id", (place,)))

    def cause(self, place: str, id_: str) -> str | None:
        """What is kept of one cause."""
        row = self._db.execute("SELECT told FROM causes WHERE place = ? AND id = ?", (place, id_)).fetchone()
        return row[0] if row else None

    def everything(self) -> list[str]:
        """What is kept of the causes of all places."""
        return [told for (told,) in self._db.execute("SELECT told FROM causes ORDER BY place, id")]

    def keep(self, place: str, causes: Mapping[str, str | None]) -> None:
        """Keep this of these causes; None forgets one. Others stay as they are."""
        gone = [(place, id_) for id_, told in causes.items() if told is None]
        kept = [(place, id_, told) for id_, told in causes.items() if told is not None]
        self._db.executemany("DELETE FROM causes WHERE place = ? AND id = ?", gone)
        self._db.executemany("INSERT OR REPLACE INTO causes (place, id, told) VALUES (?, ?, ?)", kept)

    # -- what held ---------------------------------------------------------------------------

    def note_held(self, scope: str, subjects: Iterable[str], at: datetime, run: str, version: str | None) -> None:
        """Note the run in which these were last seen to hold, and the commit that was checked."""
        sql = """INSERT INTO held (scope, subject, at, run, version) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT (scope, subject) DO UPDATE SET at = excluded.at, run = excluded.run,
                 version = excluded.version WHERE excluded.at >= held.at"""
        self._db.executemany(sql, [(scope, subject, _text(at), run, version) for subject in subjects])

    def last_held(self, scope: str) -> dict[str, str]:
        """The commit at which each subject was last seen to hold; those of which it is not known are left out."""
        sql = "SELECT subject, version FROM held WHERE scope = ? AND version IS NOT NULL"
        return dict(self._db.execute(sql, (scope,)))

    # -- writes ------------------------------------------------------------------------------

    def begin(self, place: str, cause: str, kind: str, at: datetime, number: int | None = None) -> int:
        """Note that a write is about to be sent; the id by which it is settled."""
        row = (place, cause, kind, _text(at), number)
        sql = "INSERT INTO writes (place, cause, kind, sent_at, number) VALUES (?, ?, ?, ?, ?)"
        written = self._db.execute(sql, row).lastrowid
        if written is None:
            raise AssertionError("a row without an id")
        return written

    def settle(self, write: int, how: str, number: int | None = None) -> None:
        """Note what became of a write: ``done``, ``not done``."""
        sql = "UPDATE writes SET settled = ?, number = coalesce(?, number) WHERE id = ?"
        self._db.execute(sql, (how, number, write))

    def unsettled(self, place: str) -> list[Write]:
        """Writes of which nobody knows what became."""
        sql = "SELECT id, cause, kind, sent_at, number FROM writes WHERE place = ? AND settled IS NULL ORDER BY id"
        rows = self._db.execute(sql, (place,))
        return [Write(id_, cause, kind, datetime.fromisoformat(at), number) for id_, cause, kind, at, number in rows]

    def done_since(self, place: str, kind: str, since: datetime) -> int:
        """How many writes of a kind were done, or may have been, since then."""
        sql = """SELECT count(*) FROM writes WHERE place = ? AND kind = ? AND sent_at >= ?
                 AND coalesce(settled, 'done') = 'done'"""
        (count,) = self._db.execute(sql, (place, kind, _text(since))).fetchone()
        return int(count)

    def sent_since(self, since: datetime) -> list[datetime]:
        """When writes were sent since then, to whatever place: one token may serve several."""
        rows = self._db.execute("SELECT sent_at FROM writes WHERE sent_at >= ? ORDER BY sent_at", (_text(since),))
        return [datetime.fromisoformat(at) for (at,) in rows]

    def note_limit(self, place: str, until: datetime) -> None:
        """Note that a place wants to be left in peace until then: the next process has to know it, too."""
        self._db.execute("INSERT OR REPLACE INTO limits (place, until) VALUES (?, ?)", (place, _text(until)))

    def limit(self, place: str) -> datetime | None:
        """Until when a place wants to be left in peace, as it said last."""
        row = self._db.execute("SELECT until FROM limits WHERE place = ?", (place,)).fetchone()
        return datetime.fromisoformat(row[0]) if row else None

    def forget(self, now: datetime) -> None:
        """Drop settled writes that nobody asks about any more."""
        self._db.execute("DELETE FROM writes WHERE settled IS NOT NULL AND sent_at < ?", (_text(now - _KEPT),))


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def unusable(path: Path, why: object) -> UsageError:
    """What is said of a file that turns out to be of no use, at once or later."""
    return UsageError(f"{path}: cannot be used as history: {why}; move it away or name another file")
