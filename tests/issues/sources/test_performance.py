"""Measurements: what got worse by how much, and what is proven to hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from vibehq_smoke.errors import UsageError
from vibehq_smoke.issues.sources.context import Context
from vibehq_smoke.issues.sources.performance import read
from vibehq_smoke.models import (
    Evidence,
    Exchange,
    Mode,
    Outcome,
    Priority,
    Result,
    RunInfo,
    RunRecord,
    Timing,
    Totals,
)

from .conftest import sections, subjects, titles


def metric(current: float, baseline: float, unit: str = "ms", **more: Any) -> dict[str, Any]:
    return {"name": "GET /api/health", "current": current, "baseline": baseline, "unit": unit, **more}


def run(milliseconds: dict[str, float], environment: str = "staging", outcome: str = "passed") -> str:
    checks = tuple(
        Result(
            id=name,
            category="api",
            title="it answers",
            component="health-api",
            priority=Priority.P1,
            mode=Mode.HTTP,
            outcome=Outcome(outcome),
            evidence=(
                Evidence(
                    kind="http",
                    summary="GET",
                    exchange=Exchange(method="GET", url="http://hq/api", timing=Timing(total_ms=took)),
                ),
            ),
        )
        for name, took in milliseconds.items()
    )
    info = RunInfo(
        id="0302-094000-ab12",
        suites=("quick",),
        target=environment,
        environment=environment,
        base_url="http://hq",
        deploy="v2",
        started_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    return RunRecord(run=info, totals=Totals(collected=len(checks)), checks=checks).model_dump_json()


@pytest.mark.parametrize(
    ("one", "is_worse"),
    [
        (metric(450, 200), True),
        (metric(250, 200), False),
        (metric(90, 30), False),
        (metric(0.45, 0.2, "s"), True),
        (metric(300, 100, "MB"), True),
        (metric(120, 100, "MB"), False),
        (metric(50, 100, "req/s"), True),
        (metric(200, 100, "req/s"), False),
        (metric(50, 100, "points", better="higher"), True),
        (metric(0, 100, "req/s"), True),
        (metric(500, 0), True),
        (metric(0, 0), False),
    ],
)
def test_worse_is_what_is_beyond_both_thresholds(one: dict[str, Any], is_worse: bool, context: Context) -> None:
    batch = read(json.dumps([one]), context)
    assert bool(batch.sightings) is is_worse
    assert batch.proven == (frozenset() if is_worse else {"performance GET /api/health"})


def test_the_issue_tells_both_numbers(context: Context) -> None:
    batch = read(json.dumps({"metrics": [metric(450, 200, component="patch-api")]}), context)
    (one,) = batch.sightings
    assert one.ticket.title == "[PERFORMANCE] GET /api/health is 2.2 times slower"
    assert one.ticket.labels == ("smoke-test", "performance", "bug", "p2", "rpc/api")
    table = sections(one)["Current vs Expected"]
    assert [row in table for row in ("`450 ms`", "`200 ms`", "`+250 ms`", "2.25")] == [True] * 4
    assert not one.certain, "a measurement may be off by chance once"


def test_the_mark_does_not_depend_on_the_numbers(context: Context) -> None:
    once, again = (read(json.dumps([metric(value, 200)]), context).sightings[0] for value in (450, 470))
    assert once.symptoms == again.symptoms
    assert once.ticket.news == again.ticket.news


def test_what_is_much_worse_is_urgent(context: Context) -> None:
    assert read(json.dumps([metric(900, 200)]), context).sightings[0].ticket.priority is Priority.P1


def test_thresholds_are_options(context: Context) -> None:
    text = json.dumps([metric(250, 200)])
    assert read(text, context, ratio=1.2, least_ms=10).sightings
    assert not read(text, context, ratio=1.2, least_ms=51).sightings


def test_two_runs_are_compared_check_by_check(context: Context) -> None:
    now, before = run({"API-01": 900, "API-02": 100, "NEW-01": 5}), run({"API-01": 200, "API-02": 110, "OLD-01": 5})
    batch = read(now, context, baseline=before)
    assert subjects(batch) == {"performance API-01"}
    assert batch.proven == {"performance API-02"}
    assert batch.scope == "performance/staging"
    assert batch.deploy == "v2"
    assert batch.at == datetime(2026, 3, 2, tzinfo=UTC)
    assert batch.sightings[0].component == "health-api"
    assert titles(batch) == ["[PERFORMANCE] API-01 is 4.5 times slower"]


def test_checks_that_did_not_hold_are_not_compared(context: Context) -> None:
    with pytest.raises(UsageError, match="no check held in both runs"):
        read(run({"API-01": 900}, outcome="failed"), context, baseline=run({"API-01": 200}))


def test_runs_of_different_targets_are_not_compared(context: Context) -> None:
    with pytest.raises(UsageError, match=r"different targets, staging \(staging\) and production \(production\)"):
        read(run({"API-01": 9}), context, baseline=run({"API-01": 9}, "production"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "expected a list of metrics with name, current, baseline and unit"),
        ('[{"name": "x", "current": 1}]', "metric 0: is not a metric with name, current, baseline and unit: baseline"),
        ('[{"name": "x", "current": NaN, "baseline": 1}]', "current: Input should be a finite number"),
        ('[{"name": "x", "current": -1, "baseline": 1}]', "is negative"),
        ('[{"name": " ", "current": 1, "baseline": 1}]', "has no name"),
        ('{"schema_version": "1.4", "checks": []}', r"is one run; say which run to compare it with: --baseline"),
    ],
)
def test_what_cannot_be_compared_is_refused(text: str, problem: str, context: Context) -> None:
    with pytest.raises(UsageError, match=problem):
        read(text, context)


def test_a_run_of_another_version_is_refused(context: Context) -> None:
    old = run({"API-01": 9}).replace('"schema_version":"1.4"', '"schema_version":"0.9"')
    with pytest.raises(UsageError, match=r"has schema_version '0\.9'"):
        read(run({"API-01": 9}), context, baseline=old)


def test_the_environment_can_be_named(context: Context) -> None:
    assert read(json.dumps([metric(1, 1)]), replace(context, environment="load")).scope == "performance/load"
