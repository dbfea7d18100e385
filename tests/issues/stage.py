"""A repository on GitHub, a platform, and jobs that sync: what most tests of the reconciler play on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.github.double import TOKEN, Double, IssueState
from vibehq_smoke.config.issues import IssuePolicy
from vibehq_smoke.history import History
from vibehq_smoke.issues.batch import Batch
from vibehq_smoke.issues.github.client import Client
from vibehq_smoke.issues.github.tracker import GitHubTracker
from vibehq_smoke.issues.plan import Action
from vibehq_smoke.issues.planning import Plan
from vibehq_smoke.issues.sync import Outcome

from .world import Job, Truth

DAY = 86_400.0
Around = Callable[[str, Callable[[], Any]], Any]


class Crash(BaseException):
    """The process dies."""


@dataclass
class Stage:
    """A minute passes before each run. HLT-01 is a P0, the other two checks are not."""

    folder: Path
    policy: IssuePolicy = field(default_factory=IssuePolicy)
    checks: tuple[str, ...] = ("HLT-01", "API-02", "WRK-03")
    p0: frozenset[str] = frozenset({"HLT-01"})
    lag: float = 0.0

    def __post_init__(self) -> None:
        self.github = Double(lag=self.lag)
        self.truth = Truth(self.checks, self.github.clock, deployed_at=self.github.clock.now(), p0=self.p0)

    # -- what happens ------------------------------------------------------------------------

    def deploys(self) -> None:
        self.truth.deploy += 1
        self.github.advance(60)
        self.truth.deployed_at = self.github.clock.now()

    def run(
        self, *failing: str, says: str = "it is wrong", left_out: Iterable[str] = (), after: float = 60, **changes: Any
    ) -> Batch:
        """A run in which exactly these fail."""
        self.github.advance(after)
        self.truth.failing = dict.fromkeys(failing, says)
        return self.truth.run(left_out).model_copy(update=changes)

    def sync(self, *failing: str, job: str = "one", **how: Any) -> Outcome:
        """A run in which exactly these fail, and a sync of it."""
        return self.take(self.run(*failing, **how), job)

    def take(self, run: Batch, job: str = "one", around: Around | None = None) -> Outcome:
        """A sync. GitHub is used as it should be, whatever happens."""
        try:
            return self.job(job).sync(run, around)
        finally:
            assert self.github.violations == []
            assert self.github.searches == 0, "the search API lags, and answers 200 without access"
            assert self.github.ignored_limits == 0

    def plan(self, run: Batch, job: str = "one") -> Plan:
        history = History(self.folder / f"{job}.db")
        try:
            return self.job(job).worker(history, self.tracker()).plan(run)
        finally:
            history.close()

    def opened(self, *failing: str) -> None:
        """They fail in two runs, and have issues."""
        for _ in range(2):
            self.sync(*failing)
        assert len(self.open) == len(failing)

    def closed_by_proof(self, *failing: str) -> None:
        self.opened(*failing)
        for _ in range(self.policy.close_after):
            self.sync()
        assert self.open == []

    # -- what there is -----------------------------------------------------------------------

    def job(self, name: str = "one") -> Job:
        return Job(self.folder / f"{name}.db", self.tracker, self.github.clock, self.policy)

    def tracker(self) -> GitHubTracker:
        client = Client(
            "acme/hq", TOKEN, "http://localhost", clock=self.github.clock, transport=self.github.transport()
        )
        return GitHubTracker(client, self.policy, self.github.clock)

    def issue(self, number: int = 1) -> IssueState:
        return self.github.repository.issues[number].now

    def body(self, number: int = 1) -> str:
        return (self.issue(number).body or "").replace("\r\n", "\n")

    def comments(self, number: int = 1) -> list[str]:
        """What people read of them."""
        said = [comment.body for comment in self.github.repository.issues[number].comments]
        return [re.sub(r"\n\n<!-- vibehq-smoke:comment \w{16} -->$", "", text) for text in said]

    @property
    def open(self) -> list[int]:
        """Numbers of the open issues of ours."""
        issues = self.github.repository.issues.values()
        return [one.number for one in issues if one.by == "hq-bot" and one.now.is_here and one.now.state == "open"]


def steps(done: Outcome | Plan) -> list[str]:
    """What was done, or is to be done now."""
    actions: Iterable[Action] = done.actions if isinstance(done, Plan) else [action for action, _ in done.done]
    return [action.step.value for action in actions if action.writes]


def why(plan: Plan | Outcome) -> str:
    """All reasons in one text."""
    actions = plan.actions if isinstance(plan, Plan) else plan.plan.actions
    return "\n".join(action.why for action in actions)
