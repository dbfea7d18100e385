"""What is wrong with the code: ``vibehq-smoke issues ci``, ``typescript``, ``lint`` and ``security``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..options import IssueOptions
from ..settling import settle
from .source import Source, of_code

if TYPE_CHECKING:
    from ....config.issues import IssuePolicy
    from ....issues.batch import Batch
    from ....issues.writing.surroundings import Surroundings

_CONCLUSIONS = (
    "failure", "timed_out", "startup_failure", "success", "cancelled", "skipped", "neutral", "action_required", "stale",
)  # fmt: skip


@click.command()
@of_code
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
        from ....issues.sources.ci import read

        context = source.context(surroundings, policy)
        return read(text, context, conclusion=conclusion, workflow=workflow, job=job)

    settle(make_batch, options)


@click.command()
@of_code
@click.option("--exit-code", type=int, metavar="NUMBER", help="With which tsc ended. 0 proves that there is no error.")
def typescript(source: Source, options: IssueOptions, exit_code: int | None) -> None:
    """Errors of the TypeScript compiler: an issue for each file and error code.

    FILE is what tsc printed, in colours or not; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ....issues.sources.typescript import read

        return read(text, source.context(surroundings, policy), exit_code=exit_code)

    settle(make_batch, options)


@click.command()
@of_code
@click.option("--warnings", is_flag=True, help="Warnings as well as errors.")
def lint(source: Source, options: IssueOptions, warnings: bool) -> None:
    """Errors of a linter: an issue for each rule.

    FILE is the JSON of ESLint or Biome, or a code quality report as GitLab reads it; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ....issues.sources.lint import read

        return read(text, source.context(surroundings, policy), warnings=warnings)

    settle(make_batch, options)


@click.command()
@of_code
@click.option("--details", is_flag=True, help="Tell how to abuse it, too: for private repositories only.")
def security(source: Source, options: IssueOptions, details: bool) -> None:
    """What is insecure: an issue for each package, or for each rule in each file.

    FILE is the JSON of npm audit, SARIF, or a list of findings with title and severity; - is standard input.
    """
    text = source.text()

    def make_batch(surroundings: Surroundings, policy: IssuePolicy) -> Batch:
        from ....issues.sources.security import read

        return read(text, source.context(surroundings, policy), details=details)

    settle(make_batch, options)
