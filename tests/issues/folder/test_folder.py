"""A folder of Markdown files as a tracker: what is written, what people may do to it, what is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vibehq_smoke.issues.folder import FolderTracker
from vibehq_smoke.issues.tracker import Change, Draft, Gone, LookUpFailed, Refused, Tracker

from .conftest import START, Hands

DRAFT = Draft(
    title="[SMOKE FAIL] orchestrator does not answer",
    body="It does not.\n\n```\n--- comment 2020-01-01T00:00:00Z ---\n```",
    labels=("bug", "smoke-test", "p0", "rpc/api"),
    milestone="stage-smoke",
    assignees=("ann", "bob"),
)
AS_WRITTEN = """\
---
number: 1
title: "[SMOKE FAIL] orchestrator does not answer"
state: open
state_reason:
labels: [bug, smoke-test, p0, rpc/api]
created: 2026-05-01T22:00:00Z
closed:
milestone: stage-smoke
assignees: [ann, bob]
---

It does not.

```
\\--- comment 2020-01-01T00:00:00Z ---
```

--- comment 2026-05-01T22:01:00Z ---

Still so.
"""
MARKER = "<!-- vibehq-smoke:cause 1 eJyrVkrOz0lVslIyVKoFABCsA0Y= 0123456789abcdef0123456789abcdef -->"
LONG_AGO = START - timedelta(days=30)


def all_issues(tracker: Tracker, *numbers: int) -> dict[int, str]:
    """Number and state of every issue that a look-up finds."""
    return {number: issue.state for number, issue in tracker.look_up("smoke-test", numbers, LONG_AGO).issues.items()}


def edit(path: Path, old: str, new: str) -> None:
    """What a person does in an editor."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_issue_is_a_file_that_people_can_read(tracker: FolderTracker, folder: Path, clock: Hands) -> None:
    issue = tracker.create(DRAFT)
    clock.sleep(60)
    tracker.comment(1, "Still so.")
    assert (folder / "0001.md").read_text(encoding="utf-8") == AS_WRITTEN
    assert (issue.number, issue.title, issue.body) == (1, DRAFT.title, DRAFT.body)
    assert (issue.state, issue.state_reason, issue.labels) == ("open", None, frozenset(DRAFT.labels))
    assert (issue.created_at, issue.closed_at, issue.author, issue.is_ours) == (START, None, None, True)
    assert issue.url == (folder / "0001.md").as_posix()
    assert tracker.look_up("smoke-test", (), LONG_AGO).issues == {1: issue}


def test_comments_are_read_whatever_people_wrote_above_them(tracker: FolderTracker, folder: Path, clock: Hands) -> None:
    tracker.create(DRAFT)
    clock.sleep(60)
    tracker.comment(1, "Still so.")
    with (folder / "0001.md").open("a", encoding="utf-8") as file:
        file.write("\n--- comment by Ann ---\n\nOn it.\n")
    said = [(one.text, one.at) for one in tracker.remarks(1, LONG_AGO)]
    assert said == [("Still so.", START + timedelta(minutes=1)), ("On it.", START)]
    (folder / "0001.md").unlink()
    with pytest.raises(Gone):
        tracker.remarks(1, LONG_AGO)


def test_the_same_folder_has_the_same_name_however_it_is_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    names = {FolderTracker(path, Hands()).name for path in (folder, Path("issues"), Path("./x/../issues"))}
    assert names == {"folder issues"}
    assert FolderTracker(Path("issues"), Hands()).create(DRAFT).url == "issues/0001.md"


