"""Names of files, numbers that are never used twice, and one writer at a time."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...reports.json import write_atomically
from ..tracker import Refused

_NAME = re.compile(r"([0-9]{4,})\.md")
_HIGHEST = ".highest"
"""Holds the highest number ever given, also after its file was deleted."""
_LOCK = ".lock"


def file_name(number: int) -> str:
    """The file of an issue."""
    return f"{number:04d}.md"


def issue_files(folder: Path) -> dict[int, Path]:
    """The files of all issues by number; none where there is no folder. Raises OSError."""
    if not folder.exists():
        return {}
    found = {int(match[1]): path for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))}
    return {number: path for number, path in sorted(found.items()) if number and path.name == file_name(number)}


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process writes, and keep others out. Raises OSError.

    The operating system gives the lock back when a process ends, however it ends; the file stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def next_number(folder: Path) -> int:
    """A number that was never given before; to be asked for ``alone``. Raises Refused, OSError."""
    record = folder / _HIGHEST
    text = record.read_text(encoding="utf-8", errors="replace").strip() if record.exists() else "0"
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refused(f"{record}: holds {text[:40]!r}, wanted the highest number that an issue here ever had")
    number = max(int(text), *issue_files(folder), 0) + 1
    write_atomically(record, f"{number}\n")
    return number
