"""The files of a folder: read, written in one step, and listed in ``index.md``."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from ...reports.json import write_atomically
from . import index
from .document import IssueFile, render
from .front_matter import Broken
from .numbers import alone, file_name, issue_files
from .reading import parse

_Mark: TypeAlias = tuple[int, int, int]
"""Time, size and inode of a file: what tells whether it changed."""


class Files:
    """The files of the issues in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []
        """What people should know, each thing once."""
        self._known: dict[Path, tuple[_Mark, IssueFile | Broken]] = {}
        """What files said when they were read last."""

    def note(self, text: str) -> None:
        """Keep a note."""
        if text not in self.notes:
            self.notes.append(text)

    def path(self, number: int) -> Path:
        """The file of an issue."""
        return self.folder / file_name(number)

    def read_all(self) -> dict[int, IssueFile | Broken]:
        """What all of them say. Raises OSError."""
        return {number: self.read(path) for number, path in issue_files(self.folder).items()}

    def read(self, path: Path) -> IssueFile | Broken:
        """What a file says. Raises OSError."""
        stat = path.stat()
        try:
            said: IssueFile | Broken = parse(path.read_bytes(), datetime.fromtimestamp(stat.st_mtime, UTC))
        except Broken as broken:
            said = broken
        self._known[path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino), said
        return said

    def _read_if_changed(self, path: Path) -> IssueFile | Broken:
        """As far as its size and times tell, which is good enough for the index. Raises OSError."""
        stat = path.stat()
        mark, said = self._known.get(path, (None, None))
        same = mark == (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        return said if same and said is not None else self.read(path)

    def write(self, number: int, file: IssueFile) -> IssueFile:
        """Write an issue, and give it as it will be read. Raises OSError."""
        text = render(file, number)
        write_atomically(self.path(number), text)
        self._write_index()
        return parse(text.encode("utf-8", "replace"), file.created)

    def refresh_index(self) -> None:
        """Have the index show what people changed; somebody who may only read sees the old one."""
        path = self.folder / index.FILE_NAME
        with suppress(OSError):
            if path.exists() and path.read_bytes() != self._index():
                with alone(self.folder):
                    self._write_index()

    def _write_index(self) -> None:
        path = self.folder / index.FILE_NAME
        try:
            text = self._index()
            if not path.exists() or path.read_bytes() != text:
                write_atomically(path, text.decode())
        except OSError as error:
            self.note(f"{path}: cannot be written: {error.strerror or error}")

    def _index(self) -> bytes:
        files = {number: self._read_if_changed(path) for number, path in issue_files(self.folder).items()}
        return index.render(files).encode("utf-8", "replace")
