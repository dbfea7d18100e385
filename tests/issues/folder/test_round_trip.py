"""Whatever a title, a body or a comment says, it comes back unchanged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from vibehq_smoke.issues.folder import FolderTracker
from vibehq_smoke.issues.folder.document import Comment, IssueFile, render
from vibehq_smoke.issues.folder.front_matter import Broken
from vibehq_smoke.issues.folder.reading import parse
from vibehq_smoke.issues.tracker import Change, Draft

from .conftest import START, Hands

# A busy machine is no reason to fail.

LINES = [
    "", "---", "--- comment 2020-01-01T00:00:00Z ---", "\\--- comment", "--- comment ---\r", "\\\\--- comment x ---",
    "number: 7", "state: closed", "labels: [a, b]", "  - x", "- y", '"', "'", "[", "a, b", " ", "\t", "\r", "\\",
    "\ufeff", "\u2028", "\x85", "\x00", "#", "null", "<!-- vibehq-smoke:cause 1 x -->", "```",
]  # fmt: skip
texts = st.text() | st.lists(st.sampled_from(LINES) | st.text(max_size=5)).map("\n".join)
words = st.lists(texts, max_size=3, unique=True).map(tuple)
times = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - given its zone by the strategy
    lambda time: time.replace(microsecond=0)
)
files = st.builds(
    IssueFile,
    title=texts,
    body=texts,
    created=times,
    labels=words,
    milestone=st.none() | texts.filter(bool),
    assignees=words,
    comments=st.lists(st.builds(Comment, heading=st.just("2026-05-01T22:00:00Z"), text=texts), max_size=3).map(tuple),
)


@given(files, st.sampled_from(["completed", "not_planned", "duplicate", None]), times, st.booleans())
def test_a_file_says_what_was_written(file: IssueFile, reason: str | None, closed: datetime, is_open: bool) -> None:
    if not is_open:
        file = IssueFile(**{**vars(file), "state": "closed", "state_reason": reason, "closed": closed})
    text = render(file, 12)
    assert parse(text.encode(), START) == file
    assert text.startswith("---\nnumber: 12\n")
    assert text.count("\n---\n", 0, text.index("\n---\n") + 5) == 1


@given(
    st.lists(st.sampled_from(["# note", "estimate: 3", "tags:", "  - x", "- y", "", "a-b: c", "]"]), max_size=5), files
)
def test_lines_that_people_add_stay(lines: list[str], file: IssueFile) -> None:
    text = render(file, 1).replace("---\n", "\n".join(["---", *lines, ""]), 1)
    once = parse(text.encode(), START)
    assert once == IssueFile(**{**vars(file), "others": tuple(lines)})
    assert parse(render(once, 1).encode(), START) == once


VALUES = [
    "closed",
    "not planned",
    "[a, 'b', \"c\"]",
    "['a",
    "0001-01-01T00:00:00+05:00",
    "2026-05-01 22:00",
    '"\\ud800"',
]
KEYS = ["title", "state", "state_reason", "labels", "created", "closed", "milestone", "assignees"]
edited = st.builds(
    lambda key, value, more: f"---\n{key}: {value}\n{more}\n---\n\n{more}\n".encode(),
    st.sampled_from(KEYS),
    st.sampled_from(VALUES) | texts,
    texts,
)


@given(st.binary() | texts.map(str.encode) | edited)
@example(b"---\nstate: closed\nclosed: 9999-12-31T23:59:59-05:00\n---\n")
@example(b"---\ncreated: 0001-02-03T04:05:06.789\n---\n")
@example(b'---\ntitle: "\\ud800"\n---\n')
@example(b"")
@example(b"---")
@example(b"---\n---")
def test_anything_in_a_file_is_understood_or_refused(content: bytes) -> None:
    try:
        file = parse(content, START)
    except Broken as broken:
        problem: Broken | None = broken
    else:
        problem = None
    if problem is not None:
        assert 1 <= problem.line <= content.count(b"\n") + 1
        assert problem.problem
        return
    assert parse(render(file, 1).encode("utf-8", "replace"), START) == file


@settings(max_examples=25)
@given(texts, texts, texts, texts)
def test_through_the_tracker_too(title: str, body: str, comment: str, later: str) -> None:
    with TemporaryDirectory() as name:
        tracker = FolderTracker(Path(name), Hands())
        issue = tracker.create(Draft(title, body, ("smoke-test",)))
        tracker.comment(1, comment)
        assert (issue.title, issue.body) == (title, body)
        assert tracker.look_up("smoke-test", (), START).issues[1] == issue
        assert tracker.change(1, Change(body=later)).body == later
        assert FolderTracker(Path(name), Hands()).look_up("smoke-test", (), START).issues[1].body == later
        ended = parse((Path(name) / "0001.md").read_bytes(), START)
        assert ended.comments == (Comment("2026-05-01T22:00:00Z", comment),)
