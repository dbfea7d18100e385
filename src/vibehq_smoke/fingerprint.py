"""A mark of what a function does, to see whether it was changed: neither layout nor comments change it.

It covers the function and what it uses of its own file, such as the models that it expects; not what it imports.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

_DECLARES = "__vibehq_declares__"


def declares(function: Callable[..., Any], text: str) -> None:
    """Say what a function does that nobody wrote: it is a closure over this."""
    setattr(function, _DECLARES, text)


def declared(function: Callable[..., Any]) -> str:
    """What was said of a function by :func:`declares`; empty for one that somebody wrote."""
    return str(getattr(function, _DECLARES, ""))


def fingerprint(function: Callable[..., Any]) -> str | None:
    """The mark of a function; None when its source is not to be had."""
    function = inspect.unwrap(function)
    code = function.__code__
    text = declared(function) or _file(code.co_filename).text(code.co_firstlineno)
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text is not None else None


class _File:
    """What is defined in a file."""

    def __init__(self, tree: ast.Module) -> None:
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        self._functions = {_first_line(node): node for node in functions}
        self._named = {name: node for node in tree.body for name in _names(node)}
        self._known: dict[str, tuple[str, frozenset[str]]] = {}

    def text(self, first_line: int) -> str | None:
        """The function that begins at this line, its decorators aside, and all of the file that it uses."""
        function = self._functions.get(first_line)
        if function is None:
            return None
        told, todo = _seen([function.args, *_without_docstring(function.body)])
        texts = {"": told}
        waiting = list(todo)
        while waiting:
            name = waiting.pop()
            if name in self._named and name not in texts:
                texts[name], uses = self._definition(name)
                waiting += uses
        return "\n".join(f"{name}:{texts[name]}" for name in sorted(texts))

    def _definition(self, name: str) -> tuple[str, frozenset[str]]:
        if name not in self._known:
            self._known[name] = _seen(self._named[name])
        return self._known[name]


@cache
def _file(path: str) -> _File:
    try:
        return _File(ast.parse(Path(path).read_bytes()))
    except (OSError, SyntaxError, ValueError):
        return _File(ast.Module([], []))


def _first_line(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


def _names(node: ast.stmt) -> Iterator[str]:
    """What a statement of a file defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    yield from (one.id for one in targets if isinstance(one, ast.Name))


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    is_text = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if is_text else body


def _seen(node: Any) -> tuple[str, frozenset[str]]:
    """A syntax tree as text, and the names in it. ``ast.dump`` would give another text on another Python."""
    names: set[str] = set()

    def plain(one: Any) -> str:
        if isinstance(one, list):
            return f"[{','.join(map(plain, one))}]"
        if not isinstance(one, ast.AST):
            return repr(one)
        if isinstance(one, ast.Name):
            names.add(one.id)
            return one.id
        parts = [(name, value) for name, value in ast.iter_fields(one) if value not in (None, []) and name != "ctx"]
        return f"{type(one).__name__}({','.join(f'{name}={plain(value)}' for name, value in parts)})"

    return plain(node), frozenset(names)
