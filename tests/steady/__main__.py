"""Run the whole suite again and again: ``python -m tests.steady [--runs N] [--busy N]``.

One lab, and the command line as a user starts it, one run after the other. Exit code 1 when any check of any run did
not pass. Checks that are skipped for want of a browser or of TypeScript are named once, and allowed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from vibehq_smoke.embedded import EmbeddedPlatform

COMMAND = (str(Path(sys.executable).with_name("vibehq-smoke")), "run", "--quiet", "--target", "lab")


def main() -> int:
    """Run, print a line for each run and what did not pass in it."""
    options = _options()
    seconds: list[float] = []
    wrong: Counter[str] = Counter()
    skipped: set[str] = set()
    with tempfile.TemporaryDirectory() as folder, _healthy_lab() as config, _busy(options.busy):
        for number in range(1, options.runs + 1):
            began = time.monotonic()
            found = run_once(config, Path(folder) / str(number))
            seconds.append(time.monotonic() - began)
            skipped |= {id_ for id_, line in found.items() if line.startswith("skipped")}
            bad = {id_: line for id_, line in found.items() if id_ not in skipped}
            wrong.update(bad.keys())
            click.echo(f"{number:4}/{options.runs}  {seconds[-1]:5.1f} s  {len(bad)} did not pass")
            for id_, line in bad.items():
                click.echo(f"           {id_} {line}")
    if skipped:
        click.echo(f"skipped in all of them: {', '.join(sorted(skipped))}")
    beside = f"{options.busy} busy processes beside them"
    median = f"median {statistics.median(seconds):.1f} s"
    click.echo(f"{options.runs} runs, {beside}, {median}: {wrong.total()} outcomes were not passed")
    return 1 if wrong else 0


def run_once(config: Path, out: Path) -> dict[str, str]:
    """Each check that did not pass, and why; the run's own failure under its name."""
    done = subprocess.run([*COMMAND, "--config", str(config), "--out", str(out)], capture_output=True, text=True)
    results = out / "results.json"
    if not results.exists():
        return {"run": f"exit {done.returncode}: {done.stderr[-500:] or done.stdout[-500:]}"}
    checks = json.loads(results.read_text())["checks"]
    return {
        check["id"]: f"{check['outcome']}: {(check['reason'] or '').partition(chr(10))[0]}"
        for check in checks
        if check["outcome"] != "passed"
    }


@contextmanager
def _healthy_lab() -> Iterator[Path]:
    platform = EmbeddedPlatform(())
    try:
        yield platform.config()
    finally:
        platform.stop()


@contextmanager
def _busy(count: int) -> Iterator[None]:
    """Processes that keep as many cores busy."""
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.steady", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10, metavar="N", help="how many (default: 10)")
    parser.add_argument(
        "--busy", type=int, default=0, metavar="N", help="processes that do nothing but keep a core busy"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
