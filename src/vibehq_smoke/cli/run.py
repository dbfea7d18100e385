"""``vibehq-smoke run``: start the platform if need be, hand over to pytest, show what came of it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ..errors import HarnessError, UsageError, nearest
from ..gates import ExitCode
from ..models import RunRecord
from .options import (
    INTERRUPTED,
    category_option,
    config_option,
    deploy_option,
    deployed_at_option,
    fault_option,
    out_option,
    record_option,
    retries_option,
    suites_argument,
    target_option,
)
from .screen import Progress, show_matrix

if TYPE_CHECKING:
    from ..session import Session
    from .door import Door

UNUSED = ("terminal", "faulthandler", "doctest", "pastebin", "stepwise", "unittest", "debugging", "cacheprovider",
          "logging", "junitxml", "nose", "python", "setuponly", "setupplan", "legacypath", "recwarn", "tmpdir",
          "monkeypatch", "skipping", "warnings", "unraisableexception", "threadexception", "capture")  # fmt: skip
"""pytest's own plugins that suites have no use for; leaving them out makes a run start sooner."""


@click.command()
@suites_argument
@target_option
@config_option
@out_option
@click.option("-k", "keyword", metavar="EXPR", help="Only checks whose id or name matches, as in pytest.")
@click.option(
    "-m", "marker", metavar="EXPR", help="Only checks of a category, priority (p0..p3) or mode, as in pytest."
)
@category_option
@fault_option
@click.option("-x", "--exitfirst", is_flag=True, help="Stop at the first failure.")
@click.option("--sink", "sinks", metavar="NAME", multiple=True, help="Deliver findings to this issue sink. Repeatable.")
@click.option("--allow-writes", is_flag=True, help="Write to a target that is otherwise read-only.")
@retries_option
@record_option
@deploy_option
@deployed_at_option
@click.option("-q", "--quiet", is_flag=True, help="Only the verdict, no progress.")
def run(
    suites: tuple[str, ...],
    target: str | None,
    config: Path | None,
    out: Path,
    keyword: str | None,
    marker: str | None,
    categories: tuple[str, ...],
    faults: tuple[str, ...],
    exitfirst: bool,
    sinks: tuple[str, ...],
    allow_writes: bool,
    retries: int | None,
    record: Path | None,
    deploy: str | None,
    deployed_at: str | None,
    quiet: bool,
) -> None:
    """Run suites against a target and say what works.

    SUITE is a TOML file or the name of a shipped suite:

    \b
      stage-smoke  every check (the default)
      quick        is it alive: about a second, reads only
      post-deploy  reads only, safe for production
      nightly      every check, with time for a slow platform

    Without --target the embedded platform is started and checked.
    """
    from ..session import Options, Session

    most = 1 if exitfirst else 0
    options = Options(
        target,
        config,
        out,
        faults,
        categories,
        sinks,
        allow_writes,
        most,
        retries,
        record=record,
        deploy=deploy,
        deployed_at=deployed_at,
    )
    session = Session(options)
    session.ground.check()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        session.ground.start_embedded()
        code = _run(session, session.suites.find(suites), keyword, marker, quiet=quiet)
    finally:
        session.close()
    sys.exit(code)


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    """Let a polite kill end the run as Ctrl-C does: with clean-up and a partial report."""
    raise KeyboardInterrupt


def _run(session: Session, paths: list[Path], keyword: str | None, marker: str | None, *, quiet: bool) -> int:
    from ..config import is_suite, load_suite
    from ..reports.text import safe
    from .door import Door

    for path in paths:
        if not is_suite(path):  # pytest would pass over it without a word
            load_suite(path)
    door = Door(session, progress=None if quiet else Progress())
    record = door.run(pytest_arguments(paths, keyword, marker))
    if record is None:
        raise UsageError(nothing_selected(session, keyword, marker))
    _show(record, door)
    for trouble in session.troubles:
        click.echo(f"vibehq-smoke: {safe(trouble, 1000)}", err=True)
    if door.interrupted:
        return INTERRUPTED
    return HarnessError.exit_code if session.troubles else record.run.exit_code


def pytest_arguments(paths: list[Path], keyword: str | None, marker: str | None) -> list[str]:
    """The call of pytest for these suites: nothing of the surrounding project, nothing that is not used."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    empty = Path(__file__).with_name("pytest.ini")
    arguments = [f"--config-file={empty}", f"--rootdir={Path.cwd()}", "--noconftest", "--strict-markers"]
    for name in UNUSED:
        arguments += ["-p", f"no:{name}"]
    arguments += ["-k", keyword] if keyword else []
    arguments += ["-m", marker] if marker else []
    return [*arguments, *map(str, paths)]


def nothing_selected(session: Session, keyword: str | None, marker: str | None) -> str:
    """Why there was nothing to run, with the nearest name."""
    known = sorted({check.spec.category for check in session.suites.graph.checks.values()})
    for name in session.options.categories:
        if name not in known:
            near = nearest(name, known)
            hint = f"; did you mean {near!r}?" if near else ""
            return f"--category: there is no category {name!r} (known: {', '.join(known)}){hint}"
    asked = "".join(f" {option} {word!r}" for option, word in (("-k", keyword), ("-m", marker)) if word)
    return f"no check matches{asked}: `vibehq-smoke list` shows what there is"


def _show(record: RunRecord, door: Door) -> None:
    if record.run.exit_code == ExitCode.UNREACHABLE:
        click.echo(f"vibehq-smoke: {unreachable(record)}", err=True)
        return
    show_matrix(record, door.reports)
    _show_ledger(record, gone=door.session.options.is_embedded)
    for line in door.messages:
        click.echo(line)


def _show_ledger(record: RunRecord, *, gone: bool) -> None:
    """Print what was left on the target and the SQL that removes it; the embedded platform is gone with all of it."""
    if not record.created or gone:
        return
    click.echo(f"Left on {record.run.target}, tagged smoke-{record.run.id}; this removes it:")
    for entry in record.created:
        click.echo(f"  {entry.database or ''}  {entry.cleanup_sql or f'{entry.kind} {entry.id}: by hand'}")


def unreachable(record: RunRecord) -> str:
    """One sentence on a target that does not answer."""
    seen = next(seen for seen in record.preflight if seen.unreachable)
    return f"{record.run.target} cannot be reached, so nothing was judged: {seen.reason}"
