"""Every switch is asked for somewhere, and nothing is asked for that is no switch."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import vibehq_smoke.lab
from vibehq_smoke.lab.switches import ALL

LAB = Path(vibehq_smoke.lab.__file__).parent
DATA = {LAB / "switches", LAB / "expectations"}
IDS = {switch.id for switch in ALL}
PLACEHOLDER = "[A-Za-z0-9-]+"


def trees() -> Iterator[tuple[Path, ast.Module]]:
    """The lab's own source without the data about switches, parsed."""
    for path in sorted(LAB.rglob("*.py")):
        if not DATA.intersection(path.parents):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def pattern_of(node: ast.expr) -> str | None:
    """What a string or an f-string can be, as a regular expression; None when it is neither."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (pattern_of(part) if isinstance(part, ast.Constant) else PLACEHOLDER for part in node.values)
        return "".join(part for part in parts if part is not None)
    return None


def asked() -> Iterator[tuple[str, str]]:
    """Place and pattern of each id that ``faults.on(…)`` asks for literally."""
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "on":
                for argument in node.args:
                    found = pattern_of(argument)
                    if found is not None:
                        yield f"{path.relative_to(LAB)}:{node.lineno}", found


def named() -> set[str]:
    """Ids that the lab's source says outright, as an f-string with a part of an id in it, or as kinds of a family."""
    nodes = [node for _, tree in trees() for node in ast.walk(tree)]
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value in IDS:
            found.add(str(node.value))
        elif isinstance(node, ast.JoinedStr) and _speaks_of_ids(node):
            found |= _matching(pattern_of(node) or "")
    makers = _makers([node for node in nodes if isinstance(node, ast.FunctionDef)])
    for node in nodes:
        if isinstance(node, ast.Call) and _called(node) in makers:
            for argument in node.args:
                found |= _matching(f"{PLACEHOLDER}-{pattern_of(argument) or 'nothing'}")
    return found


def _makers(functions: list[ast.FunctionDef]) -> set[str]:
    """Functions that put one of their arguments behind a name and a hyphen, or hand it to one that does."""
    makers: set[str] = set()
    while True:
        more = {function.name for function in functions if _makes_ids(function, makers)}
        if more <= makers:
            return makers
        makers |= more


def _makes_ids(function: ast.FunctionDef, makers: set[str]) -> bool:
    parameters = {argument.arg for argument in function.args.args}
    for node in ast.walk(function):
        if isinstance(node, ast.JoinedStr) and len(node.values) == 3:
            _, hyphen, last = node.values
            handed = (
                [last.value] if isinstance(last, ast.FormattedValue) and pattern_of(hyphen) == re.escape("-") else []
            )
        elif isinstance(node, ast.Call) and _called(node) in makers:
            handed = node.args
        else:
            continue
        if any(isinstance(value, ast.Name) and value.id in parameters for value in handed):
            return True
    return False


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _speaks_of_ids(node: ast.JoinedStr) -> bool:
    said = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return len(said) > 3 and re.fullmatch(r"[a-z0-9-]+", said) is not None


def _matching(pattern: str) -> set[str]:
    return {known for known in IDS if re.fullmatch(pattern, known)}


def test_only_known_switches_are_asked_for() -> None:
    wrong = [f"{place} asks for {pattern}" for place, pattern in asked() if not _matching(pattern)]
    assert wrong == []


def test_every_switch_is_asked_for() -> None:
    assert sorted(IDS - named()) == []


def test_no_name_means_two_switches() -> None:
    names = [name.lower() for switch in ALL for name in (switch.id, *switch.aliases)]
    assert sorted(names) == sorted(set(names))
