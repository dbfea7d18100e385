"""Paths that tools report: as they stand in the repository, whoever ran the tool where."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from ...redact import Redactor

REPOSITORY = "repository"
"""The component of what belongs to no part of it in particular."""

_RUNNERS = re.compile(r"^(?:/home/runner/work|/__w|[A-Za-z]:/a|/Users/runner/work)/([^/]+)/\1/")
_CONTAINERS = frozenset({"apps", "packages", "workers", "services", "libs", "modules", "plugins", "specialists"})
_COMMON = frozenset(
    {"src", "source", "lib", "test", "tests", "spec", "scripts", "docs", "config", "dist", "build", "public"}
)
_SOURCES = frozenset({
    ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".py", ".css", ".html",
})  # fmt: skip
_LARGEST = 1_000_000
_LONGEST = 300
_AROUND = 2


def in_repository(path: str, root: Path | None, folder: Path | None = None) -> str:
    """``path`` as it stands below the root, with forward slashes; a tool may tell it from ``folder``."""
    path = path.strip().removeprefix("file://").replace("\\", "/")[:_LONGEST]
    path = _RUNNERS.sub("", path)
    if root is not None:
        path = path.removeprefix(f"{root.as_posix().rstrip('/')}/")
        path = _from_folder(path, root, folder) or path
    while path.startswith("./"):
        path = path[2:]
    return path


def _from_folder(path: str, root: Path, folder: Path | None) -> str | None:
    """A path as told by a tool that ran below the root, if a file is there and none at the root."""
    if folder is None or folder == root or not path or path.startswith("/"):
        return None
    try:
        found = (folder / path).resolve()
        return found.relative_to(root.resolve()).as_posix() if found.is_file() and not (root / path).exists() else None
    except (OSError, ValueError):
        return None


def component_of(path: str) -> str:
    """The part of the platform that a file belongs to: its worker's folder, as the repository is laid out."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith(("/", "..")):
        return REPOSITORY
    folders = [part for part in parts[:-1] if part not in _CONTAINERS]
    if not folders or folders[0].lower() in _COMMON or folders[0].startswith("."):
        return REPOSITORY
    return folders[0]


def excerpt(path: str, line: int, root: Path | None, redactor: Redactor) -> str | None:
    """The lines around ``line``, from the checkout; None unless the file is source code that lies inside of it."""
    if root is None or PurePosixPath(path).suffix.lower() not in _SOURCES or "\0" in path:
        return None
    try:
        file = (root / path).resolve()
        if not file.is_relative_to(root.resolve()) or not file.is_file() or file.stat().st_size > _LARGEST:
            return None
        lines = redactor.text(file.read_text(encoding="utf-8", errors="replace")).splitlines()
    except OSError:
        return None
    if not 1 <= line <= len(lines):
        return None
    first = max(1, line - _AROUND)
    shown = enumerate(lines[first - 1 : line + _AROUND], first)
    return "\n".join(f"{'>' if number == line else ' '} {number:>4} | {text[:200]}" for number, text in shown)
