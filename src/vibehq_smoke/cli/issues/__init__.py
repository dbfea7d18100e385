"""``vibehq-smoke issues``: failures become issues, and issues are closed by proof."""

from __future__ import annotations

import click

from .demo import demo
from .init import init_issues
from .sources import SOURCES
from .sync import plan, sync


@click.group()
def issues() -> None:
    """Open one issue for each cause of failure, keep it current, and close it by proof.

    Issues live in a folder of Markdown files, reports/issues, or with --repo on GitHub.
    """


for command in (plan, sync, init_issues, *SOURCES, demo):
    issues.add_command(command)
