"""Contract API-02..04: analytics over patch events, against own arithmetic over events that the tests post."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from .caller import Caller, json_of
from .events import post_event, post_events, stamp
from .shapes import PatchEvent, listed

TIMEFRAMES = ("1h", "24h", "7d", "30d", "90d")
METRICS = ("events", "success_rate", "avg_duration", "error_rate")


def logs(hq: Caller, **query: str | int) -> dict[str, Any]:
    """API-02."""
    return dict(hq.read("/api/analytics/logs", **query))


def stats(hq: Caller, patch: str, **query: str) -> dict[str, Any]:
    """API-03 over one patch."""
    return dict(hq.read("/api/analytics/stats", patchIds=patch, **query))


def trends(hq: Caller, **query: str) -> dict[str, Any]:
    """API-04."""
    return dict(hq.read("/api/analytics/trends", **query))


def test_logs_show_what_was_posted(hq: Caller, tag: str) -> None:
    """API-02: every event of the patch, with its own values."""
    posted = post_events(hq, tag, "success", "failure")
    answer = logs(hq, patchId=tag)
    events = listed(PatchEvent, answer["events"])
    assert (answer["total"], answer["offset"], answer["limit"]) == (2, 0, 50)
    assert isinstance(answer["query"], dict)
    assert {(e.patchId, e.eventType) for e in events} == {(tag, p["eventType"]) for p in posted}
    assert sorted(e.status in {"failure", "error"} for e in events) == [False, True]
    assert all(e.metadata == {"smoke": True} for e in events)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"status": "success"}, 2),
        ({"status": "failure"}, 1),
        ({"eventType": "PATCH_REJECTED"}, 1),
        ({"eventType": "PATCH_DELIVERED"}, 0),
        ({"limit": 2}, 3),
        ({"offset": 2}, 3),
    ],
    ids=str,
)
def test_logs_are_filtered(hq: Caller, tag: str, query: dict[str, str | int], number: int) -> None:
    """API-02 filters; limit and offset cut the page, not the total (Q15: failure and error are one)."""
    post_events(hq, tag, "success", "failure", "success")
    answer = logs(hq, patchId=tag, **query)
    assert answer["total"] == number
    length = max(0, min(number - int(query.get("offset", 0)), int(query.get("limit", 50))))
    assert len(answer["events"]) == length


@pytest.mark.parametrize(("bound", "days_ago"), [("startDate", 1), ("endDate", 1), ("startDate", -1), ("endDate", -1)])
def test_logs_are_limited_to_dates(hq: Caller, tag: str, bound: str, days_ago: int) -> None:
    """API-02 startDate, endDate: of events of the last minutes."""
    post_events(hq, tag, "success", "failure", "success")
    inside = (bound == "startDate") == (days_ago > 0)
    query = {bound: stamp(timedelta(days=days_ago))}
    assert logs(hq, patchId=tag, **query)["total"] == (3 if inside else 0)


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("field", ["createdAt", "eventType", "patchId"])
def test_logs_are_sorted(hq: Caller, tag: str, field: str, order: str) -> None:
    """API-02 sortBy, sortOrder."""
    post_events(hq, tag, "success", "failure", "success")
    values = [e[field] for e in logs(hq, patchId=tag, sortBy=field, sortOrder=order)["events"]]
    assert values == sorted(values, reverse=order == "desc")


@pytest.mark.parametrize(
    "statuses",
    [("success",), ("failure",), ("success", "failure"), ("success", "success", "failure"), ("success", "error")],
    ids="+".join,
)
def test_stats_are_computed(hq: Caller, tag: str, statuses: tuple[str, ...]) -> None:
    """API-03: totals, rates that add up to 100, breakdowns that add up to the total, the patch on top."""
    post_events(hq, tag, *statuses)
    answer = stats(hq, tag)
    share = 100 * statuses.count("success") / len(statuses)
    assert answer["totalEvents"] == len(statuses)
    assert answer["successRate"] == pytest.approx(share, abs=0.01)
    assert answer["errorRate"] == pytest.approx(100 - share, abs=0.01)
    assert answer["avgDuration"] >= 0
    assert sum(answer["breakdown"]["eventType"].values()) == len(statuses)
    assert sum(answer["breakdown"]["status"].values()) == len(statuses)
    assert answer["topPatchIds"] == [{"patchId": tag, "count": len(statuses)}]
    assert answer["timeframe"] == "24h"


def test_stats_of_nothing_keep_their_invariant(hq: Caller, tag: str) -> None:
    """API-03: no event; the two rates still add up to 100."""
    answer = stats(hq, tag)
    assert answer["totalEvents"] == 0
    assert answer["errorRate"] == 100 - answer["successRate"]
    assert answer["topPatchIds"] == []


def test_stats_keep_to_their_timeframe(hq: Caller, tag: str) -> None:
    """API-03 timeframe: three events of different age."""
    for ago in (timedelta(minutes=5), timedelta(hours=3), timedelta(days=3)):
        post_event(hq, tag, ago=ago)
    assert [stats(hq, tag, timeframe=t)["totalEvents"] for t in TIMEFRAMES] == [1, 2, 3, 3, 3]


@pytest.mark.parametrize(("group", "key"), [("hour", "hourly"), ("day", "daily")])
def test_stats_are_grouped_by_time(hq: Caller, tag: str, group: str, key: str) -> None:
    """API-03 groupBy."""
    post_events(hq, tag, "success", "failure")
    assert stats(hq, tag, groupBy=group)["breakdown"][key]


def test_stats_are_limited_to_event_types(hq: Caller, tag: str) -> None:
    """API-03 eventTypes: a list with commas."""
    post_events(hq, tag, "success", "failure", "success")
    assert stats(hq, tag, eventTypes="PATCH_APPLIED")["totalEvents"] == 2
    assert stats(hq, tag, eventTypes="PATCH_APPLIED,PATCH_REJECTED")["totalEvents"] == 3


def test_the_top_ten_are_no_more_than_ten(hq: Caller, tag: str) -> None:
    """API-03 topPatchIds: at most ten, the busiest first."""
    for number in range(11):
        post_event(hq, f"{tag}-{number}")
    top = hq.read("/api/analytics/stats")["topPatchIds"]
    counts = [entry["count"] for entry in top]
    assert len(top) == 10
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("metric", METRICS)
def test_trends_sum_up_their_points(hq: Caller, tag: str, metric: str) -> None:
    """API-04: summary against own arithmetic over the points, changes from point to point."""
    post_events(hq, tag, "success", "failure")
    answer = trends(hq, metric=metric, timeframe="24h", interval="1h")
    assert (answer["metric"], answer["timeframe"], answer["interval"]) == (metric, "24h", "1h")
    points = answer["dataPoints"]
    values = [point["value"] for point in points]
    assert 24 <= len(points) <= 25
    assert [point["timestamp"] for point in points] == sorted(point["timestamp"] for point in points)
    summary = answer["summary"]
    assert summary["total"] == pytest.approx(sum(values), abs=0.01)
    assert summary["average"] == pytest.approx(sum(values) / len(values), abs=0.01)
    assert summary["min"] == pytest.approx(min(values), abs=0.01)
    assert summary["max"] == pytest.approx(max(values), abs=0.01)
    assert summary["trend"] in {"increasing", "decreasing", "stable"}
    assert isinstance(summary["changePercent"], int | float)
    for earlier, later in pairwise(points):
        if later.get("change") is not None:
            assert later["change"] == pytest.approx(later["value"] - earlier["value"], abs=0.01)


def test_trends_count_every_new_event(hq: Caller, tag: str) -> None:
    """API-04 metric events: k more events are k more in the sum."""
    query = {"metric": "events", "timeframe": "24h", "interval": "1h"}
    before = trends(hq, **query)["summary"]["total"]
    post_events(hq, tag, "success", "failure", "success")
    assert trends(hq, **query)["summary"]["total"] == before + 3


def test_rates_of_a_point_stay_between_0_and_100(hq: Caller, tag: str) -> None:
    """API-04, API-03 invariant per point."""
    post_events(hq, tag, "success", "failure")
    for metric in ("success_rate", "error_rate"):
        assert all(0 <= point["value"] <= 100 for point in trends(hq, metric=metric)["dataPoints"])


@pytest.mark.parametrize(
    ("timeframe", "interval"), [("1h", "5m"), ("1h", "15m"), ("7d", "1d"), ("30d", "1d"), ("90d", "1d")]
)
def test_every_timeframe_is_served(hq: Caller, timeframe: str, interval: str) -> None:
    """API-04, UI-08: timeframes and intervals of the filters."""
    answer = trends(hq, metric="events", timeframe=timeframe, interval=interval)
    assert (answer["timeframe"], answer["interval"]) == (timeframe, interval)
    assert answer["dataPoints"]


@pytest.mark.parametrize("path", ["/api/analytics/trends", "/api/analytics/trends?metric=smoke"])
def test_trends_need_a_metric_they_know(hq: Caller, path: str) -> None:
    """API-04."""
    assert json_of(hq.get(path), 400)["error"]
