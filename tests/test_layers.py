"""Imports go down only: the floors of the design, enforced."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import vibehq_smoke

ROOT = Path(vibehq_smoke.__file__).parent

FLOORS = {
    "errors": 1, "fingerprint": 1, "jsonpath": 1, "models": 1, "redact": 1,
    "cases": 2, "checks": 2, "config": 2, "deployed": 2, "graph": 2, "hookspecs": 2, "sinks": 2,
    "access": 3, "declarative": 3, "embedded": 3, "platform": 3,
    "attempts": 4, "board": 4, "engine": 4, "execution": 4, "heartbeat": 4, "host": 4, "observers": 4, "preflight": 4,
    "refusal": 4, "scheduler": 4,
    "facts": 5, "findings": 5, "gates": 5, "history": 5, "judge": 5, "matrix": 5, "proof": 5, "proved": 5,
    "issues": 6, "reports": 6,
    "session": 7,
    "pytest_plugin": 8,
    "cli": 9,
}  # fmt: skip
"""Session is shared by the two front doors; the command line uses pytest's door."""

OUTSIDE = {"__init__", "lab"}


def units() -> list[str]:
    """The modules and packages directly inside the package."""
    return sorted(path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file())


def imports(unit: str) -> Iterator[tuple[str, Path, int]]:
    """What ``unit`` imports of this package, with file and line."""
    files = [ROOT / f"{unit}.py"] if (ROOT / f"{unit}.py").is_file() else sorted((ROOT / unit).rglob("*.py"))
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            for name in _imported(node, file):
                yield name, file, getattr(node, "lineno", 0)


def _imported(node: ast.AST, file: Path) -> list[str]:
    if isinstance(node, ast.Import):
        return [_unit(alias.name.split(".")[1:]) for alias in node.names if alias.name.startswith("vibehq_smoke")]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = list(file.relative_to(ROOT).parent.parts)
    if node.level == 0:
        parts = (node.module or "").split(".")
        if parts[0] != "vibehq_smoke":
            return []
        path = parts[1:]
    else:
        kept = base[: len(base) - (node.level - 1)]
        path = kept + (node.module.split(".") if node.module else [])
    return [_unit(path)] if path else [_unit([alias.name]) for alias in node.names]


def _unit(path: list[str]) -> str:
    return path[0] if path and path[0] in units() else "__init__"


def test_every_module_has_a_floor() -> None:
    assert set(units()) == set(FLOORS) | OUTSIDE


@pytest.mark.parametrize("unit", sorted(FLOORS))
def test_imports_go_down_only(unit: str) -> None:
    upward = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for name, file, line in imports(unit)
        if name in FLOORS and FLOORS[name] > FLOORS[unit]
    ]
    assert upward == []


def test_no_module_imports_itself_in_a_circle() -> None:
    edges = {unit: {name for name, _, _ in imports(unit) if name in FLOORS and name != unit} for unit in FLOORS}
    assert len(list(TopologicalSorter(edges).static_order())) == len(FLOORS)


def test_the_lab_shares_nothing_with_the_harness() -> None:
    shared = {name for name, _, _ in imports("lab")} - {"lab"}
    assert shared == set()


def test_the_harness_reaches_the_lab_only_through_its_command_line() -> None:
    reaching = {str(file.relative_to(ROOT)) for unit in FLOORS for name, file, _ in imports(unit) if name == "lab"}
    assert reaching == {"cli/lab.py"}
