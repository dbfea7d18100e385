"""``vibehq-smoke issues demo``: the life of an issue, on the embedded platform."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from ...errors import HarnessError, UsageError
from ...issues import FOLDER

DEFAULT_FAULT = "d1-health-down"


@dataclass(frozen=True)
class Act:
    """One run and one sync of it."""

    says: str
    deploy: str
    broken: bool


def acts(close_after: int) -> Iterator[Act]:
    """The story: it breaks, stays broken, is mended, is seen to hold, and breaks again in a later version."""
    yield Act("the fault is on: an issue is opened", "v1", broken=True)
    yield Act("it is still on: the same issue is brought up to date", "v1", broken=True)
    for number in range(1, close_after):
        yield Act(f"the fault is off: clean run {number} of {close_after}", "v2", broken=False)
    yield Act(f"clean run {close_after} of {close_after}: the issue is closed", "v2", broken=False)
    yield Act("a newer version, and the fault is back: the issue is opened again", "v3", broken=True)


@click.command()
@click.option("--fault", metavar="ID", default=DEFAULT_FAULT, show_default=True, help="A fault of the embedded target.")
@click.option("--suite", metavar="SUITE", default="quick", show_default=True, help="What each run checks.")
@click.option(
    "--dir",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports/issues-demo"),
    show_default=True,
    help="Folder for the issues, the record and the reports of the demo. It has to be empty, or of a demo before.",
)
@click.option("--repo", metavar="OWNER/NAME", help="Live the life on GitHub in place of a folder.")
def demo(fault: str, suite: str, folder: Path, repo: str | None) -> None:
    """See an issue opened, kept current, closed by proof, and reopened by a relapse.

    Runs the embedded platform with a fault, without it, and with it again, and syncs after each run.
    """
    _clear(folder)
    from ...config.issues import IssuePolicy

    where = ["--repo", repo] if repo else ["--folder", str(folder / FOLDER.name)]
    sync = ["issues", "sync", str(folder / "results.json"), "--history", str(folder / "history.db"), *where]
    for number, act in enumerate(acts(IssuePolicy().close_after), 1):
        click.secho(f"{number}. {act.says}", bold=True)
        run = ["run", suite, "--quiet", "--out", str(folder), "--deploy", act.deploy]
        _call([*run, *(["--fault", fault] if act.broken else [])], silent=True, expected=(0, 1))
        _call(sync, silent=False, expected=(0,))
    if repo is None:
        click.echo(f"The issue, as it is now: {folder / FOLDER.name / '0001.md'}")


def _clear(folder: Path) -> None:
    """Remove what an earlier demo left, and nothing else. Raises UsageError when there is something else."""
    history = folder / "history.db"
    if not folder.exists():
        return
    if any(folder.iterdir()) and not history.exists():
        raise UsageError(f"--dir: {folder} holds something else than a demo; name an empty folder")
    for path in [history, *sorted((folder / FOLDER.name).glob("*"))]:
        if path.is_file():
            path.unlink()


def _call(arguments: list[str], *, silent: bool, expected: tuple[int, ...]) -> None:
    command = [sys.executable, "-c", "from vibehq_smoke.cli import main; main()", *arguments]
    began = time.monotonic()
    told = subprocess.run(command, capture_output=silent, text=True, check=False)  # noqa: S603  (our own command)
    if told.returncode not in expected:
        said = (told.stderr or told.stdout or "").strip()
        raise HarnessError(f"vibehq-smoke {' '.join(arguments)} ended with exit code {told.returncode}: {said}")
    if silent:
        click.echo(f"  run on {arguments[arguments.index('--deploy') + 1]}: {_verdict(told.stdout)}"
                   f" ({time.monotonic() - began:.1f} s)")  # fmt: skip


def _verdict(said: str) -> str:
    return next((line.strip() for line in said.splitlines() if line.strip()), "nothing said")
