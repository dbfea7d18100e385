"""``python -m benchmarks.lab``: how soon the lab is ready, what memory it needs, how fast it answers a plain read.

The read is measured beside the same page of a bare Starlette application, in turns, since only the ratio of the two
says something on another machine.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.timing import environment

PYTHON = sys.executable
SMOKE = str(Path(sys.executable).with_name("vibehq-smoke"))
PAGE = "/api/status"
CONNECTIONS = 8


@dataclass(frozen=True)
class Started:
    """A lab that is ready: seconds that took, processor seconds in it, port of the orchestrator, process id."""

    ready: float
    processor: float
    port: int
    pid: int


@contextlib.contextmanager
def lab() -> Iterator[Started]:
    """A lab as a person starts it."""
    began = time.perf_counter()
    process = subprocess.Popen([SMOKE, "lab"], stdout=subprocess.PIPE, text=True, env=environment())
    assert process.stdout is not None
    with process.stdout as output:
        lines = {}
        for line in output:
            name, _, value = line.partition(" ")
            lines[name] = value.strip()
            if name == "faults":
                break
        ready = time.perf_counter() - began
        try:
            port = int(lines["orchestrator"].rpartition(":")[2])
            yield Started(ready, processor_seconds(process.pid), port, process.pid)
        finally:
            process.terminate()
            process.wait()


@contextlib.contextmanager
def bare() -> Iterator[int]:
    """The bare application; gives its port."""
    process = subprocess.Popen(
        [PYTHON, "-m", "benchmarks.bare"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.close()


def processor_seconds(pid: int) -> float:
    """What a process has used so far, of all cores (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def memory_mb(pid: int) -> float:
    """The most memory that a process and its children held so far (Linux)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    own = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    peak = next(int(line.split()[1]) / 1024 for line in own.splitlines() if line.startswith("VmHWM"))
    return peak + sum(memory_mb(int(child)) for child in children)


def rate(port: int, count: int) -> float:
    """Answers per second, asked for by a process of its own."""
    command = [PYTHON, "-m", "benchmarks.rate", str(port), PAGE, str(CONNECTIONS), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=True)
    return float(done.stdout)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.lab", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--count", type=int, default=8000)
    options = parser.parse_args()
    starts = []
    for _ in range(options.runs):
        with lab() as started:
            starts.append(started)
    print(f"lab ready        {statistics.median(start.ready for start in starts):8.2f} s (median of {options.runs})")
    print(f"processor time   {statistics.median(start.processor for start in starts):8.2f} s until then")
    with lab() as started, bare() as port:
        for known in (port, started.port):
            rate(known, 800)
        pairs = [(rate(port, options.count), rate(started.port, options.count)) for _ in range(options.runs)]
        memory = memory_mb(started.pid)
    plain, full = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"memory           {memory:8.0f} MB at most, all processes")
    print(f"bare application {plain:8.0f} answers a second to GET {PAGE}, {CONNECTIONS} connections")
    print(f"lab              {full:8.0f} answers a second ({full / plain:.2f} of it)")


if __name__ == "__main__":
    main()
