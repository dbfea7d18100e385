"""Batches for the patch manager, good and bad, with what they must do to made-up files (contract 9.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Patch = dict[str, Any]


@dataclass(frozen=True)
class Edit:
    """One operation on a file of its own: so the numbering of lines does not depend on other operations."""

    file: str
    patch: Patch
    before: str
    after: str


GOOD = (
    Edit(
        "replace.txt",
        {"op": "replace-block", "start": 2, "end": 3, "block": "new"},
        "one\n  two\n  three\nfour\n",
        "one\n  new\nfour\n",
    ),
    Edit(
        "open-space.txt",
        {"op": "replace-block", "start": 2, "end": 2, "block": "new", "openSpace": True},
        "one\n  two\nthree\n",
        "one\nnew\nthree\n",
    ),
    Edit("before.txt", {"op": "insert-before", "line": 2, "block": "new"}, "one\n  two\n", "one\n  new\n  two\n"),
    Edit("after.txt", {"op": "insert-after", "line": 1, "block": "new"}, "one\ntwo\n", "one\nnew\ntwo\n"),
    Edit("append.txt", {"op": "append", "block": "new"}, "one\n", "one\nnew\n"),
    Edit("prepend.txt", {"op": "prepend", "block": "new"}, "one\n", "new\none\n"),
)
"""Every operation that there is."""

FILES = {edit.file: edit.before for edit in GOOD}
PATCHES = [edit.patch | {"file": edit.file} for edit in GOOD]
DONE = {edit.file: edit.after for edit in GOOD}

OUT_OF_RANGE: Patch = {"op": "replace-block", "file": "replace.txt", "start": 3, "end": 9, "block": "new"}

BAD: tuple[tuple[str, Patch], ...] = (
    ("a line out of range", OUT_OF_RANGE),
    ("an unknown operation", {"op": "frobnicate", "file": "append.txt", "block": "new"}),
    ("an unknown key", {"op": "append", "path": "append.txt", "block": "new"}),
    ("a file that is not there", {"op": "append", "file": "missing.txt", "block": "new"}),
)
"""What is wrong with a patch, and the patch; each follows a good one in its batch, which must not stay applied."""
