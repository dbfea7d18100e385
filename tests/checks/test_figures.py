"""Sums, rates and orders: each kind of wrong figure is noticed, whichever fault the lab happens to know."""

from typing import Any

import pytest
from plugins._support import analytics, deliveries, limits, patches, scans
from plugins._support.api_models import PatchApplied, ScanResult, Statistics, Trend

HOURS = [f"2025-03-01T{hour:02}:00:00Z" for hour in range(24)]
EVENT = {"id": 1, "patchId": "smoke-1", "eventType": "PATCH_RECEIVED", "status": "success", "createdAt": HOURS[0]}


def stats(**changes: Any) -> Statistics:
    """Ten events that add up, with ``changes``."""
    body = {
        "timeframe": "24h",
        "totalEvents": 10,
        "successRate": 70.0,
        "errorRate": 30.0,
        "avgDuration": 1.5,
        "breakdown": {"eventType": {"PATCH_RECEIVED": 4, "PATCH_APPLIED": 6}, "status": {"success": 7, "error": 3}},
        "topPatchIds": [{"patchId": "b", "count": 6}, {"patchId": "a", "count": 4}],
        "query": {},
    }
    return Statistics.model_validate(body | changes)


def trend(
    values: list[float], times: list[str] = HOURS, metric: str = "events", wrong: dict[str, float] | None = None
) -> Trend:
    """A trend whose summary follows from its points, but for the figures in ``wrong``."""
    summary = {"total": sum(values), "average": sum(values) / len(values), "min": min(values), "max": max(values)}
    body = {
        "metric": metric,
        "timeframe": "24h",
        "interval": "1h",
        "dataPoints": [{"timestamp": time, "value": value} for time, value in zip(times, values, strict=False)],
        "summary": summary | {"trend": "stable", "changePercent": 0} | (wrong or {}),
        "query": {},
    }
    return Trend.model_validate(body)


def scan(**changes: Any) -> ScanResult:
    """A scan that agrees with its findings, with ``changes``."""
    body = {
        "scanId": "scan-7",
        "type": "incremental",
        "status": "completed",
        "processedLogs": 12,
        "issuesFiled": 0,
        "completedAt": HOURS[0],
        "message": "",
        "findings": {"scope": "incremental", "processedLogs": 12, "issuesFiled": 0, "completedAt": HOURS[0]},
    }
    return ScanResult.model_validate(body | changes)


def applied(**changes: Any) -> PatchApplied:
    """A dry run that went well, with ``changes``."""
    body = {
        "success": True,
        "appliedOperations": 1,
        "failedOperations": 0,
        "errors": [],
        "events": [EVENT, EVENT | {"id": 2}],
    }
    return PatchApplied.model_validate(body | changes)


def test_figures_that_agree_are_accepted() -> None:
    analytics.assert_rates(stats())
    analytics.assert_top_patches(stats())
    assert analytics.sums_differ(stats()) is None
    points = trend([float(hour) for hour in range(24)])
    analytics.assert_points(points)
    analytics.assert_summary_of_points(points)
    analytics.assert_within(points, 0, 23)
    scans.assert_coherent(scan())
    assert scans.scan_number(scan()) == 7
    patches.assert_applied(applied(), "smoke-1")


def test_no_events_are_no_success_and_all_error() -> None:
    """As built, and as the contract has it (API-03)."""
    analytics.assert_rates(stats(successRate=0, errorRate=100))


@pytest.mark.parametrize(
    ("breakdown", "complaint"),
    [
        ({"eventType": {"A": 9}, "status": {"success": 10}}, "breakdown.eventType makes 9"),
        ({"eventType": {"A": 10}, "status": {"success": 11}}, "breakdown.status makes 11"),
    ],
)
def test_a_breakdown_that_does_not_sum_up_is_named(breakdown: dict[str, Any], complaint: str) -> None:
    assert complaint in (analytics.sums_differ(stats(breakdown=breakdown)) or "")


