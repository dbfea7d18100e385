"""``index.md``, where people look first."""

from __future__ import annotations

from pathlib import Path

import pytest

from vibehq_smoke.issues.folder import FolderTracker
from vibehq_smoke.issues.tracker import Change, Draft

from .conftest import START, Hands

PAGE = """\
# Issues

One file for each. This page is written anew whenever one changes.

## Open (2)

| issue | title | labels | since |
|---|---|---|---|
| [0003](0003.md) | down | p0, bug | 2026-05-01 |
| [0001](0001.md) | a \\| b \\<i\\> \\[x\\](y) | p2 | 2026-05-01 |

## Closed (2)

| issue | title | labels | closed | as |
|---|---|---|---|---|
| [0002](0002.md) | (no title) |  | 2026-05-02 | not planned |
| [0004](0004.md) | over |  | 2026-05-01 | completed |
"""


def filled(tracker: FolderTracker, clock: Hands) -> None:
    """Four issues, two of them closed."""
    tracker.create(Draft("a | b\n<i> [x](y)", "", ("p2",)))
    tracker.create(Draft("", ""))
    tracker.create(Draft("down", "", ("p0", "bug")))
    tracker.create(Draft("over", ""))
    tracker.change(4, Change(state="closed"))
    clock.sleep(86400)
    tracker.change(2, Change(state="closed", state_reason="not_planned"))


def test_it_lists_what_is_open_the_worst_first_and_what_was_closed_the_latest_first(
    tracker: FolderTracker, folder: Path, clock: Hands
) -> None:
    filled(tracker, clock)
    assert (folder / "index.md").read_text(encoding="utf-8") == PAGE


def test_it_shows_what_people_did_since(tracker: FolderTracker, folder: Path, clock: Hands) -> None:
    filled(tracker, clock)
    path = folder / "0003.md"
    path.write_text(path.read_text(encoding="utf-8").replace("state: open", "state: closed"), encoding="utf-8")
    (folder / "0001.md").unlink()
    tracker.look_up("smoke-test", (), START)
    text = (folder / "index.md").read_text(encoding="utf-8")
    assert "## Open (0)\n\nNone.\n" in text
    assert "| [0003](0003.md) | down | p0, bug | " in text.partition("## Closed (3)")[2]


def test_an_index_that_cannot_be_written_stops_no_issue(
    tracker: FolderTracker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "index.md").mkdir(parents=True)
    assert tracker.create(Draft("down", "")).number == 1
    assert tracker.notes == [f"{folder}/index.md: cannot be written: Is a directory"]
