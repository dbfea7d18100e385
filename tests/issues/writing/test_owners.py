"""Who is asked to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vibehq_smoke.config.issues import IssuePolicy, Owner
from vibehq_smoke.issues.writing.owners import MOST_ASSIGNEES, PLACES, Owners

if TYPE_CHECKING:
    from pathlib import Path
from typing import Any

MAP = IssuePolicy(
    owners=(
        Owner(pattern="*", assignees=("@all",)),
        Owner(pattern="health*", assignees=("ann", "@bob")),
        Owner(pattern="plugins/ui.py", assignees=("@acme/frontend", "cleo")),
        Owner(pattern="d1-*"),
    )
)


@pytest.mark.parametrize(
    ("seen", "assignees"),
    [
        ({"component": "cron"}, ("all",)),
        ({"component": "health-api"}, ("ann", "bob")),
        ({"component": "cron", "category": "health"}, ("ann", "bob")),
        ({"component": "health-api", "path": "plugins/ui.py"}, ("cleo",)),
        ({"component": "d1-health"}, ()),
        ({}, ()),
    ],
)
def test_the_last_entry_that_fits_decides(seen: dict[str, Any], assignees: tuple[str, ...]) -> None:
    assert Owners(MAP).of(**seen) == assignees


def codeowners(root: Path, text: str, place: str = PLACES[0]) -> Owners:
    file = root / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return Owners(IssuePolicy(), root)


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("*", ["a.py", "x/y/z.py"], []),
        ("*.py", ["a.py", "x/y.py"], ["a.pyc", "a.js"]),
        ("/plugins/", ["plugins/a.py", "plugins/x/b.py"], ["x/plugins/a.py", "plugins"]),
        ("plugins/", ["plugins/a.py", "x/plugins/a.py"], ["plugins.py"]),
        ("plugins/*", ["plugins/a.py"], ["plugins/x/a.py", "x/plugins/a.py"]),
        ("plugins/**", ["plugins/a.py", "plugins/x/a.py"], ["x/plugins/a.py"]),
        ("**/tests", ["tests/a.py", "x/tests/a.py"], ["tests.py"]),
        ("a/**/b.py", ["a/b.py", "a/x/y/b.py"], ["ab.py", "a/xb.py"]),
        ("health.p?", ["health.py", "x/health.py"], ["health.pyc", "health.p/"]),
        ("/a+b(1).py", ["a+b(1).py"], ["aab(1).py"]),
    ],
)
def test_patterns_are_those_of_codeowners(tmp_path: Path, pattern: str, fits: list[str], fits_not: list[str]) -> None:
    owners = codeowners(tmp_path, f"{pattern} @ann")
    assert [path for path in (*fits, *fits_not) if owners.of(path=path)] == fits


def test_comments_teams_and_addresses_are_left_out(tmp_path: Path) -> None:
    text = (
        "# all\n* @all # everyone\n\n[Section]\n*.py @acme/ops ann@example.com @ann @ann @bob-2\nhealth.py @acme/ops\n"
    )
    owners = codeowners(tmp_path, text)
    assert owners.of(path="a.js") == ("all",)
    assert owners.of(path="a.py") == ("ann", "bob-2")
    assert owners.of(path="health.py") == (), "a team cannot be assigned, and nobody else is asked for in its place"


def test_the_first_of_the_usual_places_counts(tmp_path: Path) -> None:
    codeowners(tmp_path, "* @docs", PLACES[2])
    assert Owners(IssuePolicy(), tmp_path).of(path="a") == ("docs",)
    codeowners(tmp_path, "* @top", PLACES[1])
    assert Owners(IssuePolicy(), tmp_path).of(path="a") == ("top",)


def test_the_map_of_the_policy_comes_before_the_file(tmp_path: Path) -> None:
    codeowners(tmp_path, "* @file")
    assert Owners(MAP, tmp_path).of(component="cron", path="a") == ("all",)


def test_nobody_knows(tmp_path: Path) -> None:
    assert Owners(IssuePolicy(), tmp_path).of(component="cron", path="a") == ()
    assert Owners(IssuePolicy()).of(component="cron", path="a") == ()


def test_no_more_than_github_takes() -> None:
    many = Owner(pattern="*", assignees=tuple(f"user{n}" for n in range(30)))
    assert len(Owners(IssuePolicy(owners=(many,))).of(component="x")) == MOST_ASSIGNEES
