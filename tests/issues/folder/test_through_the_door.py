"""``vibehq-smoke issues`` on a folder, with what people do to its files between one sync and the next."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stub import Answer, Stub

pytestmark = pytest.mark.issues

SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
Told = tuple[int, str]


@pytest.fixture
def sync(project: Path) -> Callable[..., Told]:
    """Syncs the last run, or does what else is asked; gives exit code and output."""

    def sync(*words: str) -> Told:
        command = [SMOKE, "issues", *(words or ("sync",))]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr

    return sync


def run(project: Path, deploy: str) -> None:
    """A run that leaves its results."""
    command = [SMOKE, "run", "mine.toml", "--target", "stub", "--deploy", deploy, "--quiet"]
    subprocess.run(command, cwd=project, capture_output=True, timeout=60, check=False)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_what_people_do_to_a_file_counts(project: Path, stub: Stub, sync: Callable[..., Told]) -> None:
    issue = project / "reports" / "issues" / "0001.md"
    stub.answers["/one"] = Answer({"value": "many"})
    run(project, "v1")
    code, said = sync()
    assert (code, "folder reports/issues: 1 opened" in said) == (0, True), said
    assert "[0001](0001.md)" in (issue.parent / "index.md").read_text(encoding="utf-8")

    edit(issue, "<!-- vibehq-smoke:begin -->", "Ann is on it.\n\n<!-- vibehq-smoke:begin -->")
    edit(issue, "state: open", "state: opne")
    broken = issue.read_bytes()
    run(project, "v1")
    code, said = sync()
    assert code == 3
    assert "0001.md:4: state: 'opne' is not allowed (allowed: open, closed); did you mean 'open'?" in said
    assert issue.read_bytes() == broken

    edit(issue, "state: opne", "state: open")
    code, said = sync()
    assert (code, "folder reports/issues: 1 updated" in said) == (0, True), said
    text = issue.read_text(encoding="utf-8")
    assert "Ann is on it." in text
    assert "v1" in text

    edit(issue, "state: open\nstate_reason:", "state: closed\nstate_reason: not planned")
    run(project, "v2")
    code, said = sync()
    assert (code, "nothing to do" in said) == (0, True), said
    assert sorted(path.name for path in issue.parent.glob("0*.md")) == ["0001.md"]
    assert "| not planned |" in (issue.parent / "index.md").read_text(encoding="utf-8")


def test_a_file_that_nobody_can_tell_stops_the_sync(project: Path, stub: Stub, sync: Callable[..., Told]) -> None:
    stub.answers["/one"] = Answer({"value": "many"})
    run(project, "v1")
    folder = project / "reports" / "issues"
    folder.mkdir()
    (folder / "0007.md").write_text("who knows")
    for words in (("plan",), ("sync",)):
        code, said = sync(*words)
        assert code == 3
        assert (
            "reports/issues/0007.md:1: the first line is not ---, with which an issue's file begins; nobody can say"
            in said
        )
    assert [path.name for path in folder.glob("*.md")] == ["0007.md"]
    (folder / "0007.md").unlink()
    code, said = sync()
    assert (code, "1 opened" in said) == (0, True), said
    assert sorted(path.name for path in folder.glob("*.md")) == ["0001.md", "index.md"]


def test_two_syncs_at_once_open_one_issue(project: Path, stub: Stub, sync: Callable[..., Told]) -> None:
    stub.answers["/one"] = Answer({"value": "many"})
    run(project, "v1")
    command = [SMOKE, "issues", "sync", "--json"]
    both = [
        subprocess.Popen([*command, f"{name}.json"], cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for name in ("left", "right")
    ]
    assert [one.wait(timeout=60) for one in both] == [0, 0]
    code, said = sync()
    assert code == 0, said
    told = [json.loads((project / f"{name}.json").read_text()) for name in ("left", "right")]
    assert any(action["step"] == "open" for one in told for action in one["actions"])
    files = (project / "reports" / "issues").glob("0*.md")
    assert sum("\nstate: open\n" in file.read_text(encoding="utf-8") for file in files) == 1
