"""``docs/configuration.md`` describes every key, and its examples load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_origin

import pytest
import tomli
from pydantic_core import PydanticUndefined, to_jsonable_python

from vibehq_smoke.config import IssuePolicy, load_config, load_suite
from vibehq_smoke.config.files import SmokeFile, SuiteFile
from vibehq_smoke.config.tables import Table, choices, keys

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

BY_HAND = {"targets.NAME.workers.WORKER.type": "by name", "suite.name": "the file's name",
           "targets.NAME.operator.databases": "see below"}  # fmt: skip
"""Defaults that depend on something else: the page says so in words."""


def tables(model: type[Table], path: tuple[str, ...] = ()) -> Iterator[tuple[str, type[Table]]]:
    """Every table that a file may hold, as the page names it, with its model."""
    if path:
        yield ".".join(path), model
    for key, kind in keys(model).items():
        if isinstance(kind, type) and issubclass(kind, Table):
            yield from tables(kind, (*path, key))
        elif get_origin(kind) is dict and isinstance(inner := get_args(kind)[1], type) and issubclass(inner, Table):
            name = {"workers": "WORKER", "override": "ID"}.get(key, "NAME")
            yield from tables(inner, (*path, key, name))
        elif (
            get_origin(kind) is tuple
            and path
            and isinstance(inner := get_args(kind)[0], type)
            and issubclass(inner, Table)
        ):
            yield from ((f"[{name}]", table) for name, table in tables(inner, (*path, key)))


TABLES = [*tables(SmokeFile), *tables(SuiteFile)]


def rows(table: str) -> dict[str, list[str]]:
    """The rows of the section about ``table``: key, then type, default, meaning."""
    section = PAGE.partition(f"\n## `[{table}]`\n")[2].partition("\n## ")[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:3] == "| `"
    ]
    return {row[0].strip("`"): row[1:] for row in cells}


def default(model: type[Table], key: str) -> str:
    """The default of ``key`` in the page's words."""
    field = next(field for name, field in model.model_fields.items() if key in (name, field.alias))
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    assert value is not PydanticUndefined
    if value is None:
        return "none"
    if isinstance(value, Table):
        return "`{}`"
    plain = to_jsonable_python(value)
    if isinstance(plain, list):
        return "`[" + ", ".join(f'"{entry}"' for entry in plain) + "]`"
    return f"`{str(plain).lower() if isinstance(plain, bool) else repr(plain)}`".replace("'", '"')


def test_the_walk_finds_the_tables() -> None:
    some = {"targets.NAME.workers.WORKER", "suite.gates.latency.NAME", "issues", "[issues.maintenance]"}
    assert {name for name, _ in TABLES} >= some


@pytest.mark.parametrize(("table", "model"), TABLES, ids=[name for name, _ in TABLES])
def test_every_key_is_described(table: str, model: type[Table]) -> None:
    described = rows(table)
    assert list(described) == list(keys(model))
    for key, kind in keys(model).items():
        words, shown, _ = described[key]
        inner = get_args(kind)[0] if get_origin(kind) in (tuple, frozenset) else kind
        assert all(f"`{word}`" in words for word in choices(inner)), f"{table}.{key} lacks a word"
        expected = BY_HAND.get(f"{table}.{key}", default(model, key))
        assert sorted(re.findall(r"\w+", shown)) == sorted(re.findall(r"\w+", expected)), f"{table}.{key}"


def test_there_are_no_sections_about_tables_that_do_not_exist() -> None:
    sections = set(re.findall(r"^## `\[(.+)\]`$", PAGE, re.MULTILINE))
    assert sections == {name for name, _ in TABLES} | {"targets.NAME.workers"}


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_loads(example: str, tmp_path: Path) -> None:
    file = tmp_path / "example.toml"
    file.write_text(example, encoding="utf-8")
    if "suite" in tomli.loads(example):
        assert load_suite(file, env={}).file == file
        return
    variables = re.findall(r'_env = "(\w+)"|\$\{(\w+)\}', example)
    found = load_config(file, env={name: "x" for pair in variables for name in pair if name})
    assert [found.target(name).name for name in found.targets] == list(found.targets)
    assert ("issues" in tomli.loads(example)) == (found.issues != IssuePolicy())


def test_there_are_examples_of_both_kinds() -> None:
    assert {"suite" in tomli.loads(example) for example in EXAMPLES} == {True, False}
