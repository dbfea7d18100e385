"""The compiled form of the page's template, kept where Python keeps its own compiled modules."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(FileSystemBytecodeCache):
    """Compiling takes longer than rendering a run of a hundred checks, so it happens once per installation.

    Where the folder cannot be written, or Python was told to write no bytecode, it happens every time.
    """

    def __init__(self) -> None:
        super().__init__(str(Path(__file__).with_name("__pycache__")), "report-%s.jinja")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what an earlier run compiled, if it did."""
        with contextlib.suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what this run compiled, if it may."""
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                super().dump_bytecode(bucket)
