"""One finding of a run, with what its issue has to know of it close at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...host import shipped
from ...models import Evidence, Finding, Observation, Outcome, Result, RunInfo, RunRecord, Symptom
from .surroundings import Surroundings

_TROUBLE = frozenset({Outcome.FAILED, Outcome.DEGRADED, Outcome.ERROR})

_ROOTS = tuple(dict.fromkeys((Path(__file__).parents[3], shipped("plugins").parent)))
"""Where this harness and the checks that come along lie."""

_INSTALLED = re.compile(r"^(?:.*/)?vibehq_smoke/_(?=plugins/)")
"""What stands before them where a package of the harness is installed, be it on another machine."""


def preflight_subject(component: str) -> str:
    """The subject of what preflight saw of a component (``Symptom.subject``)."""
    return f"preflight {component}"


@dataclass(frozen=True)
class Seen:
    """A finding, the check or the observation that leads it, and the run that saw it."""

    finding: Finding
    lead: Symptom
    result: Result | None
    """The check that leads; None when preflight does."""
    observation: Observation | None
    others: tuple[Result, ...]
    """The other checks that show it."""
    run: RunInfo
    surroundings: Surroundings

    @classmethod
    def of(cls, finding: Finding, record: RunRecord, results: Mapping[str, Result], surroundings: Surroundings) -> Seen:
        """Look up what the finding names among ``results``, which are the record's by id."""
        lead = finding.symptoms[0]
        result = results.get(lead.subject)
        observed = [seen for seen in record.preflight if preflight_subject(seen.component) == lead.subject]
        others = (results[id_] for id_ in finding.checks if id_ in results and id_ != lead.subject)
        return cls(
            finding,
            lead,
            result,
            observed[0] if observed else None,
            tuple(other for other in others if other.outcome in _TROUBLE),
            record.run,
            surroundings,
        )

    @property
    def what(self) -> str:
        """What is wrong, in a few words that are the same in every run."""
        if self.result:
            return f"{self.result.id} {self.result.title}"
        if self.observation and self.observation.unreachable:
            return f"{self.observation.component} does not answer"
        if self.observation:
            return f"{self.observation.component} is {self.observation.status.value}"
        return f"{self.finding.component} is {self.finding.status.value}"

    @property
    def category(self) -> str:
        return self.result.category if self.result else ""

    @property
    def message(self) -> str:
        """Why, at length."""
        own = self.result.reason if self.result else self.observation.reason if self.observation else None
        return own or self.finding.reason

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        holder = self.result or self.observation
        return holder.evidence if holder else ()

    @property
    def file(self) -> str:
        """The file of the check that leads, as the repository names it if it is in there, or the harness."""
        file, _ = self._place
        return self.surroundings.within(file) or _of_the_harness(file)

    @property
    def in_repository(self) -> bool:
        """Whether that file is one of the repository, so that it has owners there."""
        file, _ = self._place
        return self.surroundings.within(file) is not None

    @property
    def line(self) -> int | None:
        """The line of the check that leads."""
        return self._place[1]

    @property
    def page(self) -> str | None:
        """Where the check can be read."""
        return self.surroundings.permalink(*self._place)

    @property
    def trace(self) -> str:
        """The traceback, with files named as the repository or the harness does."""
        told = (self.result.traceback or "") if self.result else ""
        for root in (self.surroundings.root, *_ROOTS):
            told = told.replace(f'"{root}/', '"') if root else told
        return told

    @property
    def again(self) -> str:
        """The command that repeats it, as it is typed in the folder where the harness was started."""
        command = (self.result.rerun if self.result else "") or self.run.command
        here = self.surroundings.folder
        return re.sub(rf"(?<![^\s='\"]){re.escape(str(here))}/", "", command) if here else command

    @property
    def _place(self) -> tuple[str, int | None]:
        location = self.result.location if self.result else ""
        file, colon, line = location.rpartition(":")
        return (file, int(line)) if colon and line.isdigit() else (location, None)


def _of_the_harness(file: str) -> str:
    """A file as the harness names it, wherever that is installed, if it is one that comes along."""
    for root in _ROOTS:
        file = file.removeprefix(f"{root}/")
    return _INSTALLED.sub("", file)
