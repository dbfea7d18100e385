"""What the three specialists of the queue do with what they are given (contract 5.1, seed triggers). Pure."""

import ast
from collections import Counter

from vibehq_smoke.lab.serving.replies import Json


class WorkError(Exception):
    """The work could not be done; the text says why."""


def perform(specialist: str, payload: Json) -> Json:
    """Do the work of one specialist. Raises WorkError for a specialist or a payload that nothing can be done with."""
    match specialist:
        case "docstring-architect":
            return _missing_docstrings(payload)
        case "lint-surgeon":
            return _lint_plan(payload)
        case "dependency-auditor":
            return _bump(payload)
    raise WorkError(f"no specialist of type {specialist!r} is at work here")


def _missing_docstrings(payload: Json) -> Json:
    """Functions and classes of ``code`` (Python) without a docstring."""
    code = payload.get("code")
    if code is None:
        return {"lines": payload.get("lines"), "missing": [], "note": "no code was sent along"}
    if not isinstance(code, str):
        raise WorkError("code is no text")
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise WorkError(f"code is not Python: {type(error).__name__}") from error
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    named = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    missing = [{"name": node.name, "line": node.lineno} for node in named if ast.get_docstring(node) is None]
    return {"lines": len(code.splitlines()), "checked": len(named), "missing": missing}


def _lint_plan(payload: Json) -> Json:
    """The rules broken in ``findings`` (objects with a ``rule``), most frequent first."""
    findings = payload.get("findings", [])
    if not isinstance(findings, list) or not all(isinstance(item, dict) for item in findings):
        raise WorkError("findings are no list of objects")
    rules = Counter(str(item.get("rule", "unknown")) for item in findings)
    return {"errors": payload.get("errors"), "order": [{"rule": rule, "count": n} for rule, n in rules.most_common()]}


def _bump(payload: Json) -> Json:
    """How far a dependency moved ``from`` one version ``to`` another."""
    before, after = payload.get("from"), payload.get("to")
    if before is None and after is None:
        return {"dependency": payload.get("dependency"), "change": payload.get("change"), "note": "no versions given"}
    old, new = _version(before), _version(after)
    step = next((name for name, a, b in zip(("major", "minor", "patch"), old, new, strict=True) if a != b), "none")
    return {"dependency": payload.get("dependency"), "change": step, "agrees": step == payload.get("change")}


def _version(text: object) -> tuple[int, int, int]:
    parts = str(text).lstrip("v^~").split("-")[0].split(".")
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
        raise WorkError(f"{str(text)[:40]!r} is no version")
    major, minor, patch = (*(int(part) for part in parts), 0, 0)[:3]
    return major, minor, patch
