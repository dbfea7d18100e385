"""What is in the local record: what is known of causes, and every write that was sent for them.

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

from .tables import bring_up, unusable, version_of

_PATIENCE_S = 30.0
_KEPT = timedelta(days=90)
"""How long a settled write is remembered."""


@dataclass(frozen=True)
class Write:
    """A write that was begun, and of which nobody knows whether it was done."""

    id: int
    cause: str
    kind: str
    sent_at: datetime
    number: int | None


@dataclass(frozen=True)
class Owed:
    """A comment that belongs to a change of an issue, and is not known to have arrived."""

    number: int
    mark: str
    """A line of its text, by which it is known again."""
    cause: str
    says: str
    """What it is about, in the words of who owes it."""
    text: str
    since: datetime
    sent_at: datetime | None = None
    """When it was sent last, where nobody knows whether it arrived."""


class History:
    """The file, open. ``place`` is the tracker that a row is about."""

    def __init__(self, path: Path, *, make: bool = True) -> None:
        """Open it, or make it. Where it is not to be made it is left as it is, too: what is entered is kept until the
        process ends.

        Raises UsageError when it is something else, or of a newer version.
        """
        self.path = path
        try:
            if make:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path if make else ":memory:", timeout=_PATIENCE_S, isolation_level=None)
            try:
                if not make and path.exists():
                    self._copy(path)
                self._prepare()
            except BaseException:
                self._db.close()
                raise
        except (sqlite3.Error, OSError) as error:
            raise unusable(path, error) from None

    def _prepare(self) -> None:
        self._db.execute("PRAGMA synchronous = FULL")
        with self.transaction():
            bring_up(self._db, version_of(self._db, self.path))

    def _copy(self, path: Path) -> None:
        file = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
        try:
            # A copy waits for other processes for ever, the first look within a transaction does not.
            file.execute("BEGIN")
            version_of(file, path)
            file.backup(self._db)
        finally:
            file.close()

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

    # -- comments that are owed --------------------------------------------------------------

    def owe(self, place: str, owed: Owed) -> None:
        """Enter a comment, before the change is sent that it belongs to."""
        row = (place, owed.number, owed.mark, owed.cause, owed.says, owed.text, _text(owed.since))
        sql = "INSERT OR REPLACE INTO owed (place, number, mark, cause, says, text, since) VALUES (?, ?, ?, ?, ?, ?, ?)"
        self._db.execute(sql, row)

    def owed(self, place: str) -> list[Owed]:
        """What is owed, the oldest first."""
        sql = "SELECT number, mark, cause, says, text, since, sent_at FROM owed WHERE place = ?"
        sql += " AND ended IS NULL ORDER BY since, number"
        return [
            Owed(number, mark, cause, says, text, datetime.fromisoformat(since), _time(sent_at))
            for number, mark, cause, says, text, since, sent_at in self._db.execute(sql, (place,))
        ]

    def note_sent(self, place: str, owed: Owed, at: datetime | None) -> None:
        """Note that a comment is about to be sent; None when it turned out that it was not."""
        sql = "UPDATE owed SET sent_at = ? WHERE place = ? AND number = ? AND mark = ?"
        self._db.execute(sql, (_text(at) if at else None, place, owed.number, owed.mark))

    def absolve(self, place: str, owed: Owed, how: str) -> None:
        """Note that a comment is owed no longer: ``said``, or why it is not wanted any more."""
        sql = "UPDATE owed SET ended = ? WHERE place = ? AND number = ? AND mark = ?"
        self._db.execute(sql, (how, place, owed.number, owed.mark))

    # -- limits ------------------------------------------------------------------------------

    def note_limit(self, place: str, until: datetime) -> None:
        """Note that a place wants to be left in peace until then: the next process has to know it, too."""
        self._db.execute("INSERT OR REPLACE INTO limits (place, until) VALUES (?, ?)", (place, _text(until)))

    def limit(self, place: str) -> datetime | None:
        """Until when a place wants to be left in peace, as it said last."""
        row = self._db.execute("SELECT until FROM limits WHERE place = ?", (place,)).fetchone()
        return _time(row[0]) if row else None

    def forget(self, now: datetime) -> None:
        """Drop settled writes, and comments, that nobody asks about any more."""
        old = (_text(now - _KEPT),)
        self._db.execute("DELETE FROM writes WHERE settled IS NOT NULL AND sent_at < ?", old)
        self._db.execute("DELETE FROM owed WHERE since < ?", old)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
