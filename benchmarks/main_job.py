"""How close the main job comes to its longest chain of waits."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.timing import children_peak_mb, seconds
from vibehq_smoke.host import Host


def longest_chain(checks: list[dict[str, Any]], exclusive: set[str]) -> tuple[float, list[str]]:
    """Seconds of the longest path through the needs, exclusive checks appended, and the ids along it."""
    by_id = {check["id"]: check for check in checks}
    known: dict[str, tuple[float, list[str]]] = {}

    def path(id_: str) -> tuple[float, list[str]]:
        if id_ not in known:
            before = max((path(need) for need in by_id[id_]["needs"] if need in by_id), default=(0.0, []))
            known[id_] = (before[0] + by_id[id_]["duration_s"], [*before[1], id_])
        return known[id_]

    took, ids = max(path(id_) for id_ in by_id if id_ not in exclusive)
    alone = sorted(exclusive & by_id.keys())
    return took + sum(by_id[id_]["duration_s"] for id_ in alone), [*ids, *alone]


def _exclusive() -> set[str]:
    """Ids of the shipped checks that run alone."""
    host = Host.load()
    try:
        return {id_ for id_, check in host.graph().checks.items() if check.spec.exclusive}
    finally:
        host.close()


def report_main_job(smoke: str, runs: int) -> None:
    """Run the shipped suite on the embedded platform and print wall time against the longest chain."""
    ratios, walls, startups = [], [], []
    chain: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for _ in range(runs):
            started = time.perf_counter()
            seconds([smoke, "run", "--out", "out", "--quiet"], folder, 1)
            walls.append(time.perf_counter() - started)
            record = json.loads((folder / "out" / "results.json").read_text())
            took, chain = longest_chain(record["checks"], _exclusive())
            ratios.append(record["run"]["duration_s"] / took)
            startups.append(walls[-1] - record["run"]["duration_s"])
    print("the shipped suite on the embedded platform, whole process, medians")
    print(f"  wall time                 {statistics.median(walls):.2f} s")
    print(f"  of which start and report {statistics.median(startups):.2f} s")
    print(f"  run / longest chain       {statistics.median(ratios):.2f}   ({' -> '.join(chain)})")
    print(f"  peak memory of a process  {children_peak_mb():.0f} MB")
