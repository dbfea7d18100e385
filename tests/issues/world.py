"""A small world for tests of the reconciler: checks that fail and recover, deploys, time, and jobs that sync."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.findings import symptom
from vibehq_smoke.history import History
from vibehq_smoke.issues.batch import SMOKE_LABEL, Batch, BugType, Section, Sighting, Ticket
from vibehq_smoke.issues.cause import Cause
from vibehq_smoke.issues.clock import Clock
from vibehq_smoke.issues.marker import Signer
from vibehq_smoke.issues.sync import Outcome, Sync
from vibehq_smoke.issues.tracker import Tracker
from vibehq_smoke.issues.wording import Wording
from vibehq_smoke.issues.writing.gate import Gate
from vibehq_smoke.issues.writing.surroundings import Surroundings
from vibehq_smoke.models import Priority
from vibehq_smoke.redact import Redactor

SCOPE = "smoke/staging"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Truth:
    """How the platform really is, and what was deployed."""

    checks: tuple[str, ...]
    clock: Clock
    failing: dict[str, str] = field(default_factory=dict)
    """Check -> what it says."""
    deploy: int = 1
    deployed_at: datetime | None = None
    p0: frozenset[str] = frozenset()
    runs: int = 0

    def run(self, left_out: Iterable[str] = ()) -> Batch:
        """What a run says now; checks that are left out are skipped."""
        self.runs += 1
        executed = [check for check in self.checks if check not in set(left_out)]
        failing = [check for check in executed if check in self.failing]
        proven = frozenset(executed) - frozenset(failing)
        at = self.clock.now()
        return Batch(
            id=f"run-{self.runs}",
            scope=SCOPE,
            at=at,
            deploy=f"v{self.deploy}",
            deployed_at=self.deployed_at,
            sightings=tuple(self.sighting(check) for check in failing),
            proven=proven,
        )

    def sighting(self, check: str) -> Sighting:
        """A failing check, as a cause of its own."""
        priority = Priority.P0 if check in self.p0 else Priority.P1
        return sighting(check, self.failing[check], priority=priority, certain=check in self.p0)


@cache
def sighting(check: str, message: str = "it is wrong", *, priority: Priority = Priority.P1, **more: Any) -> Sighting:
    """One failing check as a cause of its own."""
    shown = symptom(
        subject=check,
        environment="staging",
        component=f"part-of-{check.lower()}",
        kind="assertion",
        message=message,
        priority=priority,
    )
    ticket = Ticket(
        bug_type=BugType.SMOKE,
        title=f"[SMOKE FAIL] {check} (staging)",
        priority=priority,
        labels=(SMOKE_LABEL, "bug", priority.value),
        sections=(Section(heading="Error Details", text=f"{check} says: {message}"),),
        news=message,
    )
    return Sighting(component=f"part-of-{check.lower()}", symptoms=(shown,), ticket=ticket, **more)


def batch(
    number: int, at: datetime, sightings: Iterable[Sighting] = (), proven: Iterable[str] = (), **more: Any
) -> Batch:
    """A run."""
    return Batch(id=f"run-{number}", scope=SCOPE, at=at, sightings=tuple(sightings), proven=frozenset(proven), **more)


@dataclass
class Job:
    """Somebody who syncs, with a local record of their own. Each sync is a process of its own."""

    path: Path
    make_tracker: Callable[[], Tracker]
    clock: Clock
    policy: IssuePolicy = field(default_factory=IssuePolicy)

    def sync(self, run: Batch, around: Callable[[str, Callable[[], Any]], Any] | None = None) -> Outcome:
        """Open the record, sync, and end. ``around`` is put around each outside step: it gets its name and the step."""
        history = History(self.path)
        try:
            tracker = self.make_tracker()
            if around is None:
                return self.worker(history, tracker).sync(run)
            return self.worker(Watched(history, around), Watched(tracker, around)).sync(run)
        finally:
            history.close()

    def worker(self, history: Any, tracker: Any) -> Sync:
        """What a process works with."""
        signer = Signer.of("a key", tracker.name)
        wording = Wording(signer, Gate(Redactor(()), {}), Surroundings(), self.policy.close_after)
        return Sync(tracker, history, self.policy, signer, wording, self.clock)

    def causes(self) -> dict[str, Cause]:
        """What the record knows."""
        history = History(self.path)
        try:
            told = history.causes(self.make_tracker().name)
            return {id_: Cause.model_validate_json(text) for id_, text in told.items()}
        finally:
            history.close()


class Watched:
    """A tracker or a record, with something around each step that leaves the process."""

    STEPS = frozenset(
        {"look_up", "read", "remarks", "create", "change", "comment"}
        | {"begin", "settle", "keep", "owe", "note_sent", "absolve"}
    )

    def __init__(self, inner: Any, around: Callable[[str, Callable[[], Any]], Any]) -> None:
        self._inner = inner
        self._around = around

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if name not in self.STEPS:
            return value
        return lambda *arguments, **named: self._around(name, lambda: value(*arguments, **named))
