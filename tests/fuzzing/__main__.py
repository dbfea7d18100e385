"""Fuzz a healthy lab: ``python -m tests.fuzzing [--st PATH] [--seed N] [--examples N] [--fault ID] [--out FOLDER]``.

Exit code 1 when anything was found, 2 without Schemathesis. Its own environment is best: its pytest plugin would be
loaded by every other test run.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click

from tests.fuzzing.aiming import Document, aimed, entries, kept
from tests.fuzzing.campaign import Campaign, Outcome, Tools, run
from tests.fuzzing.doors import Doors, Finding
from tests.fuzzing.seeds import planted
from tests.lab.running import RunningLab, started_lab

ROOT = Path(__file__).parents[2]
EXAMPLES = 10
UNEXPECTED = ("unexpected error", "background work failed")
# Two at once: one sends while the other thinks.
AT_ONCE = 2


def main() -> int:
    """Run everything, print a line for each part and all findings."""
    options = _options()
    found = shutil.which(options.st)
    st = found and str(Path(found).absolute())  # it runs in a folder of its own
    if st is None:
        click.echo("Schemathesis is not there: install it, or say --st PATH", err=True)
        return 2
    faults = [part for fault in options.fault for part in ("--fault", fault)]
    tools = Tools(st, options.out, options.seed, options.examples)
    with tempfile.TemporaryDirectory() as folder, started_lab(Path(folder), *faults) as lab:
        lab.headers = lab.sign_in()
        parts = list(campaigns(lab))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = list(pool.map(lambda part: run(part, tools), parts))
        doors = Doors(lab)
        doors.knock(_bodies(parts))
        found = [*doors.found, *unexpected(lab)]
    for outcome in outcomes:
        _tell(outcome)
    click.echo(f"{'FOUND' if found else 'ok   '} by hand {doors.requests:>48} requests")
    for finding in found:
        click.echo(f"FOUND {finding.request}\n      {finding.answer}")
    good = all(outcome.passed and not outcome.limited and not outcome.shut_out for outcome in outcomes) and not found
    click.echo(f"{'nothing found' if good else 'something was found'}; details in {options.out}")
    return 0 if good else 1


def campaigns(lab: RunningLab) -> Iterator[Campaign]:
    """The orchestrator as a user and as a service, then each worker with what no worker before it had."""
    known, callback = planted(lab), f"{lab.base}/health-check/result"
    whole = aimed(document(lab, "orchestrator"), known, callback)
    machines = [(path, method) for path, method, entry in entries(whole) if {"service": []} in entry["security"]]
    services = [(path, method) for path, method in machines if path.startswith("/health-check/")]
    users = [(path, method) for path, method, _ in entries(whole) if (path, method) not in services]
    # A session for each phase: in one, some paths would be called more often than the rate limit lets anybody.
    for phase in ("coverage", "fuzzing"):
        yield Campaign(f"orchestrator-{phase}", kept(whole, users), lab.base, lab.sign_in(), phase)
    yield Campaign("orchestrator-machines", kept(whole, machines), lab.base, lab.service, "coverage")
    seen: list[tuple[str, str, Any]] = []
    for name, url in lab.workers.items():
        own = aimed(document(lab, name), known, callback)
        new = [entry for entry in entries(own) if entry not in seen]
        seen += new
        if new:
            yield Campaign(name, kept(own, [(path, method) for path, method, _ in new]), url, lab.service)


def document(lab: RunningLab, component: str) -> Document:
    """The document that the lab publishes of a component."""
    found: Document = lab.client.get(f"{lab.operator}/openapi/{component}.json").json()
    return found


def unexpected(lab: RunningLab) -> Iterator[Finding]:
    """Errors that no answer showed: lines in the lab's own log."""
    for line in lab.client.get(f"{lab.operator}/logs").json():
        if line["level"] == "error" and line["message"] in UNEXPECTED:
            yield Finding(f"{line['component']} {line.get('path', '')}", line["error"])


def _bodies(parts: list[Campaign]) -> dict[str, list[str]]:
    """Paths that read a body and have no parameters, by base URL."""
    found: dict[str, list[str]] = {}
    for part in parts:
        known = found.setdefault(part.url, [])
        paths = [path for path, _, entry in entries(part.document) if "requestBody" in entry and "{" not in path]
        known += [path for path in paths if path not in known]
    return found


def _tell(outcome: Outcome) -> None:
    click.echo(f"{'ok   ' if outcome.passed else 'FOUND'} {outcome.name:<32} {len(outcome.statuses):>3} operations"
          f" {outcome.requests:>5} requests {outcome.seconds:5.1f} s")  # fmt: skip
    if not outcome.passed:
        click.echo(outcome.output)
    if outcome.limited:
        click.echo(f"      {outcome.limited} requests met the rate limit: fewer --examples")
    for name in outcome.shut_out:
        click.echo(f"      never got past its gates: {name}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description="Fuzz a healthy lab.")
    parser.add_argument("--st", default="st", help="Schemathesis' command")
    parser.add_argument("--seed", type=int, default=20_240_601)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="random requests for each operation")
    parser.add_argument("--fault", action="append", default=[], metavar="ID", help="turn a switch on: is it found?")
    parser.add_argument("--out", type=Path, default=ROOT / "reports" / "fuzzing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
