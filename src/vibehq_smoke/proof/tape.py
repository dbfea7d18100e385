"""What checks asked and saw in one run, and the file that holds it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ..errors import UsageError

FORMAT = "vibehq-smoke recording"
VERSION = 1
SHARED = ""
"""Stands for a check's id where the platform itself asks for all of them: the session, the CSRF pair, secrets."""

TESTS = "pytest"
"""Stands for a check's id where ordinary tests of pytest ask; each of them has a tape under its node id."""

Kind: TypeAlias = Literal["http", "operator", "socket", "callbacks", "page", "other"]


@dataclass
class Seen:
    """One question to the world, and what came of it; both are JSON."""

    kind: Kind
    question: dict[str, Any]
    answer: dict[str, Any] = field(default_factory=dict)
    at: float = 0.0
    """Seconds since the run began."""
    took: float = 0.0
    """Seconds until the answer was complete."""


@dataclass
class Tape:
    """What one check saw, in the order of asking."""

    outcome: str = ""
    """How the check ended; empty for what is shared."""
    reason: str | None = None
    began: float = 0.0
    seen: list[Seen] = field(default_factory=list)


@dataclass
class Recording:
    """A whole run."""

    run_id: str
    started_at: float
    """Seconds since 1970."""
    target: dict[str, Any]
    harness: str = ""
    suites: list[str] = field(default_factory=list)
    browser: str | None = None
    """What was missing for opening pages."""
    tapes: dict[str, Tape] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """Files of the checkout that somebody read, with their text."""
    others: list[str] = field(default_factory=list)
    """Its other files."""

    def tape(self, check: str) -> Tape:
        """The tape of a check, a new one when it has none."""
        return self.tapes.setdefault(check, Tape())

    def as_json(self) -> dict[str, Any]:
        """What stands in the file."""
        return {"format": FORMAT, "version": VERSION, **asdict(self)}


def save(document: Mapping[str, Any], path: Path) -> None:
    """Write a recording, packed when the name ends in ``.gz``."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)


def load(path: Path) -> Recording:
    """Read a recording. Raises UsageError, saying what is wrong with the file."""
    try:
        raw = path.read_bytes()
        document = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except (OSError, EOFError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no recording that can be read: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UsageError(f"{path} is no recording: vibehq-smoke run --record FILE makes one")
    if document.get("version") != VERSION:
        raise UsageError(f"{path} is a recording of version {document.get('version')!r}, this harness reads {VERSION}")
    del document["format"], document["version"]
    try:
        tapes = {id_: _tape(tape) for id_, tape in document.pop("tapes").items()}
        return Recording(**document, tapes=tapes)
    except (TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"{path} is a damaged recording: {error}") from None


def _tape(given: dict[str, Any]) -> Tape:
    return Tape(**{**given, "seen": [Seen(**one) for one in given["seen"]]})
