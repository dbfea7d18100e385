"""Contract 9.1, PAT-01, PAT-02, PAT-05: the patch manager of the checkout, on files of a scratch directory."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from .listener import Listener
from .patching import TEXT, Scratch, patch
from .running import Platform


@pytest.fixture
def scratch(platform: Platform, tmp_path: Path) -> Scratch:
    """A project of its own with one file of four lines."""
    return Scratch.created(tmp_path, platform.source)


@pytest.mark.parametrize("tool", ["patch_manager", "patchctl"])
def test_help_is_given(scratch: Scratch, tool: str) -> None:
    """PAT-01, D-28 the other way round: exit 0 for both."""
    done = scratch.run(tool, "--help", rooted=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


APPLIED: list[tuple[str, dict[str, object], str]] = [
    ("replace two lines", patch("replace-block", start=2, end=3, block="new"), "first\n    new\nfourth\n"),
    ("replace by two", patch("replace-block", start=2, end=2, block="a\nb"), "first\n    a\nb\n    third\nfourth\n"),
    ("replace openly", patch("replace-block", start=2, end=3, block="new", openSpace=True), "first\nnew\nfourth\n"),
    ("insert before", patch("insert-before", line=2, block="new"), "first\n    new\n    second\n    third\nfourth\n"),
    ("insert after", patch("insert-after", line=3, block="new"), "first\n    second\n    third\n    new\nfourth\n"),
    (
        "insert openly",
        patch("insert-before", line=2, block="new", openSpace=True),
        "first\nnew\n    second\n    third\nfourth\n",
    ),
    ("append", patch("append", block="new"), TEXT + "new\n"),
    ("prepend", patch("prepend", block="new"), "new\n" + TEXT),
]


@pytest.mark.parametrize(("case", "one", "after"), APPLIED, ids=[case for case, _, _ in APPLIED])
def test_an_operation_changes_the_file_exactly(scratch: Scratch, case: str, one: dict[str, object], after: str) -> None:
    """PAT-02, 9.1: exit 0, the content to the letter, and a report that says so."""
    code, report = scratch.apply(one)
    assert scratch.file.read_text() == after
    assert (code, report["success"]) == (0, True)
    assert (report["total"], report["succeeded"], report["failed"]) == (1, 1, 0)
    assert report["patch_id"]
    operation = report["operations"][0]
    assert (operation["success"], operation["file"], operation["op"]) == (True, "notes.md", one["op"])
    assert operation["diff"]
    assert operation["ts_check_ok"] in {True, None}


def test_a_block_may_come_from_a_file(scratch: Scratch) -> None:
    """9.1 blockFile."""
    (scratch.root / "block.txt").write_text("new\n")
    code, _ = scratch.apply(patch("append", blockFile="block.txt"))
    assert (code, scratch.file.read_text()) == (0, TEXT + "new\n")


def test_operations_follow_one_another(scratch: Scratch) -> None:
    """9.1: a batch of two, in order."""
    code, report = scratch.apply(patch("prepend", block="zero"), patch("replace-block", start=1, end=1, block="null"))
    assert (code, report["succeeded"]) == (0, 2)
    assert scratch.file.read_text() == "null\n" + TEXT


REFUSED: list[tuple[str, Sequence[dict[str, object]]]] = [
    ("out of range", [patch("replace-block", start=98, end=99, block="x")]),
    ("end before start", [patch("replace-block", start=3, end=2, block="x")]),
    ("line zero", [patch("insert-before", line=0, block="x")]),
    ("good then bad", [patch("append", block="x"), patch("replace-block", start=98, end=99, block="x")]),
]


@pytest.mark.parametrize(("case", "patches"), REFUSED, ids=[case for case, _ in REFUSED])
def test_a_bad_batch_leaves_the_file_alone(scratch: Scratch, case: str, patches: Sequence[dict[str, object]]) -> None:
    """PAT-02, PAT-05, D-28 the other way round: exit 1, a report, and every byte as before."""
    code, report = scratch.apply(*patches)
    assert (code, report["success"]) == (1, False)
    assert report["failed"] >= 1
    assert any(operation.get("error") for operation in report["operations"])
    assert scratch.file.read_text() == TEXT


@pytest.mark.parametrize(
    "bad",
    [patch("frobnicate", block="x"), {"op": "append", "path": "notes.md", "block": "x"}, patch("append", path="x")],
    ids=["unknown op", "path for file", "unknown key"],
)
def test_a_batch_out_of_shape_is_refused(scratch: Scratch, bad: dict[str, object]) -> None:
    """9.1: exit 1, nothing written."""
    assert scratch.run("patch_manager", "--apply", scratch.batch(bad)).returncode == 1
    assert scratch.file.read_text() == TEXT


def test_a_missing_file_is_refused(scratch: Scratch) -> None:
    """9.1: exit 1 for a target that is not there, and for a batch that is not there."""
    missing = scratch.batch({"op": "append", "file": "smoke-none.md", "block": "x"})
    assert scratch.run("patch_manager", "--apply", missing).returncode == 1
    assert not (scratch.root / "smoke-none.md").exists()
    assert scratch.run("patch_manager", "--apply", "smoke-none.json").returncode == 1


def test_no_arguments_are_a_failure_with_help(scratch: Scratch) -> None:
    """9.1 exit codes."""
    done = scratch.run("patch_manager", rooted=False)
    assert done.returncode == 1
    assert "--apply" in done.stdout + done.stderr


def test_a_dry_run_writes_nothing_and_tells_nobody(scratch: Scratch, listener: Listener, tag: str) -> None:
    """9.1, D-28 the other way round: the file stays, and no notification says "applied"."""
    done = scratch.run(
        "patch_manager", "--apply", scratch.batch(patch("append", block="x")), "--dry-run", url=f"{listener.url}/{tag}"
    )
    assert done.returncode == 0
    assert scratch.file.read_text() == TEXT
    assert listener.at(tag) == []


def test_logs_go_to_stderr(scratch: Scratch) -> None:
    """9.1 output: stdout is one JSON document."""
    done = scratch.run("patch_manager", "--apply", scratch.batch(patch("append", block="x")))
    assert json.loads(done.stdout)["total"] == 1


@pytest.mark.parametrize(
    ("guard", "code"),
    [
        ({"id": "T1"}, 0),
        ({"id": "T1", "files": ["notes.md"], "allowedOperations": ["append"]}, 0),
        ({"id": "T1", "files": ["other.md"]}, 1),
        ({"id": "T1", "allowedOperations": ["prepend"]}, 1),
    ],
    ids=["free", "allowed", "another file", "another operation"],
)
def test_a_task_restricts_its_operations(scratch: Scratch, guard: dict[str, object], code: int) -> None:
    """9.1 task guard: files and operations of the task."""
    (scratch.root / ".mission_control").mkdir()
    (scratch.root / ".mission_control/tasks.json").write_text(json.dumps({"tasks": [guard]}))
    done = scratch.run("patch_manager", "--apply", scratch.batch(patch("append", block="x", taskId="T1")))
    assert done.returncode == code, done.stderr
    assert scratch.file.read_text() == (TEXT + "x\n" if code == 0 else TEXT)


def test_validating_writes_nothing(scratch: Scratch) -> None:
    """PAT-05: patchctl validate: 0 for a good batch, 1 for one out of range, the file untouched."""
    good = scratch.run("patchctl", "validate", scratch.batch(patch("append", block="x")))
    assert good.returncode == 0, good.stderr
    bad = scratch.run("patchctl", "validate", scratch.batch(patch("replace-block", start=98, end=99, block="x")))
    assert bad.returncode == 1
    assert scratch.file.read_text() == TEXT


def test_the_short_command_applies_too(scratch: Scratch) -> None:
    """9.1 patchctl apply."""
    done = scratch.run("patchctl", "apply", scratch.batch(patch("append", block="x")))
    assert done.returncode == 0, done.stderr
    assert scratch.file.read_text() == TEXT + "x\n"


def test_patches_can_be_listed(scratch: Scratch) -> None:
    """9.1 patchctl list: exit 0."""
    assert scratch.run("patchctl", "list", rooted=False).returncode == 0


def test_a_patch_can_be_reverted(scratch: Scratch) -> None:
    """9.1 patchctl revert: exit 0 for a patch that was applied; a placeholder leaves the file as it is."""
    _, report = scratch.apply(patch("append", block="x"))
    done = scratch.run("patchctl", "revert", report["patch_id"])
    assert done.returncode == 0, done.stderr
    assert scratch.file.read_text() in {TEXT, TEXT + "x\n"}
