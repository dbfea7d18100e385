"""From the record of a smoke run to the batch that the reconciler takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ...config.issues import IssuePolicy, Quarantine
from ...models import Finding, Outcome, Priority, Result, RunRecord, Status, Symptom
from ..batch import Batch, Sighting
from .owners import Owners
from .seen import Seen, preflight_subject
from .surroundings import Surroundings
from .ticket import ticket

HARNESS_AT_FAULT = "the harness itself is at fault"
"""Why errors of the harness open no issue."""

_TROUBLE = frozenset({Outcome.FAILED, Outcome.DEGRADED, Outcome.ERROR})


def smoke_batch(record: RunRecord, surroundings: Surroundings, policy: IssuePolicy) -> Batch:
    """Everything that a run says of causes: one sighting for each finding, and what it proved to hold.

    What quarantined checks and errors of the harness show is no part of a sighting that others show as well, so that
    they neither open an issue nor keep one open.
    """
    writer = _Writer(record, surroundings, policy)
    sightings = (writer.sighting(finding) for finding in record.findings if finding.symptoms)
    return Batch(
        id=record.run.id,
        scope=f"smoke/{record.run.environment}",
        at=record.run.started_at,
        deploy=record.run.deploy,
        deployed_at=record.run.deployed_at,
        commit=surroundings.commit,
        url=surroundings.run_url,
        sightings=tuple(sightings),
        proven=_proven(record),
    )


def _proven(record: RunRecord) -> frozenset[str]:
    """Hidden checks count: they saw the platform just as well."""
    passed = {result.id for result in record.checks if result.outcome is Outcome.PASSED}
    working = {preflight_subject(seen.component) for seen in record.preflight if seen.status is Status.WORKING}
    return frozenset(passed | working)


class _Writer:
    """What all findings of a run have in common."""

    def __init__(self, record: RunRecord, surroundings: Surroundings, policy: IssuePolicy) -> None:
        self._record = record
        self._surroundings = surroundings
        self._policy = policy
        self._owners = Owners(policy, surroundings.root)
        self._results = {result.id: result for result in record.checks}
        self._today = record.run.started_at.date()

    def sighting(self, finding: Finding) -> Sighting:
        held = self._held(finding)
        symptoms = finding.symptoms if held else self._counting(finding.symptoms)
        priority = min(symptom.priority for symptom in symptoms)
        counting = finding.model_copy(update={"symptoms": symptoms, "priority": priority})
        seen = Seen.of(counting, self._record, self._results, self._surroundings)
        return Sighting(
            component=finding.component,
            symptoms=symptoms,
            ticket=ticket(seen, self._policy, self._owners),
            # What is degraded may be a slow answer, or a pass after a retry: one look is not enough.
            certain=priority is Priority.P0 and finding.status is Status.BROKEN,
            held=held,
        )

    def _counting(self, symptoms: Sequence[Symptom]) -> tuple[Symptom, ...]:
        """Those that are neither quarantined nor errors of the harness; all of them where that leaves none."""
        return tuple(symptom for symptom in symptoms if self._counts(symptom)) or tuple(symptoms)

    def _counts(self, symptom: Symptom) -> bool:
        result = self._results.get(symptom.subject)
        return result is None or (result.outcome is not Outcome.ERROR and not self._quarantine(result))

    def _held(self, finding: Finding) -> str | None:
        """Why the finding is not to be filed. What preflight saw is neither quarantined nor the harness's fault."""
        trouble = [self._results[id_] for id_ in finding.checks if id_ in self._results]
        trouble = [result for result in trouble if result.outcome in _TROUBLE]
        if not trouble or any(symptom.subject not in self._results for symptom in finding.symptoms):
            return None
        judged = [result for result in trouble if result.outcome is not Outcome.ERROR]
        if not judged:
            return HARNESS_AT_FAULT
        quarantines = [self._quarantine(result) for result in judged]
        return _why(quarantines[0]) if all(quarantines) else None

    def _quarantine(self, result: Result) -> Quarantine | None:
        """The entry that a failing check falls under on the day of the run."""
        return next((one for one in self._policy.quarantine if _covers(one, result, self._today)), None)


def _covers(entry: Quarantine, result: Result, today: date) -> bool:
    return entry.check in (result.id, result.family) and (entry.until is None or today <= entry.until)


def _why(entry: Quarantine | None) -> str:
    if entry is None:
        return "quarantined"
    until = f" until {entry.until}" if entry.until else ""
    return f"quarantined{until}: {entry.reason}" if entry.reason else f"quarantined{until}"
