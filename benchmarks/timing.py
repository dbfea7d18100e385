"""Timing of whole processes."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path


def seconds(command: Sequence[str], folder: Path, runs: int) -> float:
    """The median wall time of ``runs`` runs after one that is not counted. Raises when one of them fails."""
    taken = []
    for _ in range(runs + (runs > 1)):
        started = time.perf_counter()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment(), check=False)
        taken.append(time.perf_counter() - started)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return statistics.median(taken[1:] or taken)


def environment() -> dict[str, str]:
    """The environment, with this project importable and nothing that changes pytest's behaviour."""
    root = str(Path(__file__).parents[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))}
    return kept | {"PYTHONPATH": root}


def children_peak_mb() -> float:
    """The most memory that any finished child process held, in MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
