"""What the person asked for, whichever front door was taken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError

EMBEDDED = "embedded"
DEFAULT_SUITE = "stage-smoke"


@dataclass(frozen=True)
class Options:
    """The defaults run the shipped suite on the embedded platform. Raises UsageError when two exclude each other."""

    target: str | None = None
    config: Path | None = None
    out: Path = Path("reports/latest")
    faults: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    sinks: tuple[str, ...] = ()
    allow_writes: bool = False
    max_failures: int = 0
    retries: int | None = None
    """How often a failing check that only reads is tried again; None leaves that to the suites."""
    record: Path | None = None
    """Where to write what the checks saw, for ``prove``."""
    deploy: str | None = None
    """What is deployed on the target; None takes what the environment says."""
    deployed_at: str | None = None
    """Since when, as it was written."""

    def __post_init__(self) -> None:
        if self.faults and not self.is_embedded:
            raise UsageError(f"--fault works on the embedded target only, not on {self.target!r}")

    @property
    def is_embedded(self) -> bool:
        """Whether the run starts its own platform: no target was named, or ``embedded`` was."""
        return self.target in (None, EMBEDDED)
