"""What a run's results flow into: report formats (files) and issue sinks (places where a team works)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .models import Finding, RunRecord


@dataclass(frozen=True)
class ReportFormat:
    """A file written for every run."""

    name: str
    """For example ``json``."""
    filename: str
    """Its name inside the output folder, for example ``results.json``."""
    render: Callable[[RunRecord], str]
    """Gives the file's whole text."""
    prepare: Callable[[], object] = lambda: None
    """Called while the checks run, to import or compile what ``render`` will need."""


@dataclass(frozen=True)
class IssueSink:
    """A place that findings can be delivered to, chosen by name with ``--sink``, or for CI by a suite."""

    name: str
    deliver: Callable[[RunRecord, tuple[Finding, ...]], str]
    """Delivers the findings of a run and returns one line that says what was done."""


def in_ci(environment: Mapping[str, str]) -> bool:
    """Whether a machine started this, and not a person."""
    return environment.get("CI", "").strip().lower() not in ("", "false", "0")
