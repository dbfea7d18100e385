"""Sentry: what was thrown in production, as urgent as it is frequent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from ...errors import UsageError
from ...models import Priority
from ...reports.summary import counted
from ..batch import Batch, BugType, Section
from ..writing.impact import impact
from ..writing.layout import facts, paragraphs, rows
from .context import Context
from .paths import REPOSITORY
from .sentry_documents import Trouble, read_troubles
from .told import Told

ENVIRONMENT = "production"

_MOST_TAGS = 30
_WORSE = {Priority.P3: Priority.P2, Priority.P2: Priority.P1, Priority.P1: Priority.P0, Priority.P0: Priority.P0}


@dataclass(frozen=True)
class Frequency:
    """From how many events on something is filed, and how urgent it is."""

    least: int = 10
    p2: int = 25
    p1: int = 100
    p0: int = 1000

    def __post_init__(self) -> None:
        steps = (self.least, self.p2, self.p1, self.p0)
        if list(steps) != sorted(steps):
            told = ", ".join(map(str, steps))
            raise UsageError(f"the thresholds do not rise: --least, --p2-from, --p1-from, --p0-from are {told}")

    def priority(self, trouble: Trouble, count: int | None) -> Priority:
        """By number of events; an alert without one is as urgent as a minor feature, what is fatal one step more."""
        if count is None:
            priority = Priority.P2
        else:
            limits = ((self.p0, Priority.P0), (self.p1, Priority.P1), (self.p2, Priority.P2))
            priority = next((one for limit, one in limits if count >= limit), Priority.P3)
        return _WORSE[priority] if trouble.level == "fatal" else priority

    def held(self, trouble: Trouble, count: int | None) -> str | None:
        """Why it is not to be filed; None when it is."""
        if trouble.status not in ("unresolved", "reprocessing"):
            return f"{trouble.status[:40]} in Sentry"
        if count is not None and count < self.least:
            return f"{counted(count, 'event')}, fewer than {self.least}"
        return None


def read(text: str, context: Context, *, frequency: Frequency | None = None, events: int | None = None) -> Batch:
    """What Sentry says. An issue that is resolved there is proven to be gone.

    ``events`` says how many there were, where the text does not: a single event counts as one, unless an alert of
    Sentry's own sent it, which found it worth telling.
    """
    limits = frequency or Frequency()
    environment = context.environment or ENVIRONMENT
    troubles = read_troubles(text, context.name)
    resolved = [_subject(one) for one in troubles if one.status == "resolved"]
    told = [_told(context, one, limits, events) for one in troubles if one.status != "resolved"]
    releases = {one.release for one in troubles if one.release}
    deploy = releases.pop() if len(releases) == 1 else None
    return context.batch("sentry", text, told, proven=resolved, environment=environment, deploy=deploy, of_code=False)


def _subject(trouble: Trouble) -> str:
    """Sentry's own number where it is known: its events are of one cause by its own judgement."""
    if trouble.id:
        return f"sentry {trouble.id}"
    where = f"{trouble.kind} {trouble.culprit or trouble.file} {trouble.function}"
    return f"sentry {where} {hashlib.sha256(where.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _told(context: Context, trouble: Trouble, limits: Frequency, events: int | None) -> Told:
    count = trouble.count if trouble.count is not None else events
    if count is None and trouble.alerted is None:
        count = 1
    priority = limits.priority(trouble, count)
    file = context.path(trouble.file) if trouble.file else ""
    return Told(
        bug_type=BugType.RUNTIME,
        subject=_subject(trouble),
        component=trouble.project or REPOSITORY,
        kind="sentry",
        priority=priority,
        title=trouble.title,
        sections=_sections(context, trouble, count, context.priority or priority, file),
        news=_news(context, trouble),
        # An event and a list tell different things of one issue; its number is what they have in common.
        accused="sentry",
        file=file,
        certain=trouble.alerted is not None or (count or 0) >= limits.least,
        held=limits.held(trouble, count),
    )


def _news(context: Context, trouble: Trouble) -> str:
    place = f" in {context.inline(trouble.culprit)}" if trouble.culprit else ""
    return f"{context.inline(trouble.title)}{place}"


def _sections(
    context: Context, trouble: Trouble, count: int | None, priority: Priority, file: str
) -> tuple[Section, ...]:
    place = context.place(file, trouble.line) if file else ""
    return (
        Section(
            heading="Description",
            text=paragraphs(
                context.fenced(trouble.title, most=2_000),
                facts(
                    {
                        "Sentry": _link(context, trouble),
                        "Where": place,
                        "Culprit": context.inline(trouble.culprit),
                        "Told by the rule": context.inline(trouble.alerted or ""),
                    }
                ),
            ),
        ),
        Section(heading="Frequency", text=rows(_frequency(context, trouble, count))),
        Section(heading="Stack Trace", text=context.fenced(trouble.stack) if trouble.stack else "", keep=3),
        Section(heading="Code Context", text=context.code(file, trouble.line) if file else "", keep=4),
        Section(
            heading="Steps to Reproduce",
            text=f"Sentry saw it with {context.inline(_request(context, trouble))}." if trouble.request else "",
            keep=2,
        ),
        Section(heading="Expected vs Actual", text="Nothing is thrown. It was.", keep=3),
        Section(heading="Environment", text=facts(_environment(context, trouble)), keep=2),
        Section(heading="Tags", text=rows(_tags(context, trouble)), keep=4),
        Section(heading="Impact", text=impact(priority), keep=1),
    )


def _link(context: Context, trouble: Trouble) -> str:
    """To the page in Sentry. Its path reads like that of an issue on GitHub, which takes no note of other hosts."""
    shown = context.inline(trouble.short_id or "the issue in Sentry")
    url = context.redactor.url(trouble.url)
    try:
        parts = urlsplit(url)
        home = urlsplit(context.surroundings.server_url or "https://github.com").hostname or ""
    except ValueError:
        return shown
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username or host in (home, "github.com"):
        return shown if trouble.url else ""
    return f"[{shown}]({quote(url, safe=':/?#@!$*+,;=%~-._', errors='replace')})"


def _frequency(context: Context, trouble: Trouble, count: int | None) -> dict[str, str]:
    return {
        "Events": f"{count:,}" if count is not None else "",
        "Users": f"{trouble.users:,}" if trouble.users is not None else "",
        "First seen": context.cell(trouble.first_seen),
        "Last seen": context.cell(trouble.last_seen),
    }


def _environment(context: Context, trouble: Trouble) -> dict[str, str]:
    return {
        "Environment": context.inline(trouble.environment or context.environment or ENVIRONMENT),
        "Release": context.inline(trouble.release),
        "Project": context.inline(trouble.project),
        "Level": context.inline(trouble.level),
        "File": context.inline(PurePosixPath(trouble.file).name if trouble.file else ""),
    }


def _tags(context: Context, trouble: Trouble) -> dict[str, str]:
    shown = [(name, value) for name, value in trouble.tags if name not in ("environment", "release", "level")]
    clean = context.redactor.json(dict(shown[:_MOST_TAGS]))
    return {context.cell(name, 60): context.cell(value, 160) for name, value in clean.items()}


def _request(context: Context, trouble: Trouble) -> str:
    method, _, url = trouble.request.rpartition(" ")
    return f"{method} {context.redactor.url(url)}".strip()