def test_a_folder_keeps_its_name(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smoke.toml").write_text("")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    tracker = FolderTracker(Path("../issues"), Hands())
    assert (tracker.name, tracker.create(DRAFT).url) == ("folder issues", f"{folder}/0001.md")
    (tmp_path / "smoke.toml").unlink()
    folder.rename(tmp_path / "sub" / "moved")
    assert FolderTracker(Path("moved"), Hands()).name == "folder issues"


def test_where_there_is_no_folder_there_are_no_issues_and_looking_makes_none(
    tracker: FolderTracker, folder: Path
) -> None:
    listing = tracker.look_up("smoke-test", {3}, LONG_AGO)
    assert (dict(listing.issues), dict(listing.gone)) == ({}, {3: "deleted"})
    assert not folder.exists()


def test_a_change_is_read_back_and_leaves_the_rest_alone(tracker: FolderTracker, folder: Path, clock: Hands) -> None:
    tracker.create(DRAFT)
    tracker.comment(1, "Still so.")
    clock.sleep(3600)
    changed = tracker.change(1, Change(body="new", add_labels=("p1", "bug"), remove_labels=("p0", "absent")))
    assert (changed.body, changed.title) == ("new", DRAFT.title)
    assert changed.labels == {"bug", "smoke-test", "rpc/api", "p1"}
    closed = tracker.change(1, Change(state="closed"))
    assert (closed.state, closed.state_reason, closed.closed_at) == ("closed", "completed", clock.now())
    clock.sleep(3600)
    assert tracker.change(1, Change(state="closed", title="over")).closed_at == closed.closed_at
    opened = tracker.change(1, Change(state="open"))
    assert (opened.state, opened.state_reason, opened.closed_at) == ("open", "reopened", None)
    text = (folder / "0001.md").read_text(encoding="utf-8")
    assert "milestone: stage-smoke\nassignees: [ann, bob]\n" in text
    assert text.endswith("Still so.\n")


def test_a_change_of_nothing_does_not_touch_the_file(tracker: FolderTracker, folder: Path) -> None:
    tracker.create(DRAFT)
    os.utime(folder / "0001.md", (1, 1))
    tracker.change(1, Change(title=DRAFT.title, add_labels=("bug",), remove_labels=("absent",)))
    assert (folder / "0001.md").stat().st_mtime == 1


def test_what_was_closed_long_ago_is_found_by_its_number_only(tracker: FolderTracker, clock: Hands) -> None:
    for _ in range(3):
        tracker.create(DRAFT)
    tracker.change(1, Change(state="closed", state_reason="not_planned"))
    clock.sleep(10 * 86400)
    tracker.change(2, Change(state="closed"))
    recent = clock.now() - timedelta(days=1)
    assert tracker.change(1, Change(state="closed", title="x")).state_reason == "not_planned"
    assert sorted(tracker.look_up("smoke-test", (), recent).issues) == [2, 3]
    assert sorted(tracker.look_up("smoke-test", {1}, recent).issues) == [1, 2, 3]


def test_an_issue_that_lost_its_label_is_still_found(tracker: FolderTracker) -> None:
    tracker.create(DRAFT)
    tracker.change(1, Change(remove_labels=("smoke-test",)))
    assert all_issues(tracker) == {1: "open"}


def test_people_may_close_with_one_word(tracker: FolderTracker, folder: Path) -> None:
    tracker.create(DRAFT)
    path = folder / "0001.md"
    edit(path, "state: open", "state: closed")
    os.utime(path, (START.timestamp() + 90, START.timestamp() + 90))
    issue = tracker.look_up("smoke-test", (), LONG_AGO).issues[1]
    assert (issue.state, issue.state_reason, issue.closed_at) == ("closed", None, START + timedelta(seconds=90))
    tracker.comment(1, "thanks")
    assert "closed: 2026-05-01T22:01:30Z\n" in path.read_text(encoding="utf-8")
    edit(path, "state: closed\nstate_reason:", "state: open\nstate_reason: completed")
    issue = tracker.look_up("smoke-test", (), LONG_AGO).issues[1]
    assert (issue.state, issue.state_reason, issue.closed_at) == ("open", None, None)


def test_people_may_write_the_way_they_write(tracker: FolderTracker, folder: Path) -> None:
    folder.mkdir()
    (folder / "0007.md").write_bytes(
        b"\xef\xbb\xbf---\r\n# ours\r\ntitle: 'it''s down: again'\r\nstate: Closed\r\nstate_reason: not planned\r\n"
        b"labels:\r\n  - bug\r\n  - 'p0'\r\n  - \"a, b\"\r\nestimate: 3 days\r\nclosed: 2026-04-30\r\n---\r\nIt is.\r\n"
        b"\r\n--- comment by Ann, Monday ---\r\nMe too.\r\n"
    )
    issue = tracker.look_up("smoke-test", (), LONG_AGO).issues[7]
    assert (issue.title, issue.body, issue.state_reason) == ("it's down: again", "It is.", "not_planned")
    assert issue.labels == {"bug", "p0", "a, b"}
    assert issue.closed_at == datetime(2026, 4, 30, tzinfo=UTC)
    tracker.change(7, Change(add_labels=("quiet",)))
    text = (folder / "0007.md").read_text(encoding="utf-8")
    assert "\r" not in text
    assert "# ours\nestimate: 3 days\n" in text
    assert 'labels: [bug, p0, "a, b", quiet]\n' in text
    assert text.endswith("\nIt is.\n\n--- comment by Ann, Monday ---\n\nMe too.\n")


def test_a_list_may_be_laid_out_over_lines(tracker: FolderTracker, folder: Path) -> None:
    tracker.create(DRAFT)
    edit(folder / "0001.md", "[bug, smoke-test, p0, rpc/api]", "\n  [\n    bug,\n    'smoke-test',\n  ]")
    assert tracker.look_up("smoke-test", (), LONG_AGO).issues[1].labels == {"bug", "smoke-test"}


def test_what_people_keep_beside_the_issues_is_none(tracker: FolderTracker, folder: Path) -> None:
    tracker.create(DRAFT)
    for name in ("README.md", "0001 (copy).md", "00002.md", "2.md", "0000.md", "0003.txt"):
        (folder / name).write_text("mine")
    assert all_issues(tracker) == {1: "open"}
    assert tracker.create(DRAFT).number == 2


def test_a_number_is_never_used_twice(tracker: FolderTracker, folder: Path) -> None:
    for _ in range(3):
        tracker.create(DRAFT)
    (folder / "0003.md").unlink()
    assert FolderTracker(folder, Hands()).create(DRAFT).number == 4
    (folder / ".highest").unlink()
    (folder / "0011.md").write_bytes((folder / "0001.md").read_bytes())
    assert tracker.create(DRAFT).number == 12
    assert tracker.look_up("smoke-test", {3, 12}, LONG_AGO).gone == {3: "deleted"}


def test_a_record_of_numbers_that_holds_none_stops_new_issues_only(tracker: FolderTracker, folder: Path) -> None:
    tracker.create(DRAFT)
    (folder / ".highest").write_text("many")
    with pytest.raises(
        Refused, match=r"\.highest: holds 'many', wanted the highest number that an issue here ever had"
    ):
        tracker.create(DRAFT)
    tracker.comment(1, "Still so.")
    assert all_issues(tracker) == {1: "open"}


def test_an_issue_that_is_not_there_is_gone(tracker: FolderTracker) -> None:
    with pytest.raises(Gone, match=r"0005\.md: is no longer there"):
        tracker.change(5, Change(title="x"))
    with pytest.raises(Gone):
        tracker.comment(5, "x")


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("state: open", "state: opne", 4, "state: 'opne' is not allowed (allowed: open, closed); did you mean 'open'?"),
        ("state_reason:", "state_reason: fixed", 5, "state_reason: 'fixed' is not allowed (allowed: completed, "),
        ('"[SMOKE', '"[SM"OKE', 3, "title: quotes that do not match"),
        ("[bug,", '["bug,', 6, "labels: quotes that do not match"),
        ("created: 2026", "created: May 2026", 7, "created: 'May 2026-05-01T22:00:00Z' is no time, wanted one such as"),
        ("number: 1", "state: closed", 4, "state stands twice, first in line 2"),
        ("---\nnumber", "number", 1, "the first line is not ---, with which an issue's file begins"),
        ("bob]\n---\n", "bob]\n", 14, "there is no second line ---, which ends the part about the issue"),
    ],
)
def test_a_broken_file_is_named_and_left_alone(
    old: str, new: str, line: int, problem: str, tracker: FolderTracker, folder: Path
) -> None:
    tracker.create(Draft(DRAFT.title, f"It does not.\n{MARKER}", DRAFT.labels, assignees=DRAFT.assignees))
    tracker.create(DRAFT)
    path = folder / "0001.md"
    edit(path, old, new)
    broken = path.read_bytes()
    for _ in range(2):
        issue = tracker.look_up("smoke-test", (), LONG_AGO).issues[1]
    assert issue.state == "open"
    assert "smoke-test" in issue.labels
    assert issue.body == f"It does not.\n{MARKER}"
    (note,) = tracker.notes
    assert note.startswith(f"{path}:{line}: {problem}")
    assert note.endswith("; it counts as open and is left alone until somebody mends it")
    for write in (lambda: tracker.change(1, Change(state="closed")), lambda: tracker.comment(1, "x")):
        with pytest.raises(Refused, match=rf"0001\.md:{line}: "):
            write()
    tracker.comment(2, "x")
    assert path.read_bytes() == broken
    assert f"| [0001](0001.md) | {line} | " in (folder / "index.md").read_text(encoding="utf-8")


