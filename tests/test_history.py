"""The local record: what is kept, and what is said when it cannot be."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.history import History, Owed
from vibehq_smoke.history.tables import VERSION

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "history.db"


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    record = History(path)
    yield record
    record.close()


def test_causes_are_kept_by_place(path: Path, history: History) -> None:
    history.keep("here", {"a": "1", "b": "2"})
    history.keep("there", {"a": "3"})
    history.keep("here", {"a": "4", "b": None})
    history.close()
    again = History(path)
    try:
        assert again.causes("here") == {"a": "4"}
        assert again.causes("there") == {"a": "3"}
        assert sorted(again.everything()) == ["3", "4"]
    finally:
        again.close()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_transaction_that_breaks_keeps_nothing(history: History, error: type[BaseException]) -> None:
    def breaks() -> None:
        with history.transaction():
            history.keep("here", {"a": "2", "b": "2"})
            history.begin("here", "a", "open", NOW)
            history.note_held("smoke/staging", ["API-02"], NOW, "run-1", "abc")
            raise error

    history.keep("here", {"a": "1"})
    with pytest.raises(error):
        breaks()
    assert history.causes("here") == {"a": "1"}
    assert history.unsettled("here") == []
    assert history.last_held("smoke/staging") == {}
    with history.transaction():
        history.keep("here", {"a": "3"})
    assert history.causes("here") == {"a": "3"}


def test_a_process_that_is_killed_keeps_nothing_half(path: Path) -> None:
    dying = (
        "import os, sys; from pathlib import Path; from vibehq_smoke.history import History\n"
        "record = History(Path(sys.argv[1])); record.keep('here', {'a': '1'})\n"
        "with record.transaction():\n    record.keep('here', {'a': '2', 'b': '2'}); os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", dying, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr
    record = History(path)
    try:
        assert record.causes("here") == {"a": "1"}
    finally:
        record.close()


def test_two_processes_write_into_one_file(path: Path) -> None:
    writing = (
        "import sys; from pathlib import Path; from vibehq_smoke.history import History\n"
        "record = History(Path(sys.argv[1]))\n"
        "for _ in range(40):\n"
        "    with record.transaction():\n"
        "        seen = int(record.causes('here').get('count', 0)); record.keep('here', {'count': str(seen + 1)})\n"
        "record.close()\n"
    )
    command = [sys.executable, "-c", writing, str(path)]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate(timeout=60)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    record = History(path)
    try:
        assert record.causes("here") == {"count": "80"}, "no count is lost"
    finally:
        record.close()


def test_a_write_is_unsettled_until_somebody_knows(history: History) -> None:
    first = history.begin("here", "a", "open", NOW)
    second = history.begin("here", "b", "update", NOW + HOUR, 7)
    history.begin("there", "a", "open", NOW)
    waiting = history.unsettled("here")
    assert [(one.id, one.cause, one.kind, one.sent_at, one.number) for one in waiting] == [
        (first, "a", "open", NOW, None),
        (second, "b", "update", NOW + HOUR, 7),
    ]
    history.settle(first, "done", 3)
    history.settle(second, "not done")
    assert history.unsettled("here") == []
    assert len(history.unsettled("there")) == 1


def test_what_may_have_been_done_counts_as_done(history: History) -> None:
    for how in ("done", "not done", None):
        write = history.begin("here", "a", "open", NOW)
        if how:
            history.settle(write, how)
    history.begin("here", "a", "update", NOW)
    assert history.done_since("here", "open", NOW) == 2
    assert history.done_since("here", "open", NOW + HOUR) == 0
    assert history.done_since("there", "open", NOW) == 0


def test_writes_of_all_places_count_for_a_token(history: History) -> None:
    for place, at in (("there", NOW + HOUR), ("here", NOW), ("here", NOW - HOUR)):
        history.begin(place, "a", "open", at)
    assert history.sent_since(NOW) == [NOW, NOW + HOUR]


def test_times_are_compared_whatever_their_zone(history: History) -> None:
    elsewhere = datetime.fromisoformat("2026-03-02T12:30:00+05:00")  # 07:30 UTC
    history.begin("here", "a", "open", elsewhere)
    assert history.sent_since(NOW) == []
    assert history.sent_since(NOW - 2 * HOUR) == [elsewhere]


def test_only_old_and_settled_writes_are_forgotten(history: History) -> None:
    old = NOW - timedelta(days=91)
    for at in (old, NOW):
        history.settle(history.begin("here", "a", "open", at), "done")
        history.begin("here", "a", "open", at)
    history.forget(NOW)
    assert history.sent_since(old) == [old, NOW, NOW]


def test_the_newest_run_says_where_a_check_held(history: History) -> None:
    history.note_held("smoke/staging", ["A", "B"], NOW, "run-2", "new")
    history.note_held("smoke/staging", ["A"], NOW - HOUR, "run-1", "old")
    history.note_held("smoke/staging", ["B"], NOW + HOUR, "run-3", None)
    history.note_held("smoke/production", ["A"], NOW + HOUR, "run-4", "other")
    assert history.last_held("smoke/staging") == {"A": "new"}, "B held last at a commit that nobody knows"


def test_a_place_that_wants_peace_is_remembered(path: Path, history: History) -> None:
    assert history.limit("here") is None
    history.note_limit("here", NOW)
    history.note_limit("here", NOW + HOUR)
    again = History(path)
    try:
        assert again.limit("here") == NOW + HOUR
        assert again.limit("there") is None
    finally:
        again.close()


def test_a_record_that_is_not_to_be_made_is_not_made(path: Path) -> None:
    record = History(path, make=False)
    record.keep("here", {"a": "1"})
    assert record.causes("here") == {"a": "1"}
    record.close()
    assert not path.parent.exists()


def no_database(path: Path) -> None:
    path.write_text("A fine day. " * 200)


def cut_database(path: Path) -> None:
    History(path).close()
    path.write_bytes(path.read_bytes()[:5000])


def newer_version(path: Path) -> None:
    History(path).close()
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()


def a_folder(path: Path) -> None:
    path.mkdir()


def below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("")


@pytest.mark.parametrize("make", [no_database, cut_database, newer_version, a_folder, below_a_file])
def test_a_file_that_cannot_be_used_is_named_and_left_as_it_is(path: Path, make: Callable[[Path], None]) -> None:
    path.parent.mkdir()
    make(path)
    was = path.read_bytes() if path.is_file() else None
    with pytest.raises(UsageError) as told:
        History(path)
    said = str(told.value)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    expected = f"a history of version {VERSION + 1}" if make is newer_version else "cannot be used as history"
    assert expected in said
    assert (path.read_bytes() if path.is_file() else None) == was


# -- older files -----------------------------------------------------------------------------

FIRST_VERSION = """
CREATE TABLE causes (place TEXT NOT NULL, id TEXT NOT NULL, told TEXT NOT NULL, PRIMARY KEY (place, id)) WITHOUT ROWID;
CREATE TABLE writes (id INTEGER PRIMARY KEY, place TEXT NOT NULL, cause TEXT NOT NULL, kind TEXT NOT NULL,
                     sent_at TEXT NOT NULL, settled TEXT, number INTEGER);
