"""What is wrong with what runs: ``vibehq-smoke issues sentry`` and ``performance``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..options import IssueOptions
from ..settling import settle
from .source import Source, source_of

if TYPE_CHECKING:
    from ....config.issues import IssuePolicy
    from ....issues.batch import Batch
    from ....issues.writing.surroundings import Surroundings


@click.command()
@source_of("environment", "production")
@click.option("--least", metavar="EVENTS", type=click.IntRange(0), default=10, show_default=True,
              help="From so many events on something is filed at all.")  # fmt: skip
@click.option("--p2-from", metavar="EVENTS", type=click.IntRange(0), default=25, show_default=True, help="Then p2.")
@click.option("--p1-from", metavar="EVENTS", type=click.IntRange(0), default=100, show_default=True, help="Then p1.")
@click.option("--p0-from", metavar="EVENTS", type=click.IntRange(0), default=1000, show_default=True, help="Then p0.")
@click.option("--events", metavar="EVENTS", type=click.IntRange(0), help="How many there were, if FILE does not say.")
def sentry(source: Source, options: IssueOptions, least: int, p2_from: int, p1_from: int, p0_from: int,
           events: int | None) -> None:  # fmt: skip
    """What Sentry saw: an issue for each of its issues, as urgent as it is frequent.

    FILE is an event or a list of issues from its API, or a webhook of an alert or an issue; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ....issues.sources.sentry import Frequency, read

        frequency = Frequency(least, p2_from, p1_from, p0_from)
        return read(text, source.context(surroundings, policy), frequency=frequency, events=events)

    settle(make_batch, options)


@click.command()
@source_of("environment", "that of the run, or the branch")
@click.option("--baseline", metavar="RESULTS.json", help="The run to compare with, where FILE is a run's results.json.")
@click.option("--ratio", type=click.FloatRange(1, min_open=True), default=1.5, show_default=True,
              help="From how many times worse on it counts.")  # fmt: skip
@click.option("--least-ms", type=click.FloatRange(0), default=100.0, show_default=True,
              help="By how many milliseconds a time has to be worse as well.")  # fmt: skip
def performance(source: Source, options: IssueOptions, baseline: str | None, ratio: float, least_ms: float) -> None:
    """What got slower: an issue for each metric.

    FILE is the results.json of a run, or a list of metrics with name, current, baseline and unit; - is standard input.
    """
    from ....issues.sources.reading import read_text

    text = source.text()
    before = read_text(baseline) if baseline is not None else None

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ....issues.sources.performance import read

        context, name = source.context(surroundings, policy), baseline or ""
        return read(text, context, baseline=before, baseline_name=name, ratio=ratio, least_ms=least_ms)

    settle(make_batch, options)
