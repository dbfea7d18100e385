"""The command line: ``vibehq-smoke``. Each command imports what it needs when it runs, so that help is instant."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

import click

from .. import __version__
from ..errors import SmokeError
from .doctor import doctor
from .init import init
from .lab import lab
from .listing import list_checks
from .matrix import matrix
from .run import run

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="vibehq-smoke")
def cli() -> None:
    """Tell which components of a Core Vibe HQ deployment work, with the evidence.

    \b
    Exit codes: 0 gates hold, 1 a gate fell, 2 usage or configuration,
    3 target unreachable, 4 the harness failed, 130 interrupted.
    """


for command in (run, list_checks, lab, matrix, doctor, init):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit. Our errors become one line on standard error and their exit code."""
    # A run is short and keeps nearly all it makes, so looking for garbage often finds little and costs a fifth of it.
    gc.set_threshold(100_000, 50, 50)
    try:
        cli.main(args=list(arguments) if arguments is not None else None, prog_name="vibehq-smoke")
    except SmokeError as error:
        click.echo(f"vibehq-smoke: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        click.echo("vibehq-smoke: interrupted", err=True)
        sys.exit(INTERRUPTED)
