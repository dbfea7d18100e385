"""``vibehq-smoke issues init``: forms, workflows, labels and milestones, so that a repository is ready for issues."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..screen import PLAIN_WIDTH

if TYPE_CHECKING:
    from ...issues.setup.step import Step

MOST_LINES = 60
"""Lines of a diff that are shown."""


@click.command("init")
@click.option(
    "--repo",
    metavar="OWNER/NAME",
    help="Create or update labels and milestones there, too. Needs GITHUB_TOKEN.",
)
@click.option(
    "--dir",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The checkout to write into. Default: here.",
)
@click.option(
    "--action",
    metavar="USES",
    help="Where the workflows take this harness from, OWNER/NAME@REF or ./FOLDER. Default: vibehq-smoke@v1 of the "
    "repository's owner.",
)
@click.option("--force", is_flag=True, help="Overwrite files that differ.")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would be done.")
def init_issues(repo: str | None, folder: Path, action: str | None, force: bool, dry: bool) -> None:
    """Set a repository up: issue forms and workflows in the checkout, labels and milestones on GitHub.

    What is there and differs is shown and left alone; labels and milestones that it does not know are never touched.
    """
    from ...issues.setup.choices import choose, unwatched
    from ...issues.setup.files import put, texts
    from ...issues.writing.surroundings import Surroundings

    # First, so that a wrong name or a missing token leaves nothing half done.
    steps = _on_github(repo, dry=dry) if repo else iter(())
    choices = choose(folder, action, repo or Surroundings.gathered(folder).repo)
    if dry:
        click.echo("Nothing is changed, this is what would be:")
    counts = _show(put(folder, texts(choices), force=force, dry=dry))
    for name in unwatched(folder, choices):
        click.echo(f"note       workflow {name!r} opens no issues: it is not in create-issues-on-failure.yml")
    for outcome, number in _show(steps).items():
        counts[outcome] = counts.get(outcome, 0) + number
    click.echo(", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items())))


def _on_github(repo: str, *, dry: bool) -> Iterator[Step]:
    """The steps there, each done when it is asked for. Raises UsageError at once when there is no usable token."""
    from ...issues.clock import SystemClock
    from ...issues.github import open_client
    from ...issues.setup.tables import put_labels, put_milestones
    from ...issues.writing.labels import LABELS, MILESTONES

    client = open_client(repo, os.environ, SystemClock())

    def steps() -> Iterator[Step]:
        with client:
            yield from put_labels(client, LABELS, dry=dry)
            yield from put_milestones(client, MILESTONES, dry=dry)

    return steps()


def _show(steps: Iterable[Step]) -> dict[str, int]:
    """A line for each step as it is done; how many there were of each outcome."""
    from ...reports.text import safe, visible

    counts: dict[str, int] = {}
    for step in steps:
        click.echo(f"{step.outcome:<9}  {safe(step.what)}{f': {safe(step.why)}' if step.why else ''}")
        for line in step.diff[:MOST_LINES]:
            click.echo(f"           {visible(line)[:PLAIN_WIDTH]}")
        if len(step.diff) > MOST_LINES:
            click.echo(f"           ... {len(step.diff) - MOST_LINES} more lines")
        counts[step.outcome] = counts.get(step.outcome, 0) + 1
    return counts
