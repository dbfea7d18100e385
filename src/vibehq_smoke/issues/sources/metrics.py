"""Measurements of now and of before: a plain list of metrics, or the ``results.json`` of two runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ...errors import UsageError
from ...models import HOLDS, READABLE, Result, RunRecord
from .reading import Number, Shape, parsed, shaped, what

EXPECTED = "a list of metrics with name, current, baseline and unit, or the results.json of a run"

_IN_MS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1000.0, "sec": 1000.0, "min": 60_000.0}
_RATE = re.compile(r"(?:/\s*(?:s|sec|second|min|minute|h)|\b(?:rps|qps|tps|ops|fps|hz))$", re.IGNORECASE)


@dataclass(frozen=True)
class Metric:
    """One thing that was measured twice."""

    name: str
    current: float
    baseline: float
    unit: str
    more_is_better: bool
    component: str = ""
    environment: str = ""
    detail: str = ""

    @property
    def ratio(self) -> float:
        """How many times worse it is than before: 1 is the same, 2 twice as slow or half as much."""
        worse, better = (self.baseline, self.current) if self.more_is_better else (self.current, self.baseline)
        if better == 0:
            return 1.0 if worse == 0 else float("inf")
        return worse / better

    @property
    def difference(self) -> float:
        """By how much it is worse; of a time in milliseconds, else in the metric's own unit."""
        change = self.baseline - self.current if self.more_is_better else self.current - self.baseline
        return change * _IN_MS.get(self.unit.lower(), 1.0)

    @property
    def is_time(self) -> bool:
        """Whether it is measured in time."""
        return self.unit.lower() in _IN_MS


@dataclass(frozen=True)
class Comparison:
    """All that was measured."""

    metrics: Sequence[Metric]
    tool: str
    environment: str | None = None
    at: datetime | None = None
    run: str | None = None
    deploy: str | None = None


class _Metric(Shape):
    name: str
    current: Number
    baseline: Number
    unit: str = "ms"
    better: Literal["lower", "higher"] | None = None
    component: str = ""
    detail: str = ""


def read_comparison(text: str, name: str, baseline: str | None, baseline_name: str) -> Comparison:
    """What was measured, now and before. Raises UsageError for anything that cannot be compared."""
    value = parsed(text, name, EXPECTED)
    if isinstance(value, dict) and "schema_version" in value and "checks" in value:
        if baseline is None:
            raise UsageError(f"{name}: is one run; say which run to compare it with: --baseline RESULTS.json")
        before = parsed(baseline, baseline_name, "the results.json of an earlier run")
        return _of_runs(_run(value, name), _run(before, baseline_name))
    if baseline is not None:
        raise UsageError(f"{name}: --baseline is for the results.json of two runs, got {what(value)}")
    entries = value.get("metrics") if isinstance(value, dict) else value
    if not isinstance(entries, list) or not entries:
        raise UsageError(f"{name}: expected {EXPECTED}, got {what(value)}")
    return Comparison([_metric(one, f"{name}: metric {number}") for number, one in enumerate(entries)], "metrics")


def _metric(value: Any, where: str) -> Metric:
    one = shaped(_Metric, value, where, "a metric with name, current, baseline and unit")
    if not one.name.strip():
        raise UsageError(f"{where}: has no name")
    if one.current < 0 or one.baseline < 0:
        raise UsageError(f"{where}: is negative; expected numbers from 0 on")
    more = one.better == "higher" if one.better else bool(_RATE.search(one.unit.strip()))
    return Metric(one.name, one.current, one.baseline, one.unit.strip(), more, one.component, detail=one.detail)


def _run(value: Any, name: str) -> RunRecord:
    expected = "the results.json of a run"
    version = value.get("schema_version") if isinstance(value, dict) else None
    if version not in READABLE:
        raise UsageError(f"{name}: has schema_version {version!r}; expected {expected} with {READABLE[-1]!r}")
    return shaped(RunRecord, value, name, expected)


def _of_runs(now: RunRecord, before: RunRecord) -> Comparison:
    if (now.run.target, now.run.environment) != (before.run.target, before.run.environment):
        ours, theirs = (f"{one.run.target} ({one.run.environment})" for one in (now, before))
        raise UsageError(f"the runs are of different targets, {ours} and {theirs}: what took how long says nothing")
    known = {one.id: one for one in before.checks}
    metrics = list(_timings(now.checks, known, now.run.environment))
    if not metrics:
        raise UsageError("no check held in both runs, so that nothing can be compared")
    run = now.run
    return Comparison(metrics, "runs", run.environment, run.started_at, run.id, run.deploy)


def _timings(checks: Sequence[Result], known: Mapping[str, Result], environment: str) -> Iterator[Metric]:
    """Of checks that held both times: how long the target took to answer all that they asked."""
    for check in checks:
        before = known.get(check.id)
        if before is None or check.outcome not in HOLDS or before.outcome not in HOLDS:
            continue
        ours, theirs = _answer_ms(check), _answer_ms(before)
        if ours is not None and theirs is not None and len(check.evidence) == len(before.evidence):
            yield Metric(check.id, ours, theirs, "ms", False, check.component, environment, check.title)


def _answer_ms(check: Result) -> float | None:
    times = [one.exchange.timing.total_ms for one in check.evidence if one.exchange is not None]
    return round(sum(times), 1) if times else None
