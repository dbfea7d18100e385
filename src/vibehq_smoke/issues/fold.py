"""What a run adds to what is known of causes. Pure: the same causes and the same batch give the same causes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..config.issues import IssuePolicy
from ..models import Symptom
from .batch import Batch, Sighting
from .cause import STRIP, Cause

Causes = Mapping[str, Cause]
"""By id."""

_NAMED_RUNS = 10
"""How many of the clean runs are remembered by name."""

_MOST_MARKS = 60
"""Fingerprints that are kept of a cause: the first, which names it, and the newest."""


def fold(causes: Causes, batch: Batch, policy: IssuePolicy) -> dict[str, Cause]:
    """The causes after this batch. One that was counted already, or is older than what was, changes nothing."""
    return _Fold(causes, batch, policy).result()


class _Fold:
    def __init__(self, causes: Causes, batch: Batch, policy: IssuePolicy) -> None:
        self.causes = dict(causes)
        self.batch = batch
        self.policy = policy
        own = [cause for cause in causes.values() if cause.scope == batch.scope and not cause.is_incident]
        # Live ones before those that recovered, those with an issue before those without, the oldest first.
        self.own = sorted(own, key=lambda c: (c.state == "recovered", c.number is None, c.number or 0, c.first_seen))
        self.age = {cause.id: age for age, cause in enumerate(self.own)}
        self.marked: dict[str, Cause] = {}
        self.checking: dict[tuple[str, str], Cause] = {}
        for cause in reversed(self.own):
            self.marked |= dict.fromkeys(cause.fingerprints, cause)
            if cause.state != "recovered":
                self.checking |= {(cause.component, subject): cause for subject in cause.subjects}
        self.failing: dict[str, list[Symptom]] = {}
        """Symptoms seen in this batch, by the id of the cause that owns them."""
        self.telling: dict[str, Sighting] = {}
        """The sighting that a cause's issue speaks of."""

    def result(self) -> dict[str, Cause]:
        for sighting in self.batch.sightings:
            self._assign(sighting)
        for cause in self.own:
            if cause.id not in self.failing and self._counts(cause):
                self.causes[cause.id] = self._not_failing(cause)
        for id_, symptoms in self.failing.items():
            self._fail(id_, symptoms)
        self._part()
        return self.causes

    def _assign(self, sighting: Sighting) -> None:
        """Give each symptom to the cause that owns it already; the others follow the leading one."""
        owners = [self._owner(symptom, sighting.component) for symptom in sighting.symptoms]
        known = [owner for owner in owners if owner is not None]
        first = min(known, key=lambda cause: self.age[cause.id]) if known else None
        leader = first.id if first else f"{sighting.symptoms[0].fingerprint} {self.batch.scope}"
        self.telling.setdefault(leader, sighting)
        lives = first is not None and first.state != "recovered"
        for symptom, owner in zip(sighting.symptoms, owners, strict=True):
            follows = owner is None or (lives and owner.state == "recovered")
            self.failing.setdefault(leader if follows or owner is None else owner.id, []).append(symptom)

    def _owner(self, symptom: Symptom, component: str) -> Cause | None:
        """Whose symptom it is: by its mark; of a live cause also by the check, since a check may change its words."""
        marked = [self.marked[one] for one in (symptom.fingerprint, *symptom.aliases) if one in self.marked]
        same = self.checking.get((component, symptom.subject))
        alive = [cause for cause in marked if cause.state != "recovered"]
        return next(iter((*alive, *([same] if same else []), *marked)), None)

    def _counts(self, cause: Cause) -> bool:
        return cause.last_run != self.batch.id and cause.counted_at <= self.batch.at

    def _fail(self, id_: str, symptoms: list[Symptom]) -> None:
        sighting, cause = self.telling.get(id_), self.causes.get(id_)
        if cause is None:
            if sighting is not None:
                self.causes[id_] = self._new(id_, symptoms, sighting)
            return
        if not self._counts(cause):
            return
        relapse = cause.state == "recovered"
        changes: dict[str, Any] = {
            "state": "failing",
            "fingerprints": _some(_grown(cause.fingerprints, _marks(symptoms))),
            # A check that changed its words still has to hold; one of an earlier life of the cause may be gone.
            "subjects": _grown(() if relapse else cause.subjects, (one.subject for one in symptoms)),
            "priority": min([*(one.priority for one in symptoms), *(() if relapse else (cause.priority,))]),
            "fails": cause.fails + 1,
            "tried": cause.attempts + _attempts(symptoms),
            "clean": 0,
            "clean_runs": (),
            "seen": cause.seen + 1,
            "last_seen": self.batch.at,
            **self._counted(cause, "F"),
        }
        if sighting is not None:
            changes |= {"ticket": sighting.ticket, "certain": sighting.certain, "held": sighting.held}
        self.causes[id_] = cause.model_copy(update=changes)

    def _part(self) -> None:
        """No two live causes share a mark: it stays with the one that this run showed it with, else with the older.

        Two that were seen as one before they recovered may come back as two.
        """
        shown = {id_: symptoms for id_, symptoms in self.failing.items() if self._is_counted(id_)}
        owner = {mark: id_ for id_, symptoms in reversed(shown.items()) for mark in _marks(symptoms)}
        own = (cause for cause in self.causes.values() if cause.scope == self.batch.scope and not cause.is_incident)
        for cause in sorted(own, key=lambda cause: cause.first_seen):
            if cause.state == "recovered":
                continue
            kept = tuple(mark for mark in cause.fingerprints if owner.setdefault(mark, cause.id) == cause.id)
            if kept and kept != cause.fingerprints:
                self.causes[cause.id] = cause.model_copy(update={"fingerprints": kept})

    def _is_counted(self, id_: str) -> bool:
        return id_ in self.causes and self.causes[id_].last_run == self.batch.id

    def _new(self, id_: str, symptoms: list[Symptom], sighting: Sighting) -> Cause:
        batch = self.batch
        return Cause(
            id=id_,
            scope=batch.scope,
            component=sighting.component,
            fingerprints=_grown((), _marks(symptoms)),
            subjects=_grown((), (one.subject for one in symptoms)),
            priority=min(one.priority for one in symptoms),
            fails=1,
            tried=_attempts(symptoms),
            seen=1,
            certain=sighting.certain,
            held=sighting.held,
            first_seen=batch.at,
            last_seen=batch.at,
            last_run=batch.id,
            counted_at=batch.at,
            deploy=batch.deploy,
            deployed_at=batch.deployed_at,
            strip="F",
            ticket=sighting.ticket,
        )

    def _not_failing(self, cause: Cause) -> Cause:
        proven = self.batch.exhaustive or self.batch.proven.issuperset(cause.subjects)
        if not proven:
            return cause.model_copy(update=self._counted(cause, "."))
        clean = cause.clean + 1
        # Nobody was told of it, so nobody has to be told that it is gone.
        gone = clean >= self.policy.close_after or cause.number is None
        changes: dict[str, Any] = {
            "state": "recovered" if gone else "recovering",
            "fails": 0,
            "tried": 0,
            "clean": clean,
            "clean_runs": (*cause.clean_runs, self.batch.url or self.batch.id)[-_NAMED_RUNS:],
            "green_commit": self.batch.commit or cause.green_commit,
            **self._counted(cause, "P"),
        }
        return cause.model_copy(update=changes)

    def _counted(self, cause: Cause, mark: str) -> dict[str, Any]:
        """What every counted run leaves."""
        counted = {
            "strip": (cause.strip + mark)[-STRIP:],
            "last_run": self.batch.id,
            "counted_at": self.batch.at,
            "runs": cause.runs + 1,
        }
        if mark != ".":
            counted |= {"deploy": self.batch.deploy, "deployed_at": self.batch.deployed_at}
        return counted


def _marks(symptoms: Iterable[Symptom]) -> Iterable[str]:
    for symptom in symptoms:
        yield symptom.fingerprint
        yield from symptom.aliases


def _attempts(symptoms: Iterable[Symptom]) -> int:
    """In how many attempts of one run a cause was seen: what shows it was tried at the same time."""
    return max(symptom.attempts for symptom in symptoms)


def _grown(known: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))


def _some(marks: tuple[str, ...]) -> tuple[str, ...]:
    return marks if len(marks) <= _MOST_MARKS else (marks[0], *marks[1 - _MOST_MARKS :])
