"""``vibehq-smoke prove``: see every check fail, on a changed recording of what it saw."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import HarnessError, UsageError, nearest
from ..reports.text import safe
from .keeping import Files, keep
from .options import category_option, config_option, suites_argument, target_option

if TYPE_CHECKING:
    from ..graph import Plan
    from ..host import Host
    from ..proof.tape import Recording
    from ..proof.verdict import Proof

_MOST_LINES = 5
_MOST_DIFF = 6
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@suites_argument
@click.option(
    "--recording",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What `vibehq-smoke run --record FILE` wrote. Default: run the suite now, and record it.",
)
@target_option
@config_option
@category_option
@click.option("-k", "ids", metavar="ID", multiple=True, help="Only this check. Repeatable.")
@click.option("--json", "to", metavar="FILE", type=_FILE, help="Write the whole result.")
@click.option("--ledger", metavar="FILE", type=_FILE, help="Write what reports need to know of each check.")
@click.option("--page", metavar="FILE", type=_FILE, help="Write the figures as a page of Markdown.")
@click.option("--badge", metavar="FILE", type=_FILE, help="Write the share of caught mutants as a picture (SVG).")
@click.option("--sample", metavar="SHARE", type=click.FloatRange(0, 1, min_open=True), default=1.0, show_default=True,
              help="Prove only this share of the checks, each of them whole.")  # fmt: skip
@click.option("--seed", metavar="NUMBER", type=int, default=0, show_default=True, help="Which checks a sample holds.")
@click.option("--jobs", metavar="NUMBER", type=click.IntRange(1), help="Processes. Default: one for each core.")
@click.option("-q", "--quiet", is_flag=True, help="Only the totals.")
@click.option("--pytest", "tests", metavar="PATH", multiple=True,
              help="Tests that use the fixture vibehq: a file, a folder, a node id. Repeatable.")  # fmt: skip
def prove(
    suites: tuple[str, ...],
    recording: Path | None,
    target: str | None,
    config: Path | None,
    categories: tuple[str, ...],
    ids: tuple[str, ...],
    to: Path | None,
    ledger: Path | None,
    page: Path | None,
    badge: Path | None,
    sample: float,
    seed: int,
    jobs: int | None,
    quiet: bool,
    tests: tuple[str, ...],
) -> None:
    """Replay checks on what they saw, with one thing changed at a time: each change must be noticed.

    Nothing is asked of any target, and no time is waited. Exit code 1 when a check is vacuous (it survives every
    mutant of one kind), cannot be proved, or is alarmed by a harmless change.

    The result goes to reports/proof.json, too, from where reports and `vibehq-smoke list` have it.
    """
    from ..proof.document import document
    from ..proof.tape import load
    from ..session import Options, Session
    from .prove_tests import are_tests, prove_tests

    if recording is not None and target is not None:
        raise UsageError("--recording and --target exclude each other: a recording is of the target that was run")
    files = Files(to, ledger, page, badge)
    given = {"-k": bool(ids), "--category": bool(categories), "--sample": sample < 1}
    narrowing = [option for option, is_given in given.items() if is_given]
    files.refuse_a_part(narrowing)
    tests += tuple(name for name in suites if are_tests(name))
    if tests:
        if len(tests) < len({*tests, *suites}) or categories:
            raise UsageError("tests of pytest are proved by themselves: without a suite, and without --category")
        how = {"ids": ids, "sample": sample, "seed": seed, "jobs": jobs}
        if ledger is not None:
            raise UsageError("--ledger is for the checks of suites; --json has all that was found of tests")
        told = document(*prove_tests(tests, recording, target, config, **how))
        code = _show(told, quiet=quiet)
        files.write(told, {})
        sys.exit(code)
    session = Session(Options(config=config, categories=categories))
    try:
        paths = session.suites.find(suites)
        for path in paths:
            session.suites.add(path)
        seen = load(recording) if recording is not None else _recorded(paths, target, config)
        plan = session.suites.plan_for({name: one["type"] for name, one in seen.target.get("workers", {}).items()})
        proofs, duration_s = _proofs(session.ground.host, plan, seen, ids, sample=sample, seed=seed, jobs=jobs)
    finally:
        session.close()
    told = document(proofs, duration_s)
    code = _show(told, quiet=quiet)
    keep(told, plan.graph.checks, alone=bool(narrowing))
    files.write(told, plan.graph.checks)
    sys.exit(code)


def _recorded(paths: list[Path], target: str | None, config: Path | None) -> Recording:
    """Run the suites in a process of its own, whatever comes of it, and take what it recorded."""
    from ..proof.tape import load

    with tempfile.TemporaryDirectory(prefix="vibehq-smoke-") as folder:
        file = Path(folder) / "recording.json.gz"
        words = ["run", *map(str, paths), "--quiet", "--record", str(file), "--out", folder]
        words += ["--target", target] if target else []
        words += ["--config", str(config)] if config else []
        start = "from vibehq_smoke.cli import main; main()"
        command = [sys.executable, "-c", start, *words]
        if sys.stderr.isatty():
            click.echo("Running the checks, to record what they see ...", err=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
        if not file.is_file():
            said = done.stderr.strip().rpartition("\n")[2].removeprefix("vibehq-smoke: ")
            raise (UsageError if done.returncode == UsageError.exit_code else HarnessError)(said or "the run failed")
        return load(file)


def _proofs(
    host: Host, plan: Plan, recording: Recording, ids: tuple[str, ...], *, sample: float, seed: int, jobs: int | None
) -> tuple[list[Proof], float]:
    from ..proof.operators import advice, shipped_operators
    from ..proof.proving import Prover, sampled
    from ..proof.verdict import settle

    selected = [check.id for check in plan.selected]
    operators = [*shipped_operators(), *host.mutation_operators()]
    prover = Prover(recording, plan.graph, host.resources, operators)
    chosen = sampled(_chosen(ids, selected), sample, seed)
    began = time.perf_counter()
    with _progress(prover.prove(chosen, jobs), len(chosen)) as proofs:
        settled = settle(proofs, advice(operators))
    return settled, time.perf_counter() - began


def _progress(proofs: Iterator[Proof], length: int) -> AbstractContextManager[Iterable[Proof]]:
    """The proofs, with a bar for whoever watches."""
    hidden = not sys.stderr.isatty()
    return click.progressbar(proofs, length, "Proving", show_pos=True, file=sys.stderr, hidden=hidden)


def _chosen(ids: tuple[str, ...], selected: list[str]) -> list[str]:
    chosen = [one for one in selected if not ids or any(one == id_ or one.startswith(f"{id_}[") for id_ in ids)]
    for id_ in ids:
        if not any(one == id_ or one.startswith(f"{id_}[") for one in chosen):
            near = nearest(id_, selected)
            raise UsageError(f"-k: the suite has no check {id_!r}" + (f"; did you mean {near!r}?" if near else ""))
    return chosen


def _show(told: Mapping[str, Any], *, quiet: bool) -> int:
    """Say what came of it; the exit code."""
    if not quiet:
        for id_, one in told["by_check"].items():
            for line in _lines(id_, one):
                click.echo(line)
    click.echo(
        f"{told['caught']} of {told['mutants']} mutants caught, {told['equivalent']} equivalent; "
        f"{len(told['false_alarms'])} false alarm(s) in {told['harmless']} harmless changes; "
        f"{len(told['vacuous'])} vacuous, {len(told['weak'])} weak, {len(told['unproved'])} unproved; "
        f"{told['duration_s']:.1f} s"
    )
    return int(bool(told["vacuous"] or told["unproved"] or told["false_alarms"]))


def _lines(id_: str, one: Mapping[str, Any]) -> Iterator[str]:
    """What a person has to know of one check; nothing of one that is proved without a gap."""
    if one["unproved"]:
        yield f"{id_}  unproved: {safe(one['unproved'].partition(chr(10))[0], 300)}"
    for word in ("vacuous", "weak"):
        yield from (f"{id_}  {word}: {safe(reason)}" for reason in one[word])
    for alarm in one["false_alarms"][:_MOST_LINES]:
        yield f"{id_}  false alarm: {safe(': '.join((alarm['change'], alarm['question'], alarm['reason'] or '')))}"
    survived = one["survived"]
    if survived:
        yield f"{id_}  proved: {one['caught']} of {one['mutants']}; went unnoticed:"
        for change in survived[:_MOST_LINES]:
            yield f"    {safe(change['question'])}: {safe(change['change'])}  ({change['operator']})"
            yield from (f"        {safe(line, 160)}" for line in change.get("diff", ())[:_MOST_DIFF])
        if len(survived) > _MOST_LINES:
            yield f"    and {len(survived) - _MOST_LINES} more"
