"""What the patch API tells of patch events (contract PAT-03, PAT-06 to PAT-08)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from .api_models import Camel, PatchEvent, TopPatch
from .distinct import distinct
from .fields import Count, Flag, Moment, Name, Number, Percent, RowId, Text

Counts = dict[str, Count]


class EventReceived(Camel):
    """``POST /api/patches/events`` for an event (PAT-03)."""

    status: Literal["ok"]
    message: Text
    event_id: RowId
    event_type: Name


class EventRefused(Camel):
    """``POST /api/patches/events`` for what is none (PAT-03)."""

    status: Literal["error"]
    message: Name
    errors: Any


class RecentEvents(Camel):
    """``GET /api/patches/events/recent`` (PAT-03)."""

    events: Annotated[list[PatchEvent], distinct("id")]
    count: Count


class LoggedEvent(PatchEvent):
    """An event as the log shows it (PAT-06)."""

    timestamp: Annotated[int, Field(strict=True)]
    is_success: Flag
    is_error: Flag


class LogPage(Camel):
    """Where a page of the log lies (PAT-06)."""

    total: Count
    limit: Count
    offset: Count
    has_more: Flag
    current_page: Count
    total_pages: Count


class LogFilters(Camel):
    """The filters that were understood."""

    applied: dict[str, Any]


class PatchLog(Camel):
    """``GET /api/patches/logs`` (PAT-06)."""

    events: Annotated[list[LoggedEvent], distinct("id")]
    pagination: LogPage
    filters: LogFilters


class EmptyLog(Camel):
    """The same, of events that there are not."""

    events: Annotated[list[Any], Field(max_length=0)]
    pagination: LogPage


class Timeline(Camel):
    """``GET /api/patches/logs/<patchId>`` (PAT-06)."""

    patch_id: Text
    total_events: Count
    duration: Number | None
    final_status: Name
    success_rate: Percent
    events_by_type: Counts
    timeline: list[Any]


class LogSummary(Camel):
    """``GET /api/patches/logs/summary`` (PAT-06)."""

    timeframe: Any
    total: Count
    success_rate: Percent
    event_types: Counts
    statuses: Counts
    generated_at: Moment


class StatsSummary(Camel):
    """All events between two dates in a few figures (PAT-07)."""

    total_events: Count
    successful_events: Count
    failed_events: Count
    success_rate: Percent
    avg_events_per_patch: Number
    unique_patches: Count
    date_range: Any


class StatsBreakdown(Camel):
    """The same events, counted by what they are (PAT-07)."""

    by_event_type: Counts
    by_status: Counts
    top_patches: Annotated[list[TopPatch], distinct("patch_id")]
    daily_stats: list[Any]


class PatchStats(Camel):
    """``GET /api/patches/stats`` (PAT-07)."""

    summary: StatsSummary
    breakdown: StatsBreakdown
    errors: Any
    metadata: dict[str, Any]


class TrendPoint(Camel):
    """A value at a time (PAT-08)."""

    timestamp: Moment
    value: Number


class TrendFigures(Camel):
    """What the points do (PAT-08)."""

    direction: Literal["increasing", "decreasing", "stable", "volatile"]
    slope: Number
    volatility: Number
    average: Number
    min: Number
    max: Number
    latest: Number
    change_percent: Number


class TrendMetadata(Camel):
    """How the trend was made (PAT-08)."""

    generated_at: Moment
    total_data_points: Count
    time_range: Any


class PatchTrend(Camel):
    """``GET /api/patches/trends`` (PAT-08)."""

    metric: Text
    timeframe: Text
    interval: Text
    data_points: list[TrendPoint]
    trend: TrendFigures
    comparison: Any
    filters: Any
    metadata: TrendMetadata
