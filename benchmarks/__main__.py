"""``make bench``: print what the claims in the documentation rest on."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.clients import main as clients
from benchmarks.load import write
from benchmarks.main_job import report_main_job
from benchmarks.processes import server
from benchmarks.prove import report_prove
from benchmarks.timing import seconds

PYTHON = sys.executable
SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
SLOWEST_PLAIN = 500


def contestants(port: int, count: int) -> dict[str, list[str]]:
    """The commands that send the same ``count`` requests."""
    pytest = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_synthetic.py"]
    known = {
        "plain sockets": [PYTHON, "-m", "benchmarks.raw", str(port), str(count)],
        "vibehq-smoke": [SMOKE, "run", "synthetic.toml", "--target", "bench", "--out", "out", "--quiet"],
    }
    if count <= SLOWEST_PLAIN:
        known["pytest -n 8"] = [*pytest, "-n", "8"]
        known["plain pytest"] = pytest
    return known


def synthetic(counts: list[int], runs: int) -> None:
    """Print the table of the synthetic load."""
    print("N checks of 50 ms in chains of four, whole process, median seconds (ratio to plain sockets)\n")
    for count in counts:
        with tempfile.TemporaryDirectory() as scratch, server() as port:
            folder = Path(scratch, "bench")
            write(folder, port, count)
            base = 0.0
            for name, command in contestants(port, count).items():
                took = seconds(command, folder, runs if "pytest" not in name else 1)
                base = base or took
                print(f"{count:>6}  {name:<14} {took:7.2f} s   {took / base:6.1f} x", flush=True)
        print()


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 500, 2000])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only-prove", action="store_true", help="measure the proof alone")
    parser.add_argument("--prove-runs", type=int, default=1, metavar="N", help="proofs of each kind (default: 1)")
    options = parser.parse_args()
    if options.only_prove:
        report_prove(SMOKE, options.prove_runs)
        return
    synthetic(options.counts, options.runs)
    clients()
    print()
    report_main_job(SMOKE, options.runs)
    print()
    report_prove(SMOKE, options.prove_runs)


if __name__ == "__main__":
    main()
