"""Everything at once, in any order: failures, recoveries, deploys, people, faults of the API, crashes, two jobs."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.github.double import AMBIGUOUS, NOT_DONE, TOKEN, Account, Double
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.issues import commenting
from vibehq_smoke.issues.batch import SMOKE_LABEL, Batch
from vibehq_smoke.issues.github.client import Client
from vibehq_smoke.issues.github.tracker import GitHubTracker
from vibehq_smoke.issues.marker import Signer

from .world import Job, Truth

pytestmark = pytest.mark.issues

CHECKS = ("HLT-01", "API-02", "WRK-03", "AUT-04", "FAC-05", "PAT-06")
POLICY = IssuePolicy(
    new_per_run=2, new_per_day=4, mass_failure=3, close_after=3, writes_per_run=20, authors=("hq-bot", "hq-bot-two")
)
OTHER_TOKEN = f"{TOKEN}2"
BOTS = {"one": "hq-bot", "two": "hq-bot-two"}
"""Whom each job writes as."""
NAMES = st.sampled_from(CHECKS)
MARKED = re.compile(r"Duplicate of #\d+|<!-- vibehq-smoke:comment \w{16} -->")


class Crash(BaseException):
    """The process dies."""


@dataclass
class Counted:
    """A run, and which jobs can know of it."""

    batch: Batch
    knowers: set[str] = field(default_factory=set)


class Reconciling(RuleBasedStateMachine):
    """The platform, the repository with its people, and two jobs that sync into it."""

    @initialize(lag=st.sampled_from([20.0, 20.0, 2.0, 0.0]))
    def begin(self, lag: float) -> None:
        self.github = Double(lag=lag)
        self.folder = tempfile.TemporaryDirectory()
        self.truth = Truth(CHECKS, self.github.clock, p0=frozenset(CHECKS[:4]), deployed_at=self.github.clock.now())
        self.jobs = {
            name: Job(Path(self.folder.name) / f"{name}.db", partial(self.tracker, token), self.github.clock, POLICY)
            for name, token in (("one", TOKEN), ("two", OTHER_TOKEN))
        }
        # Limits are per token, and neither job can know what the other was told.
        self.github.accounts[OTHER_TOKEN] = Account(BOTS["two"])
        self.counted: list[Counted] = []
        self.foreign: dict[int, Any] = {}
        self.meddled: set[int] = set()
        self.judged: set[tuple[int, int]] = set()
        self.opened: set[int] = set()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def tracker(self, token: str = TOKEN) -> GitHubTracker:
        github = self.github
        client = Client("acme/hq", token, "http://localhost", clock=github.clock, transport=github.transport())
        return GitHubTracker(client, POLICY, github.clock)

    # -- the platform ------------------------------------------------------------------------

    @rule(check=NAMES, says=st.sampled_from(["it is wrong", "it does not answer"]))
    def fails(self, check: str, says: str) -> None:
        self.truth.failing[check] = says

    @rule(check=NAMES)
    def recovers(self, check: str) -> None:
        self.truth.failing.pop(check, None)

    @rule()
    def everything_fails(self) -> None:
        self.truth.failing = dict.fromkeys(CHECKS, "it is wrong")

    @rule()
    def everything_recovers(self) -> None:
        self.truth.failing.clear()

    @rule()
    def is_deployed(self) -> None:
        self.truth.deploy += 1
        self.github.clock.sleep(1)
        self.truth.deployed_at = self.github.clock.now()

    @rule(hours=st.sampled_from([0.02, 1, 25, 24 * 8]))
    def time_passes(self, hours: float) -> None:
        self.github.clock.sleep(hours * 3600)

    # -- jobs --------------------------------------------------------------------------------

    @rule(job=st.sampled_from(["one", "two"]), left_out=st.sets(NAMES, max_size=2))
    def syncs(self, job: str, left_out: set[str]) -> None:
        self._sync(job, left_out)

    @rule(job=st.sampled_from(["one", "two"]), runs=st.integers(2, 4))
    def syncs_often(self, job: str, runs: int) -> None:
        for _ in range(runs):
            self._sync(job)

    @rule(
        job=st.sampled_from(["one", "two"]),
        fault=st.sampled_from(NOT_DONE + AMBIGUOUS),
        method=st.sampled_from(["GET", "POST", "POST", "PATCH", None]),
        times=st.sampled_from([1, 1, 2, 9]),
        turns=NAMES,
    )
    def syncs_in_trouble(self, job: str, fault: Any, method: str | None, times: int, turns: str) -> None:
        self._turns(turns)
        self.github.faults.next(fault, method, times=times)
        self._sync(job)
        self.github.faults.clear()

    @rule(
        job=st.sampled_from(["one", "two"]),
        step=st.sampled_from(
            ["create", "create", "change", "comment", "comment", "begin", "keep", "settle", "look_up", "note_sent"]
        ),
        at=st.sampled_from([1, 1, 1, 2, 3]),
        after=st.booleans(),
        turns=NAMES,
        is_started_again=st.booleans(),
    )
    def crashes(self, job: str, step: str, at: int, after: bool, turns: str, is_started_again: bool) -> None:
        """Before or after a step; with another process right behind, before the lists show what it did."""
        self._turns(turns)
        times = iter(range(1, 10_000))
        dead: list[str] = []

        def around(name: str, do: Callable[[], Any]) -> Any:
            if not dead and (name != step or next(times) != at):
                return do()
            # Who is dead settles nothing either.
            if after and not dead:
                do()
            dead.append(name)
            raise Crash

        self._sync(job, around=around)
        if is_started_again:
            self._sync(job)

    @rule(at=st.integers(1, 5), after=st.booleans(), turns=NAMES)
    def both_sync_at_once(self, at: int, after: bool, turns: str) -> None:
        self._turns(turns)
        steps = iter(range(1, 10_000))

        def around(name: str, step: Callable[[], Any]) -> Any:
            # Between a read and the write that follows it nobody can look: GitHub has no conditional writes.
            if name not in {"look_up", "read", "create"} or next(steps) != at or (name == "read" and after):
                return step()
            if after:
                told = step()
                self._sync("two")
                return told
            self._sync("two")
            return step()

        self._sync("one", around=around)

    def _turns(self, check: str) -> None:
        """What held fails, and what failed holds: there is something to write about when it matters."""
        if self.truth.failing.pop(check, None) is None:
            self.truth.failing[check] = "it is wrong"

    def _sync(self, name: str, left_out: set[str] | None = None, around: Any = None) -> bool:
        """Whether it did all that there was to do."""
        self.github.clock.sleep(5)
        run = Counted(self.truth.run(left_out or ()), {name})
        self.counted.append(run)
        try:
            outcome = self.jobs[name].sync(run.batch, around)
        except Crash:
            self._judge_openings(name)
            self._judge_closings(name)
            known = self.jobs[name].causes().values()
            if not any(cause.last_run == run.batch.id for cause in known):
                self.counted.remove(run)  # it died before anything was counted
            return False
        told = {subject for action, _ in outcome.done for subject in action.cause.subjects}
        left = {subject for action, _ in outcome.undone for subject in action.cause.subjects}
        failing = {symptom.subject for sighting in run.batch.sightings for symptom in sighting.symptoms}
        if outcome.plan.trouble is None and failing <= told - left:
            run.knowers |= set(self.jobs)
        assert sum(action.writes for action in outcome.plan.actions) <= POLICY.writes_per_run
        self._judge_openings(name)
        self._judge_closings(name)
        return outcome.is_complete and not outcome.plan.later

    # -- people ------------------------------------------------------------------------------

    def ours(self) -> list[Any]:
        """Issues of ours that are here."""
        return [one for one in self.github.repository.issues.values() if one.by in BOTS.values() and one.now.is_here]

    def _any_of_ours(self, data: Any) -> int:
        number: int = data.draw(st.sampled_from(sorted(issue.number for issue in self.ours())))
        self.meddled.add(number)
        return number

    @precondition(lambda self: self.ours())
    @rule(data=st.data(), reason=st.sampled_from(["completed", "not_planned", "duplicate"]))
    def somebody_closes(self, data: Any, reason: str) -> None:
        number = self._any_of_ours(data)
        if self.github.repository.issues[number].now.state == "open":
            self.github.people.close(number, reason)

    @precondition(lambda self: self.ours())
    @rule(data=st.data(), what=st.sampled_from(["quiet", "unlabel", "cut", "delete", "reopen", "transfer"]))
    def somebody_meddles(self, data: Any, what: str) -> None:
        number = self._any_of_ours(data)
        people = self.github.people
        match what:
            case "quiet":
                people.label(number, "quiet")
            case "unlabel":
                people.unlabel(number, SMOKE_LABEL)
            case "cut":
                people.edit(number, body="somebody wrote all of this anew")
            case "delete":
                people.delete(number)
            case "reopen":
                people.reopen(number)
            case "transfer":
                other = self.github.repositories.get("acme/other") or self.github.add_repository("acme/other")
                people.transfer(number, other)

    @precondition(lambda self: self.ours())
    @rule(data=st.data())
    def somebody_writes_into_one(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(issue.number for issue in self.ours())))
        body = self.github.repository.issues[number].now.body or ""
        self.github.people.edit(number, body=f"Mine to say.\n\n{body.removeprefix('Mine to say.').strip()}")

    @precondition(lambda self: self.ours())
    @rule(data=st.data())
    def somebody_copies_one(self, data: Any) -> None:
        copied = self.github.repository.issues[data.draw(st.sampled_from(sorted(one.number for one in self.ours())))]
        issue = self.github.people.open(copied.now.title, copied.now.body, [SMOKE_LABEL, "bug"])
        self.foreign[issue.number] = (issue.now, len(issue.comments))

    @rule(pull=st.booleans())
    def somebody_opens_their_own(self, pull: bool) -> None:
        make = self.github.people.open_pull_request if pull else self.github.people.open
        issue = make("[SMOKE FAIL] HLT-01 (staging)", "mine", [SMOKE_LABEL])
        self.foreign[issue.number] = (issue.now, len(issue.comments))

    # -- what always holds -------------------------------------------------------------------

    @invariant()
    def nobody_elses_issue_is_touched(self) -> None:
        for number, (was, comments) in getattr(self, "foreign", {}).items():
            issue = self.github.repository.issues[number]
            assert (issue.now, len(issue.comments)) == (was, comments), f"#{number} is somebody else's"

    @invariant()
    def the_api_is_used_as_it_should_be(self) -> None:
        if hasattr(self, "github"):
            assert self.github.violations == []
            assert self.github.searches == 0, "the search API lags, and answers 200 without access"
            assert self.github.ignored_limits == 0
            assert self.github.most_writes_within(60) <= 80
            assert self.github.most_writes_within(3600) <= 500

    @invariant()
    def nobody_is_told_too_often(self) -> None:
        for issue in self.ours() if hasattr(self, "github") else []:
            ours = [one for one in issue.comments if one.by in BOTS.values() and "Duplicate" not in one.body]
            gaps = [(late.at - early.at).total_seconds() for early, late in pairwise(ours)]
            assert all(gap >= 24 * 3600 for gap in gaps), f"#{issue.number} got two comments within a day: {gaps}"

    @invariant()
    def nothing_is_said_twice(self) -> None:
        for issue in self.ours() if hasattr(self, "github") else []:
            ours = [one.body for one in issue.comments if one.by in BOTS.values()]
            marks = [line for text in ours for line in text.splitlines() if MARKED.fullmatch(line)]
            assert len(marks) == len(ours) == len(set(marks)), f"#{issue.number} says the same twice: {marks}"

    def _judge_openings(self, job: str) -> None:
        """One job alone never opens a second issue for a cause, however it was interrupted: only two at once may, and
        then the newer one is closed."""
        signer = Signer.of("a key", self.tracker().name)
        mine = [issue for issue in self.ours() if issue.by == BOTS[job] and issue.number not in self.meddled]
        for issue in mine:
            if issue.number in self.opened:
                continue
            self.opened.add(issue.number)
            fresh = issue.past[0]
            cause = signer.read(fresh.body or "")
            assert cause is not None, "what we open says why"
            for other in mine:
                then = other.as_of(fresh.at) if other.number < issue.number else None
                told = signer.read(then.body or "") if then and then.state == "open" else None
                same = told and set(told.fingerprints) & set(cause.fingerprints)
                assert not same, f"#{issue.number} was opened while #{other.number} told of the same"

    def _judge_closings(self, job: str) -> None:
        """Whatever we closed as completed was seen to hold in as many runs as it takes, none failing after."""
        signer = Signer.of("a key", self.tracker().name)
        for issue in self.ours():
            for place, (was, became) in enumerate(pairwise(issue.past)):
                if (issue.number, place) in self.judged or (was.state, became.state) != ("open", "closed"):
                    continue
                self.judged.add((issue.number, place))
                if became.closed_by not in BOTS.values() or became.state_reason != "completed":
                    continue
                cause = signer.read(became.body or "")
                assert cause is not None, "what we close says why"
                if not cause.is_incident:
                    self._judge_closing(issue.number, set(cause.subjects), job)

    def _judge_closing(self, number: int, subjects: set[str], job: str) -> None:
        clean = 0
        for run in self.counted:
            failing = {one.subject for sighting in run.batch.sightings for one in sighting.symptoms}
            if failing & subjects and job in run.knowers:
                clean = 0
            elif subjects <= run.batch.proven:
                clean += 1
        assert clean >= POLICY.close_after, f"#{number} was closed after {clean} clean runs of {subjects}"

    # -- and once the dust has settled -------------------------------------------------------

    @rule()
    def the_dust_settles(self) -> None:
        for _ in range(3):
            is_done = {}
            for job in self.jobs:
                self.github.clock.sleep(600)
                is_done[job] = self._sync(job)
        self.github.clock.sleep(600)
        signer = Signer.of("a key", self.tracker().name)
        owned: dict[str, int] = {}
        for issue in self.ours():
            cause = signer.read(issue.now.body or "")
            labels = self.github.repository.label_names(issue)
            if issue.now.state != "open" or cause is None or SMOKE_LABEL not in labels or "quiet" in labels:
                continue
            for mark in cause.fingerprints:
                assert mark not in owned, f"#{owned[mark]} and #{issue.number} tell of the same cause"
                owned[mark] = issue.number
        self._nothing_is_lost(owned)
        self._what_was_to_be_said_was_said(is_done)

    def _what_was_to_be_said_was_said(self, is_done: dict[str, bool]) -> None:
        """Of each comment that the marker of an issue promised: it is there, or a record tells why it is not."""
        signer = Signer.of("a key", self.tracker().name)
        issues = list(self.github.repository.issues.values())
        texts = "\n".join(one.body for issue in issues for one in issue.comments)
        seen = {one.at.replace(microsecond=0) for issue in issues for one in issue.comments}
        told = [row for job in self.jobs.values() for row in _owed(job.path)]
        for issue in self.ours():
            causes = [signer.read(state.body or "") for state in issue.past]
            for at in {cause.commented_at for cause in causes if cause and cause.commented_at}:
                marks = [commenting.mark(one.number, at) for one in issues]
                said = at in seen or any(line in texts for line in marks)
                assert said or any(line in marks for line, _ in told), f"#{issue.number}: the comment of {at} is lost"
        for job, is_quiet in is_done.items():
            left = [line for line, ended in _owed(self.jobs[job].path) if ended is None]
            assert not left or not is_quiet, f"{job} does not know that it owes {left}"
        for line, ended in told:
            assert ended != "said" or line in texts, f"{line} is not there"

    def _nothing_is_lost(self, owned: dict[str, int]) -> None:
        """Each failing check has an open issue, or the incident stands for it, or somebody decided otherwise."""
        job = self.jobs["one"]
        causes = job.causes().values()
        incident_is_open = any(mark.startswith("incident ") for mark in owned)
        for check in self.truth.failing:
            mine = [cause for cause in causes if check in cause.subjects and not cause.is_incident]
            assert mine, f"{check} fails and is not even known"
            live = [cause for cause in mine if cause.state == "failing"]
            assert live, f"{check} fails and is not known to"
            told = any(mark in owned for cause in live for mark in cause.fingerprints)
            assert told or incident_is_open or self._has_a_reason(check, live), f"{check} fails, and nobody is told"

    def _has_a_reason(self, check: str, causes: list[Any]) -> bool:
        """People closed, muted or moved an issue that tells of it, somebody's copy tells of it, or it was closed on
        the deploy that is still there."""
        issues = list(self.github.repository.issues.values())
        told = [one for one in issues if check in (one.now.body or "") or f"] {check} (" in one.now.title]
        told += [one for one in issues if "at once" in one.now.title and one.number in self.meddled]
        numbers = {issue.number for issue in told} | {cause.number for cause in causes}
        if numbers & (self.meddled | set(self.foreign)):
            return True
        closed = [issue.now.closed_at for issue in told if issue.now.state == "closed" and issue.now.closed_at]
        assert self.truth.deployed_at is not None
        return any(at >= self.truth.deployed_at for at in closed)


def _owed(record: Path) -> list[tuple[str, str | None]]:
    """Each comment that a record ever owed, and how that ended."""
    with contextlib.closing(sqlite3.connect(record)) as database:
        return database.execute("SELECT mark, ended FROM owed").fetchall()


Reconciling.TestCase.settings = settings(
    max_examples=40,  # who changes the reconciler asks for some hundreds, with --hypothesis-profile=exploring
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestReconciling = Reconciling.TestCase
