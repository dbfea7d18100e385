"""Text from outside, as it may stand in an issue: without secrets, and without anything that works there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ...redact import Redactor
from ..writing import neutral
from ..writing.surroundings import Surroundings
from .paths import excerpt, in_repository

_CLEANED = 40_000


@dataclass(frozen=True)
class Quoting:
    """What is needed to quote: where this runs, and what is secret there."""

    surroundings: Surroundings = field(default_factory=Surroundings)
    redactor: Redactor = field(default_factory=Redactor)

    def clean(self, text: str) -> str:
        """``text`` without secrets."""
        return self.redactor.body(text[:_CLEANED])

    def inline(self, text: str, most: int = 300) -> str:
        """On one line, as code."""
        return neutral.inline(self.clean(text), most)

    def cell(self, text: str, most: int = 120) -> str:
        """The same, for a table."""
        return neutral.cell(self.clean(text), most)

    def prose(self, text: str, most: int = 300) -> str:
        """On one line, as words."""
        return neutral.prose(self.clean(text), most)

    def fenced(self, text: str, language: str = "", most: int = 6_000) -> str:
        """As a block of code."""
        return neutral.fenced(self.redactor.body(neutral.middle_out(text, _CLEANED)), language, most)

    def link(self, text: str, url: str | None) -> str:
        """A link that shows ``text``."""
        return neutral.link(self.clean(text), self.redactor.url(url) if url else None)

    def path(self, path: str) -> str:
        """A path as it stands in the repository."""
        return in_repository(self.clean(path), self.surroundings.root, self.surroundings.folder)

    def place(self, path: str, line: int = 0) -> str:
        """A file and line, as a link where the file is part of the checkout."""
        shown = f"{path}:{line}" if line else path
        root = self.surroundings.root
        return neutral.link(shown, self.surroundings.permalink(str(root / path) if root else path, line or None))

    def code(self, path: str, line: int) -> str:
        """The lines around a place, from the checkout; nothing where they are not to be had."""
        lines = excerpt(path, line, self.surroundings.root, self.redactor)
        return neutral.fenced(lines, PurePosixPath(path).suffix[1:]) if lines else ""