CREATE INDEX writes_by_time ON writes (place, sent_at);
CREATE TABLE limits (place TEXT PRIMARY KEY, until TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE held (scope TEXT NOT NULL, subject TEXT NOT NULL, at TEXT NOT NULL, run TEXT NOT NULL, version TEXT,
                   PRIMARY KEY (scope, subject)) WITHOUT ROWID;
INSERT INTO causes VALUES ('here', 'a', '1');
INSERT INTO writes VALUES (1, 'here', 'a', 'open', '2026-03-02T09:00:00.000000+00:00', NULL, NULL);
PRAGMA user_version = 1;
"""


@pytest.fixture
def of_the_first_version(path: Path) -> Path:
    path.parent.mkdir()
    database = sqlite3.connect(path)
    database.executescript(FIRST_VERSION)
    database.close()
    return path


def test_a_file_of_the_first_version_is_gone_on_with(of_the_first_version: Path) -> None:
    comment = Owed(7, "<!-- mark -->", "a", "news", "It is so.\n\n<!-- mark -->", NOW)
    for _ in range(2):
        record = History(of_the_first_version)
        try:
            assert record.causes("here") == {"a": "1"}
            assert [write.cause for write in record.unsettled("here")] == ["a"]
            record.owe("here", comment)
            assert record.owed("here") == [comment]
        finally:
            record.close()


def test_who_only_looks_leaves_an_older_file_as_it_is(of_the_first_version: Path) -> None:
    was = of_the_first_version.read_bytes()
    record = History(of_the_first_version, make=False)
    assert record.causes("here") == {"a": "1"}
    record.keep("here", {"a": "2"})
    record.close()
    assert of_the_first_version.read_bytes() == was


# -- comments --------------------------------------------------------------------------------


def test_a_comment_is_owed_until_that_ends(history: History) -> None:
    first, second = (Owed(7, f"mark {at:%H}", "a", "news", "It is so.", at) for at in (NOW, NOW + HOUR))
    for one in (second, first):
        history.owe("here", one)
    assert history.owed("here") == [first, second], "the oldest first"
    assert history.owed("there") == []
    history.note_sent("here", first, NOW + HOUR)
    assert [one.sent_at for one in history.owed("here")] == [NOW + HOUR, None]
    history.note_sent("here", first, None)
    history.absolve("here", first, "said")
    assert history.owed("here") == [second]
    history.owe("here", first)
    assert history.owed("here") == [first, second], "the change that it belongs to was not made, and is tried again"


def test_nobody_is_told_after_a_quarter_of_a_year(history: History) -> None:
    history.owe("here", Owed(7, "mark", "a", "news", "It is so.", NOW - timedelta(days=91)))
    history.forget(NOW)
    assert history.owed("here") == []
