"""Core Vibe HQ smoke tests: checks, the hooks that plugins implement, and the records of a run."""

from .checks import P0, P1, P2, P3, check
from .errors import Blocked, Skipped, Violation
from .hookspecs import hookimpl
from .models import Component, Evidence, Observation, Priority, Result, RunRecord, Status
from .sinks import IssueSink, ReportFormat

__version__ = "0.1.0"

__all__ = [
    "P0",
    "P1",
    "P2",
    "P3",
    "Blocked",
    "Component",
    "Evidence",
    "IssueSink",
    "Observation",
    "Priority",
    "ReportFormat",
    "Result",
    "RunRecord",
    "Skipped",
    "Status",
    "Violation",
    "__version__",
    "check",
    "hookimpl",
]
