"""``vibehq-smoke issues ci``, ``typescript`` ...: what other tools say, for the same issues (docs/issue-sources.md)."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..options import F
from .common import IssueOptions, issue_options, settle, sync_option

if TYPE_CHECKING:
    from ...config.issues import IssuePolicy
    from ...issues.batch import Batch
    from ...issues.sources.context import Context
    from ...issues.writing.surroundings import Surroundings

_CONCLUSIONS = (
    "failure", "timed_out", "startup_failure", "success", "cancelled", "skipped", "neutral", "action_required", "stale",
)  # fmt: skip


_PRIORITIES = ("p0", "p1", "p2", "p3")


@dataclass(frozen=True)
class Source:
    """Where a text comes from, and what is said of it on the command line."""

    file: str
    environment: str | None
    part: str | None
    component: str | None
    priority: str | None
    milestone: str | None
    commit: str | None
    run: str | None
    url: str | None
    config: Path | None
    """The smoke.toml that was named."""

    def text(self, *, from_end: bool = False) -> str:
        """The whole text. Raises UsageError when it cannot be read."""
        from ...issues.sources.reading import STANDARD_INPUT, read_text

        if self.file == STANDARD_INPUT and sys.stdin.isatty():
            click.echo("Reading standard input ...", err=True)
        return read_text(self.file, from_end=from_end)

    def context(self, surroundings: Surroundings, policy: IssuePolicy) -> Context:
        """The same for whoever reads the text."""
        from ...issues.sources.context import Context
        from ...issues.sources.reading import said_name
        from ...issues.writing.gate import Gate
        from ...models import Priority
        from ...redact import Redactor
        from ..secrets import configured

        # A text that was clipped hides a secret from whoever looks for it, so all of them are known from the start.
        redactor = Redactor(configured(self.config))
        Gate(redactor)  # teaches it the secrets of the environment
        told = replace(
            surroundings, commit=self.commit or surroundings.commit, run_url=self.url or surroundings.run_url
        )
        return Context(
            surroundings=told,
            policy=policy,
            name=said_name(self.file),
            redactor=redactor,
            environment=self.environment,
            part=self.part,
            component=self.component,
            priority=Priority(self.priority) if self.priority else None,
            milestone=self.milestone,
            run=self.run,
        )


_ENVIRONMENT = "Where it happened; causes of different ones are different."


def _source(environment: str, default: str) -> Callable[[F], F]:
    """Give a command its file and the options that all sources share, as the keywords ``source`` and ``options``."""
    shared = (
        click.argument("file", metavar="[FILE]", default="-"),
        click.option(f"--{environment}", "environment", metavar="NAME", help=f"{_ENVIRONMENT}  [default: {default}]"),
        click.option("--part", metavar="NAME", help="The part of the repository that this run of the tool speaks for, "
                     "where several runs speak for one each."),
        click.option("--component", metavar="NAME", help="The component to blame. Default: by the place."),
        click.option("--priority", type=click.Choice(_PRIORITIES), help="Default: by the finding."),
        click.option("--milestone", metavar="NAME", help="Default: by the type of bug; '' for none."),
        click.option("--commit", metavar="ID", help="What it was seen at. Default: GITHUB_SHA, or the checkout."),
        click.option("--run", metavar="ID", help="Of the run that wrote it. Default: that of GitHub Actions."),
        click.option("--url", metavar="URL", help="Where that run can be looked at. Default: in GitHub Actions."),
        sync_option,
    )  # fmt: skip

    def decorate(function: F) -> F:
        @functools.wraps(function)
        def command(*, options: IssueOptions, file: str, environment: str | None, part: str | None,
                    component: str | None, priority: str | None, milestone: str | None, commit: str | None,
                    run: str | None, url: str | None, **others: Any) -> Any:  # fmt: skip
            source = Source(file, environment, part, component, priority, milestone, commit, run, url,
                            options.config)  # fmt: skip
            return function(source=source, options=options, **others)

        named = issue_options(command)
        for option in reversed(shared):
            named = option(named)
        return named  # type: ignore[return-value]  # the wrapper takes what click gives it

    return decorate


_of_code = _source("branch", "the branch")


@click.command()
@_of_code
@click.option("--conclusion", type=click.Choice(_CONCLUSIONS), default="failure", show_default=True,
              help="How the job ended. success proves that it works; the log may be empty then.")  # fmt: skip
@click.option("--workflow", metavar="NAME", help="Default: GITHUB_WORKFLOW.")
@click.option("--job", metavar="NAME", help="Default: GITHUB_JOB, or as the log says.")
def ci(source: Source, options: IssueOptions, conclusion: Any, workflow: str | None, job: str | None) -> None:
    """A job of the continuous integration: an issue with the first real error of its log.

    FILE is the log, as GitHub shows it or `gh run view --log` prints it; - is standard input.
    """
    text = "" if conclusion == "success" and source.file == "-" else source.text(from_end=True)

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ...issues.sources.ci import read

        context = source.context(surroundings, policy)
        return read(text, context, conclusion=conclusion, workflow=workflow, job=job)

    settle(make_batch, options)


@click.command()
@_of_code
@click.option("--exit-code", type=int, metavar="NUMBER", help="With which tsc ended. 0 proves that there is no error.")
def typescript(source: Source, options: IssueOptions, exit_code: int | None) -> None:
    """Errors of the TypeScript compiler: an issue for each file and error code.

    FILE is what tsc printed, in colours or not; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ...issues.sources.typescript import read

        return read(text, source.context(surroundings, policy), exit_code=exit_code)

    settle(make_batch, options)


