"""Measurements that got worse: one cause for each metric."""

from __future__ import annotations

import math

from ...models import Priority
from ..batch import Batch, BugType, Section
from ..writing.impact import impact
from ..writing.layout import facts, table
from .context import Context
from .metrics import Comparison, Metric, read_comparison
from .paths import REPOSITORY
from .told import Told

RATIO = 1.5
"""From how many times worse on it counts as a regression."""

LEAST_MS = 100.0
"""By how many milliseconds a time has to be worse: below that nobody notices, and measurements differ by chance."""

_MUCH_WORSE = 3.0


def read(
    text: str,
    context: Context,
    *,
    baseline: str | None = None,
    baseline_name: str = "the baseline",
    ratio: float = RATIO,
    least_ms: float = LEAST_MS,
) -> Batch:
    """What got worse by ``ratio`` and, of times, by ``least_ms`` as well. What did not is proven to hold."""
    found = read_comparison(text, context.name, baseline, baseline_name)
    worse = {id(one) for one in found.metrics if _is_regression(one, ratio, least_ms)}
    environment = context.environment or found.environment or context.branch
    return context.batch(
        "performance",
        text + (baseline or ""),
        [_told(context, found, one, environment) for one in found.metrics if id(one) in worse],
        proven=[_subject(one) for one in found.metrics if id(one) not in worse],
        environment=environment,
        at=found.at,
        deploy=found.deploy,
        of_code=found.run is None,
    )


def _is_regression(metric: Metric, ratio: float, least_ms: float) -> bool:
    enough = metric.difference >= least_ms if metric.is_time else metric.difference > 0
    return enough and metric.ratio >= ratio


def _subject(metric: Metric) -> str:
    return f"performance {metric.name}"


def _told(context: Context, found: Comparison, metric: Metric, environment: str) -> Told:
    priority = context.priority or (Priority.P1 if metric.ratio >= _MUCH_WORSE else Priority.P2)
    return Told(
        bug_type=BugType.PERFORMANCE,
        subject=_subject(metric),
        component=metric.component or REPOSITORY,
        kind="regression",
        priority=priority,
        title=f"{metric.name} is {_times(metric)}",
        sections=_sections(context, found, metric, environment, priority),
        news=f"{context.inline(metric.name)} got worse by more than is allowed.",
        message=metric.name,
    )


def _times(metric: Metric) -> str:
    word = "slower" if metric.is_time else "worse"
    if math.isinf(metric.ratio):
        return f"{word} than it was"
    return f"{metric.ratio:.1f} times {word}" if metric.ratio < 1000 else f"more than 1,000 times {word}"


def _amount(value: float, unit: str) -> str:
    shown = f"{value:,.0f}" if value == int(value) and value < 1e15 else f"{value:,.4g}"
    return f"{shown} {unit}".strip()


def _sections(
    context: Context, found: Comparison, metric: Metric, environment: str, priority: Priority
) -> tuple[Section, ...]:
    expected = _amount(metric.baseline, metric.unit)
    change = metric.current - metric.baseline
    rows = (
        ("Current", context.cell(_amount(metric.current, metric.unit))),
        ("Expected (baseline)", context.cell(expected)),
        ("Change", context.cell(f"{'+' if change >= 0 else '-'}{_amount(abs(change), metric.unit)}")),
        ("Ratio", "from nothing" if math.isinf(metric.ratio) else f"{metric.ratio:,.2f}"),
    )
    what = f": {context.prose(metric.detail)}" if metric.detail else ""
    origin = {**context.origin("comparison with a baseline"), "Measured in": context.inline(environment)}
    return (
        Section(
            heading="Description",
            text=f"{context.inline(metric.name)} is {_times(metric)}{what}.",
        ),
        Section(heading="Current vs Expected", text=table(("", context.cell(metric.name)), rows)),
        Section(heading="Environment", text=facts({"Measured run": context.inline(found.run or ""), **origin}), keep=2),
        Section(heading="Steps", text="Measure again at this commit and at the one that the baseline is of.", keep=3),
        Section(heading="Impact", text=impact(priority), keep=1),
    )
