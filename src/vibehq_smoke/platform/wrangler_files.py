"""Wrangler's configuration files in a checkout, read and resolved as wrangler does it (contract 1.5, part 2 mode W).

What counts is the top level, which ``wrangler deploy`` uses when no environment is named. A file inherits from no other
one: ``$ref`` and ``services_entrypoints`` are keys that wrangler warns of and passes over, and so does whoever
reads ``values`` by wrangler's own keys.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SmokeError
from . import jsonc

NAMES = ("wrangler.json", "wrangler.jsonc", "wrangler.toml")
"""File names in the order in which wrangler looks for them; the first that is there is the one it reads."""

IGNORED = ("$ref", "services_entrypoints", "extends")
"""Keys that look as if a file could inherit, and that wrangler passes over."""

_NOT_LOOKED_INTO = frozenset({"node_modules", "dist", "build", "coverage"})
_DEEPEST = 6


class WranglerFileError(SmokeError):
    """A file that wrangler could not read either; ``line`` is where, when that is known."""

    def __init__(self, path: Path, problem: str, line: int | None = None) -> None:
        self.path = path
        self.problem = problem
        self.line = line
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")


@dataclass(frozen=True)
class WranglerFile:
    """One file; ``values`` is all of its top level."""

    path: Path
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the worker; empty when the file gives none."""
        name = self.values.get("name")
        return name if isinstance(name, str) else ""

    @property
    def ignored(self) -> tuple[str, ...]:
        """Keys in the file that it counts on, and that wrangler passes over."""
        return tuple(key for key in IGNORED if key in self.values)

    @property
    def vars(self) -> Mapping[str, Any]:
        """The variables of the worker. Raises WranglerFileError."""
        return self.table("vars")

    def table(self, key: str) -> Mapping[str, Any]:
        """The table under ``key``; empty when there is none. Raises WranglerFileError when it is no table."""
        found = self.values.get(key, {})
        if not isinstance(found, Mapping):
            raise WranglerFileError(self.path, f"{key} must be a table")
        return found

    def entries(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """The tables in the list under ``key``, such as ``services``. Raises WranglerFileError when it is no list."""
        found = self.values.get(key, [])
        if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
            raise WranglerFileError(self.path, f"{key} must be a list of tables")
        return tuple(found)

    def main(self) -> Path | None:
        """The worker's main module; None when the file names none."""
        main = self.values.get("main")
        return self.path.parent / main if isinstance(main, str) else None


def read_wrangler_file(path: Path) -> WranglerFile:
    """The file at ``path``: TOML by its name, else JSON with comments. Raises WranglerFileError."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text) if path.suffix == ".toml" else jsonc.loads(text)
    except OSError as error:
        raise WranglerFileError(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise WranglerFileError(path, "is no UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise WranglerFileError(path, f"is no TOML: {error}") from None
    except jsonc.JsoncError as error:
        raise WranglerFileError(path, f"is no JSONC: {error.problem}", error.line) from None
    if not isinstance(values, dict):
        raise WranglerFileError(path, "must hold one table")
    return WranglerFile(path, values)


def find_wrangler_files(checkout: Path) -> list[Path]:
    """The file of every worker in ``checkout``, sorted: at most one a folder, dependencies and hidden folders aside."""
    return sorted(_found(checkout))


def _found(checkout: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(checkout):
        here = Path(folder)
        deep = len(here.relative_to(checkout).parts) >= _DEEPEST
        below[:] = [] if deep else [name for name in below if not name.startswith(".") and name not in _NOT_LOOKED_INTO]
        name = next((name for name in NAMES if name in files), None)
        if name is not None:
            yield here / name
