"""How long a full proof takes on one process and on two, with one recording."""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.timing import environment, seconds

JOBS = (1, 2)


def report_prove(smoke: str, runs: int) -> None:
    """Record the shipped suite once, and print seconds and replays a second of each number of processes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        seconds([smoke, "run", "--quiet", "--record", "run.json.gz", "--out", "out"], folder, 1)
        rounds = [{jobs: _proof(smoke, folder, jobs) for jobs in JOBS} for _ in range(runs)]
    first = rounds[0][JOBS[0]]
    print(f"a proof of the {len(first['by_check'])} shipped checks on one recording, medians of {runs} in turn")
    for jobs in JOBS:
        took = statistics.median(one[jobs]["duration_s"] for one in rounds)
        rate = statistics.median(one[jobs]["mutants_per_second"] for one in rounds)
        print(f"  {jobs} process{'es' if jobs > 1 else '  '}  {took:7.1f} s  {rate:7.0f} mutants/s")
    _same(rounds)


def _proof(smoke: str, folder: Path, jobs: int) -> dict[str, Any]:
    """The result of one proof. A check that is not proved makes it no less of a measurement."""
    command = [smoke, "prove", "--recording", "run.json.gz", "--jobs", str(jobs), "--json", "proof.json", "--quiet"]
    result = folder / "proof.json"
    result.unlink(missing_ok=True)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment(), check=False)
    if not result.is_file():
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    told: dict[str, Any] = json.loads(result.read_text())
    return told


def _same(rounds: list[dict[int, dict[str, Any]]]) -> None:
    """Stop when what was measured was not the same work."""
    work = {(one["mutants"], one["caught"], one["harmless"]) for some in rounds for one in some.values()}
    assert len(work) == 1, f"the proofs differ: {sorted(work)} (mutants, caught, harmless)"
