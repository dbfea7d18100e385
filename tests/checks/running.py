"""Runs the shipped checks against a lab: the way every test in this folder sees them."""

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from vibehq_smoke.config import Gates, Target, load_config
from vibehq_smoke.embedded import EmbeddedPlatform
from vibehq_smoke.engine import Engine, Limits
from vibehq_smoke.graph import Plan
from vibehq_smoke.host import Host
from vibehq_smoke.models import Created, Observation, Outcome, Result, RunInfo
from vibehq_smoke.platform import Platform
from vibehq_smoke.redact import Redactor

PATIENCE_S = 10.0
"""Deadline of HLT-06, which waits half a minute for a result that a fault keeps from coming; healthy, it takes 2 s."""

HELD_UP = "the harness itself was held up"
STANDSTILLS = 4
"""How often a run is tried on a machine that stands still each time."""


@dataclass(frozen=True)
class Seen:
    """What one run of the engine saw."""

    results: Mapping[str, Result]
    observations: tuple[Observation, ...]
    created: tuple[Created, ...]

    def outcome(self, id_: str) -> Outcome:
        """How the check ended."""
        return self.results[id_].outcome

    def reason(self, id_: str) -> str:
        """Why it ended so."""
        return self.results[id_].reason or ""

    def of(self, ids: Iterable[str]) -> list[Result]:
        """The results of these checks; all cases of one that is made for several."""
        wanted = set(ids)
        return [result for result in self.results.values() if wanted & {result.id, result.family}]

    def assert_blocked(self, ids: Sequence[str], cause: str, reason: str) -> None:
        """Each of these checks is blocked by ``cause``, and says ``reason``."""
        blocked = [self.results[id_] for id_ in ids]
        assert {result.outcome for result in blocked} == {Outcome.BLOCKED}, self.not_passed()
        assert {result.root_cause for result in blocked} == {cause}, self.not_passed()
        for id_ in ids:
            assert reason in self.reason(id_), self.reason(id_)

    def not_passed(self) -> dict[str, str]:
        """Every selected check that did not pass, and its outcome."""
        shown = (result for result in self.results.values() if not result.hidden)
        return {result.id: result.outcome.value for result in shown if result.outcome is not Outcome.PASSED}


@contextmanager
def lab(*faults: str) -> Iterator[Target]:
    """A lab of its own, as the target that its configuration describes."""
    platform = EmbeddedPlatform(faults)
    try:
        yield load_config(platform.config()).target("lab")
    finally:
        platform.stop()


def run_checks(
    host: Host,
    target: Target,
    ids: Sequence[str] | None = None,
    *,
    exchange_deadline_s: float = 10.0,
    patience_s: float = PATIENCE_S,
) -> Seen:
    """Run ``ids`` (None: the checks of health and api) and what they need. ``patience_s`` is HLT-06's deadline.

    A run on a machine that stood still excuses the target. It says nothing about a check, and is run again.
    """
    for _ in range(STANDSTILLS):
        seen = _run_checks(host, target, ids, exchange_deadline_s, patience_s)
        if not any(HELD_UP in (result.reason or "") for result in seen.results.values()):
            break
    return seen


def _run_checks(
    host: Host, target: Target, ids: Sequence[str] | None, exchange_deadline_s: float, patience_s: float
) -> Seen:
    graph = host.graph()
    chosen = list(ids) if ids is not None else shipped_ids(host)
    plan = Plan(graph, chosen)
    if "HLT-06" in {check.id for check in (*plan.selected, *plan.hidden)}:
        plan.override("HLT-06", deadline_s=patience_s)
    run_id = secrets.token_hex(4)
    opened: list[Platform] = []

    def open_platform() -> Platform:
        platform = Platform(
            target,
            run_id=run_id,
            started=time.monotonic(),
            redactor=Redactor(target.secrets()),
            exchange_deadline_s=exchange_deadline_s,
        )
        opened.append(platform)
        return platform

    engine = Engine(plan, open_platform, host, run_info(run_id, target), Limits())
    engine.start()
    try:
        results = {check.id: engine.result(check.id) for check in (*plan.hidden, *plan.selected)}
    finally:
        engine.close()
    return Seen(results, engine.observations, tuple(opened[0].ledger.entries))


def shipped_ids(host: Host) -> Sequence[str]:
    """Ids of the 25 checks, in their order."""
    return [check.id for check in host.graph().checks.values() if check.spec.category in ("health", "api")]


def no_gates() -> Gates:
    """Gates that always hold: what is judged here are components, not whole runs."""
    return Gates(fail_on=frozenset(), min_executed=0)


def run_info(run_id: str, target: Target) -> RunInfo:
    """The facts of a run."""
    return RunInfo(
        id=run_id,
        suites=(),
        target=target.name,
        environment=target.environment,
        base_url=target.base_url,
        started_at=datetime.now(UTC),
    )
