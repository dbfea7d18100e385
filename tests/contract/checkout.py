"""The platform's checkout: wrangler files (JSON with comments, or TOML), migrations."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TOKEN = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])', re.DOTALL)


def parsed(text: str) -> Any:
    """JSON with comments and trailing commas."""
    plain = _TOKEN.sub(lambda match: match[1] or " ", text)
    return json.loads(_TRAILING_COMMA.sub(lambda match: match[1] or "", plain))


@dataclass(frozen=True)
class Wrangler:
    """One wrangler file; only keys that wrangler itself knows count (``$ref`` is not one, INF-02)."""

    path: Path
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The worker's name."""
        return str(self.data["name"])

    @property
    def services(self) -> dict[str, tuple[str, str | None]]:
        """Binding name to (service, entrypoint)."""
        entries = self.data.get("services", [])
        return {entry["binding"]: (entry["service"], entry.get("entrypoint")) for entry in entries}

    @property
    def main(self) -> Path:
        """The worker's main module."""
        return self.path.parent / str(self.data["main"])


def wrangler_files(source: Path) -> Iterator[Wrangler]:
    """Every wrangler file of the checkout, in either notation wrangler reads."""
    for path in sorted(source.rglob("wrangler.json*")):
        yield Wrangler(path, parsed(path.read_text()))
    for path in sorted(source.rglob("wrangler.toml")):
        yield Wrangler(path, tomllib.loads(path.read_text()))


def wranglers(source: Path) -> dict[str, Wrangler]:
    """Wrangler files by worker name."""
    return {file.name: file for file in wrangler_files(source)}


def base_config(source: Path) -> Wrangler:
    """The shared base (INF-06)."""
    path = source / "@shared/base/wrangler.base.jsonc"
    return Wrangler(path, parsed(path.read_text()))


def migrations(orchestrator: Wrangler, binding: str) -> list[Path]:
    """The migration files of a database in wrangler's order: by name, from its ``migrations_dir``."""
    entry = next(entry for entry in orchestrator.data["d1_databases"] if entry["binding"] == binding)
    folder = orchestrator.path.parent / entry.get("migrations_dir", "migrations")
    return sorted(folder.glob("*.sql"), key=lambda path: path.name)
