"""What a folder of issues is called in the local record and in signatures: the same from everywhere, and for good."""

from __future__ import annotations

import re
from pathlib import Path

from ...reports.json import write_atomically

_NAME = ".name"
_OF_A_PROJECT = (".git", "smoke.toml")


def known_as(folder: Path) -> str:
    """The name that the folder has kept, else one by its place: in its project, or on this machine."""
    try:
        kept = (folder / _NAME).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        kept = ""
    return kept if re.fullmatch(r"folder [^\n]+", kept) else _by_place(folder.resolve())


def keep_name(folder: Path, name: str) -> None:
    """Have the folder keep its name when it is moved, copied to another checkout, or gets a project around it."""
    if not (folder / _NAME).exists():
        write_atomically(folder / _NAME, f"{name}\n")


def shown(folder: Path) -> Path:
    """The folder as one would name it here: relative when it is below the working directory."""
    resolved = folder.resolve()
    here = Path.cwd()
    return resolved.relative_to(here) if resolved.is_relative_to(here) else resolved


def _by_place(folder: Path) -> str:
    project = next((place for place in folder.parents if any((place / mark).exists() for mark in _OF_A_PROJECT)), None)
    place = shown(folder) if project is None else folder.relative_to(project)
    return f"folder {' '.join(place.as_posix().split())}"