@click.command()
@_of_code
@click.option("--warnings", is_flag=True, help="Warnings as well as errors.")
def lint(source: Source, options: IssueOptions, warnings: bool) -> None:
    """Errors of a linter: an issue for each rule.

    FILE is the JSON of ESLint or Biome, or a code quality report as GitLab reads it; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ...issues.sources.lint import read

        return read(text, source.context(surroundings, policy), warnings=warnings)

    settle(make_batch, options)


@click.command()
@_source("environment", "production")
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
        from ...issues.sources.sentry import Frequency, read

        frequency = Frequency(least, p2_from, p1_from, p0_from)
        return read(text, source.context(surroundings, policy), frequency=frequency, events=events)

    settle(make_batch, options)


@click.command()
@_source("environment", "that of the run, or the branch")
@click.option("--baseline", metavar="RESULTS.json", help="The run to compare with, where FILE is a run's results.json.")
@click.option("--ratio", type=click.FloatRange(1, min_open=True), default=1.5, show_default=True,
              help="From how many times worse on it counts.")  # fmt: skip
@click.option("--least-ms", type=click.FloatRange(0), default=100.0, show_default=True,
              help="By how many milliseconds a time has to be worse as well.")  # fmt: skip
def performance(source: Source, options: IssueOptions, baseline: str | None, ratio: float, least_ms: float) -> None:
    """What got slower: an issue for each metric.

    FILE is the results.json of a run, or a list of metrics with name, current, baseline and unit; - is standard input.
    """
    from ...issues.sources.reading import read_text

    text = source.text()
    before = read_text(baseline) if baseline is not None else None

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ...issues.sources.performance import read

        context, name = source.context(surroundings, policy), baseline or ""
        return read(text, context, baseline=before, baseline_name=name, ratio=ratio, least_ms=least_ms)

    settle(make_batch, options)


@click.command()
@_of_code
@click.option("--details", is_flag=True, help="Tell how to abuse it, too: for private repositories only.")
def security(source: Source, options: IssueOptions, details: bool) -> None:
    """What is insecure: an issue for each package, or for each rule in each file.

    FILE is the JSON of npm audit, SARIF, or a list of findings with title and severity; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ...issues.sources.security import read

        return read(text, source.context(surroundings, policy), details=details)

    settle(make_batch, options)


@click.command()
@_of_code
def tests(source: Source, options: IssueOptions) -> None:
    """Tests that fail under vitest or jest: an issue for each reason.

    FILE is the report of vitest --reporter=json or jest --json; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ...issues.sources.tests import read

        return read(text, source.context(surroundings, policy))

    settle(make_batch, options)


@click.command()
@_of_code
def junit(source: Source, options: IssueOptions) -> None:
    """Tests that fail in any other suite: an issue for each reason.

    FILE is JUnit XML, as pytest, Maven and many others write it; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ...issues.sources.junit import read

        return read(text, source.context(surroundings, policy))

    settle(make_batch, options)


SOURCES: tuple[click.Command, ...] = (ci, typescript, lint, sentry, performance, security, tests, junit)
"""One command for each source."""
