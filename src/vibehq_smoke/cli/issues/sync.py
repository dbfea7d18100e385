"""``vibehq-smoke issues plan`` and ``issues sync``: the results of a run against the issues there are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..options import REPORTS
from .options import IssueOptions, issue_options
from .settling import settle_at

if TYPE_CHECKING:
    from ...issues.batch import Batch
    from ...issues.settings import Settings

results_argument = click.argument(
    "results", metavar="[RESULTS.json]", type=click.Path(path_type=Path), default=REPORTS / "results.json"
)


@click.command()
@results_argument
@issue_options
def plan(results: Path, options: IssueOptions) -> None:
    """Show what a sync would do with the results of a run, and why. Writes nothing.

    RESULTS.json is what a run wrote; by default that of the last one.
    """
    _settle(results, options)


@click.command()
@results_argument
@issue_options
def sync(results: Path, options: IssueOptions) -> None:
    """Open, update, reopen and close issues after a run.

    RESULTS.json is what a run wrote; by default that of the last one. The same results synced twice count once. What
    cannot be done now, since GitHub does not answer or a limit is reached, is kept and done by the next sync.

    \b
    Exit codes: 0 done, 2 usage or configuration,
    3 the tracker could not be reached, or not everything could be written.
    """
    _settle(results, replace(options, sync=True))


def _settle(results: Path, options: IssueOptions) -> None:
    def make_batch(settings: Settings) -> Batch:
        from ...issues.strangers import strangers
        from ...issues.writing.smoke import smoke_batch
        from ...reports.json import load

        # A text that was clipped or escaped may hide a secret from whoever looks for it, so that comes after.
        record = settings.clean(load(results))
        settings.notes.extend(strangers(record, settings.policy, settings.beside))
        return smoke_batch(record, settings.surroundings, settings.policy)

    settle_at(make_batch, options)
