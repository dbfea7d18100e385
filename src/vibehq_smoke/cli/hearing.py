"""Standard output and error while checks run: the terminal is left to the progress display, and sees no secret.

What a check prints becomes part of its log. What anybody else prints is kept until the run is over.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TextIO

from ..execution import wrote


class Heard(io.TextIOBase):
    """Stands in for ``sys.stdout`` or ``sys.stderr``."""

    def __init__(self, name: str, real: TextIO) -> None:
        self.buffer = _Bytes(self.write)
        self._name = name
        self._real = real
        self._kept: list[str] = []

    @property
    def encoding(self) -> str:  # type: ignore[override]  # the base class declares a variable
        """As of the real one."""
        return self._real.encoding

    def writable(self) -> bool:
        """Anything may be written."""
        return True

    def write(self, text: str) -> int:
        """Give it to the check that wrote it, or keep it."""
        if not wrote(self._name, text):
            self._kept.append(text)
        return len(text)

    def fileno(self) -> int:
        """Of the real one: a child process needs it."""
        return self._real.fileno()

    def take(self) -> str:
        """What no check wrote since the last time."""
        kept, self._kept = self._kept, []
        return "".join(kept)


class _Bytes(io.BufferedIOBase):
    """For whoever writes bytes."""

    def __init__(self, write: Callable[[str], int]) -> None:
        self._write = write

    def writable(self) -> bool:
        """Anything may be written."""
        return True

    def write(self, raw: bytes | bytearray | memoryview) -> int:  # type: ignore[override]  # all that is bytes
        """Write it as text."""
        self._write(bytes(raw).decode("utf-8", "replace"))
        return len(raw)
