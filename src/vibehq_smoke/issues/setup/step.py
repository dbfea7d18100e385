"""One thing that was looked at, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of it."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """It differs from what it would be, and was left as it is."""


@dataclass(frozen=True)
class Step:
    """A line for people."""

    outcome: Outcome
    what: str
    """``.github/workflows/smoke.yml``, ``label p0``."""
    why: str = ""
    """Of an update or of what was kept: what differs, in a few words."""
    diff: tuple[str, ...] = ()
    """What would change, as a unified diff."""
