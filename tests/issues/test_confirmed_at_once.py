"""A job without a local record files what one run with a retry confirmed, and nothing that only went wrong once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stub import Answer, Stub

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
WRONG = {"value": "many"}


def run_and_sync(project: Path, *words: str) -> str:
    """What a sync of a run says, that knows of no run before."""
    for command in (["run", "mine.toml", "--target", "stub", "--quiet", *words], ["issues", "sync"]):
        done = subprocess.run([SMOKE, *command], cwd=project, capture_output=True, text=True, timeout=90, check=False)
        assert done.returncode in (0, 1), done.stdout + done.stderr
    (project / "reports" / "history.db").unlink()
    return done.stdout


@pytest.mark.parametrize(
    ("retries", "then", "said", "opened"),
    [
        ("0", None, "failed in 1 of the 2 attempts that confirm it", 0),
        ("1", None, "failed in 2 attempts", 1),
        ("1", {"value": 3}, "failed in 1 of the 2 attempts that confirm it", 0),
    ],
    ids=["tried once", "failed twice", "held then"],
)
def test_what_fails_twice_in_one_run_is_confirmed(
    project: Path, stub: Stub, retries: str, then: object, said: str, opened: int
) -> None:
    stub.answers["/three"] = Answer(WRONG, then=then)
    assert said in run_and_sync(project, "--retries", retries)
    issues = sorted((project / "reports" / "issues").glob("0*.md"))
    assert len(issues) == opened
    for issue in issues:
        assert "attempt 2 of 2; attempt 1 said after" in issue.read_text(encoding="utf-8")
