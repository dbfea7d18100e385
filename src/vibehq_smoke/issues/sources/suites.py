"""What a suite of tests wrote: vitest's and jest's JSON, and JUnit XML, as cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["passed", "failed", "error", "skipped"]


@dataclass(frozen=True)
class Case:
    """One test, or a file of tests that could not be loaded."""

    suite: str
    """The file, or the class, that it stands in."""
    name: str
    outcome: Outcome
    kind: str = ""
    message: str = ""
    detail: str = ""
    """What was printed of the failure, its stack included."""
    output: str = ""
    file: str = ""
    line: int = 0
    retried: bool = False
    """It failed more than once in this run."""
    loads: bool = True
    """False for a file of tests that could not be loaded; its name is the suite's."""


@dataclass(frozen=True)
class Report:
    """All that one file says."""

    tool: str
    cases: Sequence[Case]
    at: datetime | None = None
