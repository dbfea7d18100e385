"""What a person sees of a run: progress while it goes on, the matrix when it is over."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ..hookspecs import hookimpl
from ..models import CheckSpec, Observation, Result, RunInfo, RunRecord

if TYPE_CHECKING:
    from ..reports.terminal import LiveProgress, PlainProgress

PLAIN_WIDTH = 120
"""Columns of lines that go to a file or a log."""


class Progress:
    """A plugin of the host that shows the run's events as they come."""

    def __init__(self) -> None:
        from ..reports.terminal import LiveProgress, PlainProgress

        live = sys.stdout.isatty() and not os.environ.get("CI")
        self._display: LiveProgress | PlainProgress = LiveProgress() if live else PlainProgress()

    @hookimpl
    def vibehq_run_start(self, run: RunInfo, checks: tuple[CheckSpec, ...]) -> None:
        """Lay out what is going to run."""
        self._display.run_start(run, checks)

    @hookimpl
    def vibehq_preflight_finish(self, observations: tuple[Observation, ...]) -> None:
        """Show what preflight saw."""
        self._display.preflight_finish(observations)

    @hookimpl
    def vibehq_check_start(self, spec: CheckSpec) -> None:
        """Show that a check runs."""
        self._display.check_start(spec)

    @hookimpl
    def vibehq_check_finish(self, result: Result) -> None:
        """Show how a check ended."""
        self._display.check_finish(result)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._display.close()


def show_matrix(record: RunRecord, reports: Sequence[str] = ()) -> None:
    """Print the summary of a run, as wide and as colourful as standard output can take it."""
    from ..reports.terminal import matrix_text

    terminal = sys.stdout.isatty()
    text = matrix_text(
        record,
        color=terminal and "NO_COLOR" not in os.environ,
        width=shutil.get_terminal_size().columns if terminal else PLAIN_WIDTH,
        reports=reports,
        ascii_only=not _encodes("✓"),
    )
    click.echo(text)


def _encodes(sign: str) -> bool:
    try:
        sign.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
