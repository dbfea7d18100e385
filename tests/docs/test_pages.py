"""What is public is documented, and what the pages show works."""

import inspect
import re
import tomllib
from pathlib import Path

import click
import pytest

import vibehq_smoke
from vibehq_smoke import hookspecs
from vibehq_smoke.cli import cli
from vibehq_smoke.host import Host
from vibehq_smoke.pytest_plugin import pytest_addoption

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("vibehq_")}


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(name: str, language: str = "python") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page(name), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_hook_has_a_heading_with_its_signature(name: str) -> None:
    parameters = ", ".join(inspect.signature(HOOKS[name]).parameters)
    assert f"## {name}({parameters})\n" in page("hooks.md")


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_hook_says_first_when_it_is_called(name: str) -> None:
    assert inspect.getdoc(
        HOOKS[name],
    ).startswith("Called ")  # type: ignore[union-attr]  # every hook has one


def test_no_heading_describes_a_hook_that_is_gone() -> None:
    assert set(re.findall(r"^## (vibehq_\w+)", page("hooks.md"), flags=re.MULTILINE)) == set(HOOKS)


@pytest.mark.parametrize("source", blocks("hooks.md"))
def test_the_examples_of_the_hooks_page_load_as_plugins(source: str, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(source)
    host = Host()
    host.load_folder(ROOT / "plugins")
    host.load_folder(tmp_path)
    host.validate()
    assert host.graph().checks
    assert host.report_formats()
    host.close()


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_and_option_is_documented(name: str) -> None:
    section = page("command-line.md").partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    assert section
    for parameter in cli.commands[name].params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                assert f"`{option}" in section, option


def test_every_pytest_option_is_documented(pytestconfig: pytest.Config) -> None:
    parser = pytest.Parser(_ispytest=True)
    pytest_addoption(parser)
    section = page("command-line.md").partition("\n## pytest options\n")[2]
    names = [name for group in parser._groups for option in group.options for name in option.names()]  # noqa: SLF001 - no public way
    assert names
    assert [name for name in names if f"`{name}" not in section] == []


def test_every_dependency_has_its_reason_and_no_reason_is_left_over() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    reasons = dict(re.findall(r"^\| ([a-z][\w-]*) \| (.+) \|$", page("dependencies.md"), flags=re.MULTILINE))
    reasons.pop("package")
    assert set(reasons) == {re.split(r"[><=\[ ]", name)[0] for name in declared}


def test_every_public_name_has_a_docstring() -> None:
    for name in vibehq_smoke.__all__:
        thing = getattr(vibehq_smoke, name)
        if not isinstance(thing, str):
            assert inspect.getdoc(thing), name


def test_every_link_between_the_pages_leads_somewhere() -> None:
    dead = [
        f"{file.relative_to(ROOT)}: {link}"
        for file in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"))
        for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", file.read_text(encoding="utf-8"))
        if "://" not in link and not (file.parent / link).exists()
    ]
    assert dead == []