def test_a_rule_in_a_body_is_not_taken_for_the_end_of_what_was_lost(tracker: FolderTracker, folder: Path) -> None:
    tracker.create(Draft(DRAFT.title, f"{MARKER}\n\n---\n\nbelow"))
    edit(folder / "0001.md", "assignees:\n---\n", "assignees:\n")
    assert tracker.look_up("smoke-test", (), LONG_AGO).issues[1].body == f"{MARKER}\n\n---\n\nbelow"
    (note,) = tracker.notes
    assert "0001.md:12: '<!-- vibehq-smoke:cause" in note
    assert "is no `key: value`; or is the line --- gone that ends this part?" in note


def test_one_issue_is_read_by_its_number(tracker: FolderTracker, folder: Path) -> None:
    assert tracker.read(tracker.create(DRAFT).number) == tracker.look_up("smoke-test", (), LONG_AGO).issues[1]
    with pytest.raises(Gone, match=r"0002\.md: is no longer there"):
        tracker.read(2)
    edit(folder / "0001.md", "state: open", "state: opne")
    with pytest.raises(LookUpFailed, match=r"0001\.md:4: state: 'opne' is not allowed"):
        tracker.read(1)


def test_a_broken_file_without_its_marker_stops_everything(tracker: FolderTracker, folder: Path) -> None:
    tracker.create(DRAFT)
    (folder / "0001.md").write_bytes(b"---\nstate: open\ntitle: caf\xe9\n---\n")
    with pytest.raises(LookUpFailed) as raised:
        tracker.look_up("smoke-test", (), LONG_AGO)
    assert str(raised.value) == (
        f"{folder}/0001.md:3: is not UTF-8 text; nobody can say which issue it is: mend the file, or delete it"
    )
    assert raised.value.exit_code == 3


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    tracker = FolderTracker(tmp_path / "file", Hands())
    with pytest.raises(LookUpFailed, match=r"file: cannot be read: Not a directory"):
        tracker.look_up("smoke-test", (), LONG_AGO)
    with pytest.raises(Refused, match=r"file: cannot be written: File exists; nothing was done"):
        tracker.create(DRAFT)


