"""``HealthOps`` by RPC (contract HLT-12, HLT-13). Needs the operator channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Skipped, Violation

from .distinct import sole, twice
from .health_models import Profile, Summary
from .reading import read, value_of
from .rpc_models import Done
from .stored import stored_rows

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

SEEDED_PROFILES = 15
"""How many test profiles the migrations mean to create."""

_HELD = (
    "select (select count(*) from test_profiles where enabled) as profiles, "
    "exists (select 1 from test_results) as results, "
    "exists (select 1 from ai_logs where date(created_at) > date('now', '-6 days')) as calls"
)

_ANSWERS = {
    "getTestProfiles": ("testProfiles",),
    "getTestResults": ("testResults",),
    "getAiUsageStats": ("aiUsageStats",),
    "getLatestHealthSummary": ("latestHealthSummary", "healthSummary", "summary"),
}
"""Under which key the answer to an operation stands; the contract names only the first one."""


async def ask_health_ops(hq: Hq, operation: str, **options: Any) -> Any:
    """What HealthOps answers to one operation.

    Raises Violation when it refuses, or answers something else; Blocked when no other entrypoint answers either.
    """
    try:
        answer = await hq.operator.rpc("ORCHESTRATOR_HEALTH", "handleRequest", {operation: options})
    except Violation:
        await _another_entrypoint_answers(hq)
        raise
    if value_of(answer, "success") is False or value_of(answer, "error"):
        raise Violation(f"HealthOps refuses {operation}: {value_of(answer, 'error')}", kind="rpc")
    read(hq, Done, answer, f"the answer to {operation}")
    keys = _ANSWERS[operation]
    if not isinstance(answer, dict) or not any(key in answer for key in keys):
        raise Violation(f"HealthOps answers {operation} without {' or '.join(keys)}", kind="shape")
    return value_of(answer, *keys)


async def _another_entrypoint_answers(hq: Hq) -> None:
    try:
        await hq.operator.rpc("ORCHESTRATOR_HEALTH_CHECK", "getConfiguredWorkers")
    except Violation as violation:
        raise Blocked(f"no entrypoint answers: {violation}", component="rpc-gateway") from violation


def assert_profiles(hq: Hq, profiles: Any) -> None:
    """There are enabled test profiles, each with a legal category."""
    assert isinstance(profiles, list), f"getTestProfiles answers {type(profiles).__name__} instead of a list"
    assert profiles, "there is no enabled test profile, so nothing is ever tested by schedule"
    for number, profile in enumerate(profiles):
        read(hq, Profile, profile, f"test profile {number}")
    assert not (doubles := twice(profiles)), f"getTestProfiles lists a profile twice: {doubles[0][:200]}"
    if len(profiles) != SEEDED_PROFILES:
        hq.note(f"{len(profiles)} enabled test profiles; the migrations mean to create {SEEDED_PROFILES}")


async def assert_lists_what_is_held(hq: Hq, profiles: list[Any], results: list[Any], usage: list[Any]) -> None:
    """All enabled profiles are listed, and some of the results and calls if there are any; judged where one can look.

    ``results`` are the newest one, ``usage`` that of a week, whose last day may be cut either way.
    """
    rows = await stored_rows(hq, "DB_HEALTH", _HELD)
    if rows is None:
        return
    held = sole(rows, "the counts of profiles, results and calls")
    assert len(profiles) == held["profiles"], (
        f"getTestProfiles lists {len(profiles)} enabled profiles, but DB_HEALTH holds {held['profiles']}"
    )
    there = "some" if held["results"] else "none"
    assert len(results) == held["results"], f"getTestResults with limit 1 lists {len(results)}, and there are {there}"
    assert usage or not held["calls"], "getAiUsageStats lists nothing, though models were called within the last days"


async def latest_summary(hq: Hq) -> Summary:
    """The latest summary, which adds up, and DB_HEALTH holds one per date. Raises Violation."""
    answer = await ask_health_ops(hq, "getLatestHealthSummary")
    assert answer is not None, "there is no health summary at all"
    summary = read(hq, Summary, answer, "the latest health summary")
    counted = summary.passed_tests + summary.failed_tests + summary.skipped_tests
    assert counted <= summary.total_tests, (
        f"passed, failed and skipped tests are {counted} together, more than the total of {summary.total_tests}"
    )
    try:
        twice = await hq.operator.sql(
            "DB_HEALTH", "select date, count(*) as summaries from health_summaries group by date having count(*) > 1"
        )
    except Skipped as reason:
        hq.note(f"whether each date has one summary was not judged: {reason}")
        return summary
    assert not twice, f"{twice[0].get('summaries')} summaries for {twice[0].get('date')} instead of one"
    return summary
