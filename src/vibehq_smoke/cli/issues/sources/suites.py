"""What other suites say: ``vibehq-smoke issues tests`` and ``junit``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..options import IssueOptions
from ..settling import settle
from .source import Source, of_code

if TYPE_CHECKING:
    from ....config.issues import IssuePolicy
    from ....issues.batch import Batch
    from ....issues.writing.surroundings import Surroundings


@click.command()
@of_code
def tests(source: Source, options: IssueOptions) -> None:
    """Tests that fail under vitest or jest: an issue for each reason.

    FILE is the report of vitest --reporter=json or jest --json; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ....issues.sources.tests import read

        return read(text, source.context(surroundings, policy))

    settle(make_batch, options)


@click.command()
@of_code
def junit(source: Source, options: IssueOptions) -> None:
    """Tests that fail in any other suite: an issue for each reason.

    FILE is JUnit XML, as pytest, Maven and many others write it; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ....issues.sources.junit import read

        return read(text, source.context(surroundings, policy))

    settle(make_batch, options)
