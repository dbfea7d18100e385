"""The page on sources: what it shows is what happens."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from vibehq_smoke.cli.issues.sources import SOURCES
from vibehq_smoke.issues.sources import performance, security
from vibehq_smoke.issues.sources.context import Context

from .conftest import SAMPLES
from .front import issues

PAGE = (Path(__file__).parents[3] / "docs" / "issue-sources.md").read_text(encoding="utf-8")
SHARED = PAGE.partition("## Options that all of them have")[2].partition("\n## ")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", blocks("console"))
def test_the_commands_print_what_the_page_shows(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REPOSITORY", "SHA", "REF_NAME", "RUN_ID", "WORKFLOW", "JOB"):
        monkeypatch.delenv(f"GITHUB_{name}", raising=False)
    shutil.copytree(SAMPLES, tmp_path, dirs_exist_ok=True)
    command, *expected = block.splitlines()
    done = issues(tmp_path, *shlex.split(command.removeprefix("$ vibehq-smoke issues ")))
    shown = (done.stdout + done.stderr).splitlines()
    patterns = [".*".join(map(re.escape, line.split("…"))) for line in expected]
    # causes of one priority stand in no order that means anything
    assert [p for p in patterns if not any(re.fullmatch(p, line) for line in shown)] == [], shown
    assert len(shown) == len(expected), shown


def test_the_lists_of_the_page_are_read(context: Context) -> None:
    (metrics,), (findings,) = blocks("json performance"), blocks("json security")
    measured = performance.read(metrics, context)
    assert [one.symptoms[0].subject for one in measured.sightings] == [
        "performance GET /api/health",
        "performance patches applied",
    ]
    assert measured.proven == {"performance score"}
    found = security.read(findings, context)
    assert [one.component for one in found.sightings] == ["patch-api"]
    assert found.proven == {"security HQ-6"}


@pytest.mark.parametrize("command", SOURCES, ids=lambda command: command.name)
def test_every_command_and_every_option_is_on_the_page(command: click.Command) -> None:
    assert f"| `{command.name}` |" in PAGE
    section = re.search(rf"^## (?:\w+ and )?{command.name}\b.*?(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert section or command.name == "tests"
    own = section[0] if section else ""
    for parameter in command.params:
        for option in parameter.opts if isinstance(parameter, click.Option) else ():
            assert f"`{option}" in own or f"`{option}" in SHARED, option
