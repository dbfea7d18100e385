"""What the command line orders from the pytest that proves tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ORDER = "VIBEHQ_SMOKE_PROOF"
"""The variable that names the file with the order."""


@dataclass(frozen=True)
class Order:
    """What to prove, and where to put what came of it: proofs and seconds, or the error that kept them away."""

    recording: Path
    result: Path
    config: Path | None = None
    ids: tuple[str, ...] = ()
    sample: float = 1.0
    seed: int = 0
    jobs: int | None = None
