"""``vibehq-smoke lab``: the embedded platform on its own, to look at and to break."""

from __future__ import annotations

import sys

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(arguments: tuple[str, ...]) -> None:
    """Run the embedded platform, or turn its faults; see `lab --help`."""
    from ..lab.command import main

    sys.exit(main(list(arguments)))