def test_a_write_that_fails_leaves_all_as_it_was(
    tracker: FolderTracker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker.create(DRAFT)
    before = (folder / "0001.md").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        for write in (
            lambda: tracker.create(DRAFT),
            lambda: tracker.comment(1, "x"),
            lambda: tracker.change(1, Change(title="x")),
        ):
            with pytest.raises(Refused, match="No space left on device; nothing was done"):
                write()
    assert (folder / "0001.md").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == [".highest", ".lock", ".name", "0001.md", "index.md"]
    assert tracker.create(DRAFT).number == 2


WRITER = """
import sys
from pathlib import Path
from vibehq_smoke.issues.clock import SystemClock
from vibehq_smoke.issues.folder import FolderTracker
from vibehq_smoke.issues.tracker import Draft
tracker = FolderTracker(Path(sys.argv[1]), SystemClock())
print("ready", flush=True)
sys.stdin.readline()
for n in range(15):
    tracker.create(Draft(f"{sys.argv[2]} {n}", ""))
    tracker.comment(1, f"{sys.argv[2]} {n}")
"""
HOLDER = """
import sys
from pathlib import Path
from vibehq_smoke.issues.folder.numbers import alone
with alone(Path(sys.argv[1])):
    print("holding", flush=True)
    sys.stdin.readline()
"""


def start(code: str, folder: Path, *words: str) -> subprocess.Popen[str]:
    """A process that has said that it is ready."""
    command = [sys.executable, "-c", code, str(folder), *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def test_two_processes_at_once_do_not_clash(tracker: FolderTracker, folder: Path) -> None:
    tracker.create(DRAFT)
    writers = [start(WRITER, folder, name) for name in ("left", "right")]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    issues = tracker.look_up("smoke-test", (), LONG_AGO).issues
    assert sorted(issues) == list(range(1, 32))
    titles = {f"{name} {n}" for name in ("left", "right") for n in range(15)}
    assert {issue.title for number, issue in issues.items() if number > 1} == titles
    text = (folder / "0001.md").read_text(encoding="utf-8")
    assert all(f"\n\n{title}\n" in text for title in titles)
    assert "## Open (31)" in (folder / "index.md").read_text(encoding="utf-8")


def test_a_crash_leaves_no_lock_behind(tracker: FolderTracker, folder: Path) -> None:
    with start(HOLDER, folder) as holder:
        holder.send_signal(signal.SIGKILL)
    assert tracker.create(DRAFT).number == 1
