"""HealthOps looked at both ways: by RPC, and as health-specialist tells it over HTTP (contract HLT-12, HLT-13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.platform.dialects import Dialect

from .api_models import Camel
from .distinct import twice
from .fields import Amount, Count, Moment, Name, Text
from .fitness import unfit
from .health_models import QuickCheck
from .health_ops import ask_health_ops, assert_lists_what_is_held, assert_profiles, latest_summary
from .reading import rows_of, value_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from vibehq_smoke.platform import Hq, Worker

    from .health_models import Summary

T = TypeVar("T")

SPECIALIST = "health-specialist"
RESULTS, DASHBOARD, STATUS = "/api/health/results", "/api/health/dashboard", "/api/health/status"


class _Tests(Dialect):
    total: Count
    passed: Count
    failed: Count
    skipped: Count


class _Performance(Camel):
    average_latency: Amount | None


class _Usage(Camel):
    total_cost: Amount | None
    usage_count: Count | None


class _Told(Dialect):
    """The newest summary over HTTP."""

    status: Literal["healthy", "degraded", "critical"]
    tests: _Tests
    performance: _Performance
    ai: _Usage
    issues: list[Any]
    recommendations: list[Any]
    timestamp: Moment


class _Unknown(Dialect):
    """How it says that there is none."""

    status: Text
    message: Name
    timestamp: Moment


async def assert_profiles_and_results(hq: Hq) -> None:
    """There are enabled profiles, and results and usage are listed, by RPC; results and dashboard over HTTP."""
    await _both_ways(hq, _lists, _assert_lists_told)


async def assert_latest_summary(hq: Hq) -> None:
    """The latest summary adds up by RPC, and is the one that is told over HTTP."""
    await _both_ways(hq, latest_summary, _assert_summary_told)


async def _both_ways(
    hq: Hq, by_rpc: Callable[[Hq], Awaitable[T]], by_http: Callable[[Hq, Worker, T | None], Awaitable[None]]
) -> None:
    """Judge by RPC first, since health-specialist can tell no more than HealthOps; one of both ways is enough.

    Raises Violation, about health-specialist when only what it tells is wrong; Skipped when there is neither way.
    """
    try:
        answer, no_rpc = await by_rpc(hq), None
    except Skipped as reason:
        answer, no_rpc = None, reason
    worker = hq.workers.get(SPECIALIST)
    if worker is None:
        if no_rpc:
            raise Skipped(f"{no_rpc}; or list {SPECIALIST} in [targets.{hq.target.name}.workers]")
        hq.note(f"judged by RPC only: {SPECIALIST} is none of the target's workers")
    elif wrong := await unfit(worker):
        if no_rpc:
            raise Blocked(f"{SPECIALIST} does not answer as a worker: {wrong}", component=SPECIALIST)
        hq.note(f"judged by RPC only: {SPECIALIST} does not answer as a worker")
    else:
        if no_rpc:
            hq.note(f"judged by what {SPECIALIST} tells over HTTP only: {no_rpc}")
        await _over_http(worker, by_http(hq, worker, answer), known=no_rpc is None)


async def _over_http(worker: Worker, judging: Awaitable[None], *, known: bool) -> None:
    """``known`` says that HealthOps itself answered well. Else what the specialist only passes on is HealthOps' own."""
    try:
        await judging
    except AssertionError as wrong:
        if await _is_cut_off(worker):
            raise Blocked(f"{SPECIALIST} does not reach the orchestrator: {wrong}", component="rpc-gateway") from None
        said = str(wrong) if SPECIALIST in str(wrong) else f"{SPECIALIST}: {wrong}"
        of_its_own = known or isinstance(wrong, Violation)
        raise Violation(
            said, kind=getattr(wrong, "kind", "assertion"), about=SPECIALIST if of_its_own else None
        ) from None


async def _lists(hq: Hq) -> list[Any]:
    """The newest test result, if there is one."""
    profiles, results, usage = await hq.gather(
        ask_health_ops(hq, "getTestProfiles", enabledOnly=True),
        ask_health_ops(hq, "getTestResults", limit=1),
        ask_health_ops(hq, "getAiUsageStats", days=7),
    )
    assert_profiles(hq, profiles)
    assert isinstance(results, list), f"getTestResults answers {type(results).__name__} instead of a list"
    assert len(results) <= 1, f"getTestResults with limit 1 returns {len(results)} results"
    assert isinstance(usage, list), f"getAiUsageStats answers {type(usage).__name__} instead of a list"
    assert not (doubles := twice(usage)), f"getAiUsageStats lists the same twice: {doubles[0][:200]}"
    await assert_lists_what_is_held(hq, profiles, results, usage)
    return results


async def _assert_lists_told(hq: Hq, worker: Worker, known: list[Any] | None) -> None:
    listed, dashboard = await hq.gather(worker.get(RESULTS, params={"limit": 1}), worker.get(DASHBOARD))
    results = rows_of(listed.expect(), "results", "testResults")
    assert results is not None, f"GET {RESULTS} of {SPECIALIST} answers without a list of results"
    assert len(results) <= 1, f"GET {RESULTS}?limit=1 of {SPECIALIST} returns {len(results)} results"
    assert results or not known, f"HealthOps has test results, but GET {RESULTS} of {SPECIALIST} lists none"
    board = dashboard.expect()
    assert isinstance(board, dict), f"GET {DASHBOARD} of {SPECIALIST} answers {type(board).__name__}, not an object"
    assert board, f"GET {DASHBOARD} of {SPECIALIST} answers with nothing on it"


async def _assert_summary_told(hq: Hq, worker: Worker, summary: Summary | None) -> None:
    told = await _told(worker)
    counted = told.tests.passed + told.tests.failed + told.tests.skipped
    assert counted <= told.tests.total, (
        f"GET {STATUS} of {SPECIALIST} tells of {counted} passed, failed and skipped tests of {told.tests.total}"
    )
    if summary is None or _same(told, summary):
        return
    # The night's summary may have been stored between the two answers.
    summary, told = await latest_summary(hq), await _told(worker)
    assert _same(told, summary), (
        f"the latest summary is {', '.join(map(str, _of_summary(summary)))} (status, total, passed, failed, skipped), "
        f"but GET {STATUS} of {SPECIALIST} tells {', '.join(map(str, _of_told(told)))}"
    )


async def _told(worker: Worker) -> _Told:
    reply = await worker.get(STATUS)
    if reply.status == 200 and value_of(reply.expect(), "status") == "unknown":
        raise AssertionError(f"{SPECIALIST} has no health summary to tell: {reply.expect(_Unknown).message}")
    return reply.expect(_Told)


def _same(told: _Told, summary: Summary) -> bool:
    return _of_told(told) == _of_summary(summary)


def _of_told(told: _Told) -> tuple[str | int, ...]:
    tests = told.tests
    return told.status, tests.total, tests.passed, tests.failed, tests.skipped


def _of_summary(one: Summary) -> tuple[str | int, ...]:
    return one.overall_status, one.total_tests, one.passed_tests, one.failed_tests, one.skipped_tests


async def _is_cut_off(worker: Worker) -> bool:
    """Whether the worker itself says that it does not reach the orchestrator."""
    try:
        return not (await worker.get("/health-check/quick")).expect(QuickCheck).orchestrator_connectivity
    except Violation:
        return False
