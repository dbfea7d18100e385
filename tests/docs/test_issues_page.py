"""``docs/issues.md``: what it shows works, and its numbers are those of the policy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click

from vibehq_smoke.cli.issues import issues
from vibehq_smoke.config import IssuePolicy

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "issues.md").read_text(encoding="utf-8")
SCRIPTS = Path(sys.executable).parent


def block(language: str) -> str:
    """The only example in this language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def headings(text: str) -> set[str]:
    """The anchors that a page's headings make."""
    return {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


def test_the_session_that_it_shows_goes_like_that(tmp_path: Path) -> None:
    env = os.environ | {"PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", "CI": ""}
    sessions = [entry.splitlines() for entry in block("console").split("$ ")[1:]]
    assert len(sessions) == 4
    for command, *shown in sessions:
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=90, check=False
        )
        assert done.returncode == (1 if "--fault" in command else 0), done.stdout + done.stderr
        assert [line for line in shown if line not in done.stdout.splitlines()] == []


def test_its_numbers_are_the_defaults() -> None:
    told = re.findall(r"`(\w+)` \((\d+)\)", PAGE)
    assert len(told) >= 8
    assert {key: float(number) for key, number in told} == {key: getattr(IssuePolicy(), key) for key, _ in told}


def test_the_step_uses_inputs_that_the_action_has() -> None:
    inputs = (ROOT / "action.yml").read_text(encoding="utf-8").partition("\ninputs:\n")[2].partition("\noutputs:\n")[0]
    known = re.findall(r"^  ([\w-]+):$", inputs, re.MULTILINE)
    assert set(re.findall(r"^    ([\w-]+): ", block("yaml"), re.MULTILINE)) <= set(known)


def test_it_tells_of_every_option_of_plan_and_sync() -> None:
    section = PAGE.partition("\n## Plan and sync\n")[2].partition("\n## ")[0]
    for name in ("plan", "sync"):
        for parameter in issues.commands[name].params:
            words = parameter.opts if isinstance(parameter, click.Option) else ["[RESULTS.json]"]
            assert all(f"`{word}" in section for word in words), parameter.name


def test_links_into_it_and_out_of_it_find_their_headings() -> None:
    pages = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "docs").glob("*.md")}
    links = [("issues.md", target, place) for target, place in re.findall(r"\]\(([\w.-]+\.md)#([\w-]+)\)", PAGE)]
    links += [
        (name, "issues.md", place) for name, text in pages.items() for place in re.findall(r"issues\.md#([\w-]+)", text)
    ]
    assert len(links) >= 4
    assert [link for link in links if link[2] not in headings(pages[link[1]])] == []


def test_every_command_for_issues_is_on_the_page_of_the_command_line() -> None:
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    section = page.partition("\n## issues\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(?:issues )?([a-z]+)(?: \[RESULTS\.json\])?`", section))
    assert set(issues.commands) == named
