"""What the commands of all sources share: where a text comes from, and what is said of it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...options import F
from ..options import IssueOptions, issue_options, sync_option

if TYPE_CHECKING:
    from ....config.issues import IssuePolicy
    from ....issues.sources.context import Context
    from ....issues.writing.surroundings import Surroundings

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
        from ....issues.sources.reading import STANDARD_INPUT, read_text

        if self.file == STANDARD_INPUT and sys.stdin.isatty():
            click.echo("Reading standard input ...", err=True)
        return read_text(self.file, from_end=from_end)

    def context(self, surroundings: Surroundings, policy: IssuePolicy) -> Context:
        """The same for whoever reads the text."""
        from ....issues.sources.context import Context
        from ....issues.sources.reading import said_name
        from ....issues.writing.gate import Gate
        from ....models import Priority
        from ....redact import Redactor
        from ...secrets import configured

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


def source_of(environment: str, default: str) -> Callable[[F], F]:
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


of_code = source_of("branch", "the branch")
"""For what speaks of the code, wherever that is deployed."""
