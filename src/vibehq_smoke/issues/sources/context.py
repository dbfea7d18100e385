"""What a source knows beyond its text, and how what it found becomes a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType

from ...config.issues import IssuePolicy
from ...findings import symptom
from ...models import Priority
from ..batch import Batch, BugType, Sighting, Ticket
from ..writing import neutral
from ..writing.labels import PREFIXES, labels_for
from ..writing.owners import Owners
from .quoting import Quoting
from .told import Told

_LONGEST_SUBJECT = 400
_MILESTONES = MappingProxyType(
    {BugType.TYPE: "v1.0", BugType.LINT: "v1.0", BugType.PERFORMANCE: "v1.0", BugType.SECURITY: "api-hardening"}
)
"""Where a bug of this type belongs when nobody says; those of smoke tests have theirs in ``smoke.toml``."""


@dataclass(frozen=True)
class Context(Quoting):
    """Where a source's text comes from, and what whoever calls wants of it."""

    policy: IssuePolicy = field(default_factory=IssuePolicy)
    name: str = "standard input"
    """What the text is called in messages."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    environment: str | None = None
    """Where it happened: a branch for what reads code, else staging, production ..."""
    part: str | None = None
    """Which part of the repository it speaks for, where several runs of one tool speak for one each."""
    component: str | None = None
    priority: Priority | None = None
    milestone: str | None = None
    """Empty sets none."""
    run: str | None = None
    """The id of the run that the text is of, where the surroundings do not tell."""

    @property
    def branch(self) -> str:
        """The environment of a source that reads code."""
        return self.environment or self.surroundings.branch or "main"

    @cached_property
    def owners(self) -> Owners:
        """Who is asked to look."""
        return Owners(self.policy, self.surroundings.root)

    def origin(self, tool: str) -> Mapping[str, str]:
        """Facts on where this was seen, safe already."""
        around = self.surroundings
        job = " / ".join(one for one in (around.workflow, around.job) if one)
        return {
            "Branch": self.inline(self.branch, 100),
            "Commit": self.inline(around.commit or "", 64),
            "Run": neutral.link(self.clean(job or "the run"), around.run_url) if around.run_url else "",
            "Tool": self.inline(tool, 100),
        }

    def sighting(self, told: Told, environment: str) -> Sighting:
        """A cause as the reconciler takes it."""
        priority = self.priority or told.priority
        component = self.component or self.clean(told.component)[:100] or "unknown"
        symptoms = tuple(
            symptom(
                subject=self.subject(subject),
                environment=environment,
                component=told.accused or component,
                kind=self.clean(told.kind)[:100],
                message=self.clean(told.message),
                frame=self.clean(told.frame)[:300],
                priority=priority,
            )
            for subject in dict.fromkeys((told.subject, *told.others))
        )
        return Sighting(
            component=component,
            symptoms=symptoms,
            ticket=self._ticket(told, component, priority),
            certain=told.certain or priority is Priority.P0,
            held=self.clean(told.held) if told.held else None,
        )

    def subject(self, subject: str) -> str:
        """A subject as it is kept: without secrets, and of bearable length."""
        subject = " ".join(self.clean(subject).split())
        if len(subject) <= _LONGEST_SUBJECT:
            return subject
        return f"{subject[:_LONGEST_SUBJECT]} {_digest(subject)[:8]}"

    def batch(
        self,
        source: str,
        text: str,
        told: Iterable[Told],
        *,
        proven: Iterable[str] = (),
        exhaustive: bool = False,
        environment: str | None = None,
        at: datetime | None = None,
        deploy: str | None = None,
        of_code: bool = True,
    ) -> Batch:
        """All of it. The same text of the same run and commit is the same batch, however often it is read.

        What reads code is always of the commit that it read; what was seen elsewhere (``of_code`` is False) is of a
        deploy that may be unknown.
        """
        environment = environment or self.branch
        around = self.surroundings
        sightings = _one_per_subject(told)
        failing = {self.subject(subject) for one in sightings for subject in (one.subject, *one.others)}
        which = f"{source}-{self.part}" if self.part else source
        run = self.run or (around.run_url or "").rpartition("/runs/")[2]
        deployed = deploy or (around.commit if of_code else None)
        return Batch(
            id=f"{which} {run or 'local'} {_digest(text, around.commit or '', environment)[:12]}",
            scope=f"{which}/{environment}",
            at=min(at or self.now, self.now),
            deploy=self.clean(deployed)[:200] if deployed else None,
            commit=around.commit,
            url=around.run_url,
            sightings=tuple(self.sighting(one, environment) for one in sightings),
            proven=frozenset(map(self.subject, proven)) - failing,
            exhaustive=exhaustive,
        )

    def _ticket(self, told: Told, component: str, priority: Priority) -> Ticket:
        milestone = self.milestone if self.milestone is not None else self._usual_milestone(told.bug_type)
        return Ticket(
            bug_type=told.bug_type,
            title=neutral.title(PREFIXES[told.bug_type] + self.clean(told.title)),
            priority=priority,
            labels=labels_for(told.bug_type, priority, component=component, category=told.category),
            milestone=milestone or None,
            assignees=self.owners.of(component=component, category=told.category, path=told.file),
            sections=tuple(section for section in told.sections if section.text),
            news=told.news,
        )

    def _usual_milestone(self, bug_type: BugType) -> str:
        return self.policy.milestone if bug_type is BugType.SMOKE else _MILESTONES.get(bug_type, "")


def _one_per_subject(told: Iterable[Told]) -> list[Told]:
    """Tools may report one thing twice; the first report counts."""
    return list({one.subject: one for one in reversed(list(told))}.values())[::-1]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
