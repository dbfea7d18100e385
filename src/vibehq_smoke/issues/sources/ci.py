"""A job of the continuous integration that failed: what its log says first, and where it can be looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

from ...errors import UsageError
from ...models import Priority
from ...reports.summary import counted
from ..batch import Batch, BugType, Section
from ..writing.impact import impact
from ..writing.layout import facts, paragraphs
from .build_log import BuildError, first_error
from .context import Context
from .logs import LogLine, log_lines
from .paths import REPOSITORY
from .stacks import thrown_at
from .told import Told

Conclusion = Literal[
    "failure", "timed_out", "startup_failure", "success", "cancelled", "skipped", "neutral", "action_required", "stale"
]
CONCLUSIONS: tuple[Conclusion, ...] = get_args(Conclusion)
"""How GitHub says that a job ended."""

_FAILED = frozenset({"failure", "timed_out", "startup_failure"})
_NAMES = {
    "typescript": "the TypeScript compiler",
    "traceback": "Python",
    "pytest": "pytest",
    "test": "a test",
    "npm": "npm",
    "yarn": "the package manager",
    "lint": "a linter",
    "bundler": "the bundler",
    "javascript": "a script",
    "out-of-memory": "the machine, which ran out of memory",
    "disk": "the machine, whose disk is full",
    "missing-command": "the shell, which misses a command",
    "compiler": "a compiler or a tool",
    "annotation": "a step",
}


def read(
    text: str,
    context: Context,
    *,
    conclusion: Conclusion = "failure",
    workflow: str | None = None,
    job: str | None = None,
) -> Batch:
    """What the log of a job says. A log that holds several jobs (``gh run view --log``) gives a cause for each.

    ``success`` proves that the job works, and without a job that all jobs of the workflow do; one that was cancelled or
    skipped proves nothing.
    """
    # What the surroundings know is of the workflow that runs now; when another one is named, so is its job, or none.
    job = job or ("" if workflow else context.surroundings.job or "")
    workflow = workflow or context.surroundings.workflow or ""
    source = "-".join(["ci", *re.split(r"[\s/]+", workflow.strip())]) if workflow.strip() else "ci"
    if conclusion not in _FAILED:
        good = conclusion == "success"
        if good and not (workflow or job):
            raise UsageError("--conclusion success needs --workflow or --job: what is proven to work must have a name")
        proven = [_subject(workflow, job)] if good else []
        return context.batch(source, text or conclusion, (), proven=proven, exhaustive=good and not job)
    if not text.strip():
        raise UsageError(f"{context.name}: is empty; expected the log of a job that ended with {conclusion}")
    # As a whole, since a key of several lines is not known by one of them.
    jobs = dict(_jobs(log_lines(context.redactor.text(text)), job))
    return context.batch(source, text, [_told(context, workflow, name, lines) for name, lines in jobs.items()])


def _subject(workflow: str, job: str) -> str:
    return f"ci {' / '.join(part for part in (workflow, job) if part) or 'job'}"


def _jobs(lines: Iterator[LogLine], job: str) -> Iterator[tuple[str, Sequence[LogLine]]]:
    """The lines of each job that failed; of all of them when none says so."""
    jobs: dict[str, list[LogLine]] = {}
    for line in lines:
        jobs.setdefault(line.job or job, []).append(line)
    told = {name: one for name, one in jobs.items() if any(line.text.strip() for line in one)}
    failed = {name: one for name, one in told.items() if any(line.text.startswith("##[error]") for line in one)}
    yield from (failed or told).items()


def _told(context: Context, workflow: str, job: str, lines: Sequence[LogLine]) -> Told:
    error = first_error(lines)
    name = " / ".join(part for part in (workflow, job) if part) or "the job"
    priority = context.priority or Priority.P1
    place = thrown_at(error.excerpt)
    file = context.path(place.file) if place.file else ""
    return Told(
        bug_type=BugType.CI,
        subject=_subject(workflow, job),
        component=REPOSITORY,
        kind=error.kind,
        priority=priority,
        title=f"{name}: {error.message}",
        sections=_sections(context, name, error, len(lines), priority, file, place.line),
        news=f"{context.inline(name)} fails with {context.inline(error.message, 200)}.",
        message=error.message,
        frame=file,
        file=file,
    )


def _sections(
    context: Context, name: str, error: BuildError, length: int, priority: Priority, file: str, line: int
) -> tuple[Section, ...]:
    said = _NAMES.get(error.kind, "the job")
    origin = dict(context.origin("GitHub Actions"))
    link = origin.pop("Run", "")
    step = f" in the step {context.inline(error.step)}" if error.step else ""
    return (
        Section(
            heading="Description",
            text=paragraphs(
                f"The job {context.inline(name)} failed{step}. The first to complain was {said}:",
                context.fenced(error.message, most=1_000),
                f"The whole log: {link}" if link else "",
            ),
        ),
        Section(
            heading="Build Log",
            text=paragraphs(
                f"Around the first error, out of {counted(length, 'line')}:", context.fenced(error.excerpt)
            ),
            keep=3,
        ),
        Section(heading="Code Context", text=context.code(file, line) if file else "", keep=4),
        Section(heading="Expected", text="The job ends with success.", keep=2),
        Section(heading="Actual", text=f"It ends with an error{step}.", keep=2),
        Section(heading="Environment", text=facts({"Job": context.inline(name), **origin, "Run": link}), keep=2),
        Section(heading="Impact", text=impact(priority), keep=1),
    )
