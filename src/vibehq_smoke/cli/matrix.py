"""``vibehq-smoke matrix``: the component health of the last run."""

from __future__ import annotations

from pathlib import Path

import click

from .options import out_option
from .screen import show_matrix


@click.command()
@out_option
def matrix(out: Path) -> None:
    """Show the component health matrix of the last run."""
    from ..reports.json import load

    show_matrix(load(out / "results.json"))
