"""Core Vibe HQ smoke tests: checks, the hooks that plugins implement, and the records of a run.

The names below are imported when they are first asked for: the command line and the embedded platform live in this
package too, and neither should wait for what it does not use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {
    "checks": ("P0", "P1", "P2", "P3", "check"),
    "errors": ("Blocked", "Skipped", "Violation"),
    "hookspecs": ("hookimpl",),
    "models": ("Component", "Evidence", "Observation", "Priority", "Result", "RunRecord", "Status"),
    "sinks": ("IssueSink", "ReportFormat"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
