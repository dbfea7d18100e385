"""The command line: ``vibehq-smoke``. Each command imports what it needs when it runs, so that help is instant."""

from __future__ import annotations

import gc

# A run is short and keeps nearly all it makes, so looking for garbage often finds little and costs a fifth of it.
# The imports below are a good part of what is made.
gc.set_threshold(100_000, 50, 50)

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from .. import __version__
from ..errors import HarnessError, SmokeError
from .doctor import doctor
from .init import init
from .issues import issues
from .lab import lab
from .listing import list_checks
from .matrix import matrix
from .options import INTERRUPTED
from .prove import prove
from .run import run


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="vibehq-smoke")
def cli() -> None:
    """Tell which components of a Core Vibe HQ deployment work, with the evidence.

    \b
    Exit codes: 0 gates hold, 1 a gate fell, 2 usage or configuration,
    3 target unreachable, 4 the harness failed, 130 interrupted.
    """


for command in (run, prove, list_checks, lab, matrix, doctor, init, issues):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit. Our errors become one line on standard error and their exit code."""
    _leave(_code_of(arguments))


def _code_of(arguments: Sequence[str] | None) -> int:
    """Run the command; its exit code. Ctrl-C is no error of ours, whoever it interrupted."""
    words = list(arguments) if arguments is not None else None
    try:
        ended = cli.main(args=words, prog_name="vibehq-smoke", standalone_mode=False)
    except SmokeError as error:
        click.echo(f"vibehq-smoke: {error}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("vibehq-smoke: interrupted", err=True)
        return INTERRUPTED
    except Exception as error:
        from .crash import told

        click.echo(told(error), err=True)
        return HarnessError.exit_code
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    return ended if isinstance(ended, int) else 0


def _leave(code: int) -> NoReturn:
    """Exit at once. All is closed and written by now; taking the interpreter apart would cost a tenth of a run, and a
    thread that a check left behind would hold it up for longer."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
