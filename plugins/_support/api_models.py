"""What the health summary, analytics, patches, scans and delivery reports answer (contract 2.0, 2.3).

Strict about what the contract demands, open to further fields; dialects (rule R9) as in ``_health_models``.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from vibehq_smoke.platform.dialects import Dialect, Paths

from .distinct import distinct
from .fields import Count, Flag, Moment, Name, Number, Percent, RowId, Score, Text
from .health_models import RunStatus


class Camel(Dialect):
    """Base of replies whose keys are written ``likeThis``."""

    model_config = ConfigDict(alias_generator=to_camel)


class HealthSummary(Camel):
    """The figures of ``GET /api/health`` (API-01)."""

    total_checks: Count
    last_completed_at: Moment | None
    last_status: Text | None
    last_health_score: Score | None


class HealthOverview(Dialect):
    """``GET /api/health`` (API-01, Q3)."""

    ok: Literal[True]
    summary: HealthSummary
    latest: RunStatus | None


class PatchEvent(Camel):
    """One thing that happened to a patch (contract 2.0)."""

    id: RowId
    patch_id: Text
    event_type: Name
    status: Name
    created_at: Moment
    metadata: dict[str, Any] | None = None


class EventLog(Camel):
    """``GET /api/analytics/logs`` (API-02)."""

    events: Annotated[list[PatchEvent], distinct("id")]
    total: Count
    limit: Count
    offset: Count
    query: dict[str, Any]


class Breakdown(Camel):
    """Counts of events by type, by status, and over time."""

    event_type: dict[str, Count]
    status: dict[str, Count]


class TopPatch(Camel):
    """A patch and how many events it has."""

    patch_id: Text
    count: Count


class Statistics(Camel):
    """``GET /api/analytics/stats`` (API-03)."""

    timeframe: Text
    total_events: Count
    success_rate: Percent
    error_rate: Percent
    avg_duration: Number
    breakdown: Breakdown
    top_patch_ids: Annotated[list[TopPatch], distinct("patch_id")]
    query: dict[str, Any]


class DataPoint(Camel):
    """A value at a time."""

    timestamp: Moment
    value: Number
    change: Number | None = None
    change_percent: Number | None = None


class TrendSummary(Camel):
    """The points of a trend in a few figures."""

    total: Number
    average: Number
    min: Number
    max: Number
    trend: Literal["increasing", "decreasing", "stable"]
    change_percent: Number


class Trend(Camel):
    """``GET /api/analytics/trends`` (API-04)."""

    metric: Text
    timeframe: Text
    interval: Text
    data_points: list[DataPoint]
    summary: TrendSummary
    query: dict[str, Any]


class PlainRefusal(Camel):
    """How the bare APIs say no (envelopes E3 and E4)."""

    error: Name


class PatchApplied(Camel):
    """``POST /api/patches/apply`` for a valid batch (API-05)."""

    success: Literal[True]
    applied_operations: Count
    failed_operations: Count
    errors: list[Any]
    events: Annotated[list[PatchEvent], distinct()]


class PatchRefused(Camel):
    """``POST /api/patches/apply`` for an invalid batch (API-05)."""

    success: Literal[False]
    errors: list[Any]


class ScanFindings(Camel):
    """What a scan found (contract 2.0)."""

    scope: Literal["full", "incremental"]
    processed_logs: Count
    issues_filed: Count
    completed_at: Moment


class ScanResult(Camel):
    """``POST /api/ops/scan`` (API-06)."""

    scan_id: Name
    type: Literal["full", "incremental"]
    status: Literal["completed", "failed"]
    processed_logs: Count
    issues_filed: Count
    completed_at: Moment
    findings: ScanFindings
    message: Text


class DeliveryReport(Camel):
    """What was delivered where (API-07)."""

    id: Count
    patch_id: Text
    destination: Text
    status: Name
    attempts: Count
    created_at: Moment
    last_attempt_at: Moment | None
    error: Text | None
    metadata: dict[str, Any] | None


class DeliveryReply(Camel):
    """One delivery report."""

    data: DeliveryReport


class DeliveryPage(Camel):
    """Where a page of delivery reports lies in the whole list."""

    total: Count
    limit: Count
    offset: Count
    has_more: Flag


class DeliveryList(Camel):
    """``GET /api/delivery-reports`` (API-07)."""

    data: Annotated[list[DeliveryReport], distinct("id")]
    pagination: DeliveryPage


class InvalidPayload(PlainRefusal):
    """How delivery reports refuse a body (API-07)."""

    details: Any


class Unauthenticated(Dialect):
    """How a route says that it wants a session: envelope E4 or E2 (contract 3.1)."""

    reason: Annotated[Any, Paths("error", "message")]


class CsrfRefusal(Dialect):
    """How a write without the CSRF pair is refused (contract 3.2)."""

    message: Annotated[Name, Paths("error.message")]
