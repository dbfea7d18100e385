"""Writes the miniature source checkout and keeps it in line with the switches (contract modes S and W)."""

import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from vibehq_smoke.lab.checkout.damage import ADDED, damaged
from vibehq_smoke.lab.checkout.tree import EXECUTABLE, healthy_tree


@dataclass(frozen=True)
class Checkout:
    """The checkout under `folder`. `align` reads and writes many files: call it off the loop."""

    folder: Path
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _healthy(self) -> dict[str, str]:
        return healthy_tree()

    def align(self, active: Iterable[str]) -> None:
        """Write what differs from what the switches in `active` ask for, and remove what should be gone.

        Each file changes at once: a reader finds the old text or the new one. Files that the checkout does not know are
        left alone. Any thread may call this, one at a time. Raises OSError.
        """
        with self._one_at_a_time:
            wanted = damaged(self._healthy, active)
            for path in (*self._healthy, *ADDED):
                if path not in wanted:
                    (self.folder / path).unlink(missing_ok=True)
            for path, text in wanted.items():
                _write(self.folder / path, text.encode(), executable=path in EXECUTABLE)


def _write(file: Path, content: bytes, *, executable: bool) -> None:
    with suppress(OSError):  # not there yet, or not readable: written anew
        if file.read_bytes() == content:
            return
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.chmod(0o755 if executable else 0o644)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