@pytest.mark.parametrize(
    ("top", "complaint"),
    [
        ([{"patchId": str(number), "count": 0} for number in range(11)], "lists 11 patches"),
        ([{"patchId": "a", "count": 1}, {"patchId": "b", "count": 2}], "not sorted"),
    ],
)
def test_wrong_top_patches_are_named(top: list[dict[str, Any]], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        analytics.assert_top_patches(stats(topPatchIds=top))


@pytest.mark.parametrize(
    ("top", "complaint"),
    [
        ([{"patchId": "a", "count": 11}], "topPatchIds counts 11 events of 1 patches, totalEvents is 10"),
        ([{"patchId": "a", "count": 6}], "topPatchIds counts 6 events of 1 patches"),
        ([], "topPatchIds counts 0 events of 0 patches"),
        ([{"patchId": str(number), "count": 1} for number in range(9)], "topPatchIds counts 9 events of 9 patches"),
    ],
)
def test_top_patches_that_are_not_all_events_are_named(top: list[dict[str, Any]], complaint: str) -> None:
    assert complaint in (analytics.sums_differ(stats(topPatchIds=top)) or "")


def test_of_more_than_ten_patches_the_rest_is_not_listed() -> None:
    busiest = [{"patchId": str(number), "count": 1} for number in range(10)]
    counts = {"eventType": {"PATCH_RECEIVED": 12}, "status": {"success": 12}}
    assert analytics.sums_differ(stats(totalEvents=12, breakdown=counts, topPatchIds=busiest)) is None


@pytest.mark.parametrize(
    ("times", "complaint"),
    [(HOURS[::-1], "not in the order of time"), ([HOURS[0]] * 24, "not in the order"), (HOURS[:5], "5 points for 24")],
    ids=["backwards", "standing still", "too few"],
)
def test_points_at_wrong_times_are_named(times: list[str], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        analytics.assert_points(trend([1.0] * 24, times))


@pytest.mark.parametrize("figure", ["total", "average", "min", "max"])
def test_a_summary_that_does_not_follow_is_named(figure: str) -> None:
    with pytest.raises(AssertionError, match=rf"summary\.{figure} of events is 99"):
        analytics.assert_summary_of_points(trend([1.0] * 24, wrong={figure: 99}))


def test_a_rate_outside_its_range_is_named() -> None:
    with pytest.raises(AssertionError, match="101, outside 0 to 100"):
        analytics.assert_within(trend([101.0] * 24, metric="success_rate"), 0, 100)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"type": "full"}, "got a full one"),
        ({"status": "failed", "message": "no"}, "the scan is failed: no"),
        ({"processedLogs": 11}, "the scan counts 11 logs"),
        ({"issuesFiled": 1}, "its findings 12 and 0"),
    ],
)
def test_a_scan_that_contradicts_itself_is_named(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        scans.assert_coherent(scan(**changes))


@pytest.mark.parametrize("id_", ["scan-", "scan-x", "7", "scan-7 ", "scan-" + "9" * 5000])
def test_a_scan_id_has_its_form(id_: str) -> None:
    with pytest.raises(AssertionError, match="not scan-<number>"):
        scans.scan_number(scan(scanId=id_))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"appliedOperations": 0}, "appliedOperations is 0"),
        ({"failedOperations": 1}, "failedOperations is 1"),
        ({"errors": ["no"]}, "applied with errors"),
        ({"events": [EVENT]}, "1 event"),
        ({"events": [EVENT, EVENT | {"patchId": "other"}]}, "events of other patches came back: other"),
    ],
)
def test_a_dry_run_that_went_wrong_is_named(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        patches.assert_applied(applied(**changes), "smoke-1")


def test_the_limits_are_the_contracts() -> None:
    assert limits.REQUESTS == 150
    assert limits.REQUESTS % limits.BATCH == 0
    assert deliveries.PATH != deliveries.PLAN_PATH
