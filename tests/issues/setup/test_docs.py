"""docs/repository-setup.md says what is there, and no more."""

from __future__ import annotations

import re

import click
import yaml

from tests.issues.setup.runner import ACTION, ROOT, SHIPPED
from vibehq_smoke.cli.issues.init import init_issues

PAGE = (ROOT / "docs" / "repository-setup.md").read_text()
DOCUMENT = yaml.safe_load(ACTION.read_text())


def rows(heading: str) -> dict[str, list[str]]:
    """The table that begins with ``heading``, by the names in its first column."""
    table = PAGE.partition(f"\n| {heading} |")[2].partition("\n\n")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {name: cells[1:] for cells in lines for name in re.findall(r"`([^`]+)`", cells[0])}


def test_every_option_is_described() -> None:
    options = [option for option in init_issues.params if isinstance(option, click.Option)]
    assert {name.split()[0] for name in rows("option")} == {name for option in options for name in option.opts}


def test_every_input_is_described_with_its_default() -> None:
    told = rows("input")
    assert set(told) == set(DOCUMENT["inputs"])
    for name, given in DOCUMENT["inputs"].items():
        if not given["default"].startswith("${{"):
            assert told[name][0].strip("`") == given["default"], name


def test_every_output_is_described() -> None:
    assert set(rows("output")) == set(DOCUMENT["outputs"])


def test_every_file_is_described() -> None:
    told = set(rows("file below `.github`"))
    written = {name.removeprefix(".github/") for name in SHIPPED}
    assert {name for name in written if not name.startswith("ISSUE")} == {name for name in told if "work" in name}
    assert {name for name in told if "ISSUE" in name} == {"ISSUE_TEMPLATE/*.yml", "ISSUE_TEMPLATE/config.yml"}


def test_every_variable_and_secret_of_the_workflows_is_described() -> None:
    used = set(re.findall(r"\b(?:vars|secrets)\.(\w+)", "".join(SHIPPED.values())))
    assert set(rows("name")) == used


def test_the_example_is_five_lines_that_the_action_takes() -> None:
    (example,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    (step,) = yaml.safe_load(example)
    assert len(example.splitlines()) == 5
    assert set(step) == {"uses", "with"}
    assert set(step["with"]) <= set(DOCUMENT["inputs"])
    assert (ROOT / "suites" / f"{step['with']['suite']}.toml").is_file()
