"""The shapes the contract gives (2.0 shared schemas, 2.2-2.9 items): strict about types and vocabularies.

Keys the contract does not name are let through; a value out of its vocabulary is not.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter


def _is_time(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def _is_uuid4(text: str) -> str:
    if UUID(text).version != 4:
        raise ValueError("not a version 4 uuid")
    return text


Time = Annotated[str, AfterValidator(_is_time)]
"""ISO 8601 or SQLite's ``YYYY-MM-DD HH:MM:SS`` (2.0)."""
Uuid4 = Annotated[str, AfterValidator(_is_uuid4)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(ge=0, le=100)]
Amount = Annotated[float, Field(ge=0)]
Flag = Literal[0, 1] | bool | None
Verdict = Literal["healthy", "degraded", "unhealthy", "critical", "timeout"]
RunState = Literal["running", "completed", "failed", "timeout"]
RowState = Literal["pending", "running", "completed", "failed", "timeout", "passed"]
EventStatus = Literal["success", "failure", "error", "in_progress", "applied"]


class Shape(BaseModel):
    """Strict types, further keys allowed."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class RunAccepted(Shape):
    """HLT-01, ``result``."""

    health_check_uuid: Uuid4
    status: Literal["running"]
    total_workers: Count
    message: str


class WorkerRow(Shape):
    """A row of ``worker_health_checks`` as RunStatus shows it."""

    worker_check_uuid: Uuid4
    health_check_uuid: Uuid4
    worker_name: str
    worker_type: str
    status: RowState
    overall_status: Verdict | None
    health_score: Share | None
    error_message: str | None = None
    started_at: Time | None = None
    completed_at: Time | None = None
    orchestrator_connectivity: Flag = None
    external_api_connectivity: Flag = None
    database_connectivity: Flag = None


class RunStatus(Shape):
    """HLT-03, ``result``."""

    health_check_uuid: Uuid4
    status: RunState
    total_workers: Count
    completed_workers: Count
    passed_workers: Count
    failed_workers: Count
    overall_health_score: Share
    ai_analysis: str | None = None
    ai_recommendations: str | None = None
    worker_results: list[WorkerRow]

    def row(self, worker: str) -> WorkerRow:
        """The row of a worker."""
        return next(row for row in self.worker_results if row.worker_name == worker)


class RunRow(Shape):
    """A row of ``health_checks`` (5.4)."""

    health_check_uuid: str
    trigger_type: Literal["on_demand", "cron", "package"]
    trigger_source: str | None
    status: RunState
    total_workers: Count
    completed_workers: Count
    passed_workers: Count
    failed_workers: Count
    overall_health_score: Share | None
    started_at: Time | None
    completed_at: Time | None
    timeout_at: Time | None
    created_at: Time


class TestResult(Shape):
    """One built-in test of a worker."""

    __test__ = False
    name: str
    status: Literal["passed", "failed", "skipped"]
    duration_ms: Amount


class WorkerResult(Shape):
    """What a worker posts back."""

    overall_status: Verdict
    health_score: Share
    uptime_seconds: Amount | None = None
    memory_usage_mb: Amount | None = None
    cpu_usage_percent: Amount | None = None
    response_time_ms: Amount | None = None
    orchestrator_connectivity: bool
    external_api_connectivity: bool
    database_connectivity: bool
    unit_test_results: list[TestResult] | None = None
    performance_test_results: list[TestResult] | None = None
    integration_test_results: list[TestResult] | None = None
    error_message: str | None = None
    warnings: list[str] | None = None


class CallbackBody(Shape):
    """The body of a callback (section 4)."""

    worker_check_uuid: str
    results: WorkerResult


class LatestWorker(Shape):
    """HLT-05, ``result``."""

    worker_check_uuid: str
    worker_name: str
    status: RowState
    overall_status: Verdict | None
    health_score: Share | None
    metrics: dict[str, Any]
    report: dict[str, Any]
    raw_results: dict[str, Any] | None
    completed_at: Time | None


class Acknowledged(Shape):
    """HLT-06: the answer to execute."""

    success: Literal[True]
    message: str
    worker_check_uuid: str


class StatusAnswer(Shape):
    """HLT-07."""

    worker_name: str
    worker_type: str
    status: Literal["healthy"]
    timestamp: Time
    uptime_seconds: Amount
    orchestrator_available: bool


class QuickAnswer(Shape):
    """HLT-08."""

    worker_name: str
    worker_type: str
    status: Literal["healthy", "degraded"]
    response_time_ms: Amount
    orchestrator_connectivity: bool
    timestamp: Time


class PatchEvent(Shape):
    """A patch event as every list shows it."""

    id: str | int
    patchId: str  # noqa: N815 - the platform's field name
    eventType: str  # noqa: N815 - the platform's field name
    status: EventStatus
    createdAt: Time  # noqa: N815 - the platform's field name
    metadata: dict[str, Any] | None = None


class Findings(Shape):
    """What a scan found."""

    scope: Literal["full", "incremental"]
    processedLogs: Count  # noqa: N815 - the platform's field name
    issuesFiled: Count  # noqa: N815 - the platform's field name
    completedAt: Time  # noqa: N815 - the platform's field name


class ScanResult(Shape):
    """AUT-05."""

    scanId: Annotated[str, Field(pattern=r"^scan-\d+$")]  # noqa: N815 - the platform's field name
    type: Literal["full", "incremental"]
    status: Literal["completed", "failed"]
    processedLogs: Count  # noqa: N815 - the platform's field name
    issuesFiled: Count  # noqa: N815 - the platform's field name
    completedAt: Time  # noqa: N815 - the platform's field name
    findings: Findings
    message: str


class DeliveryReport(Shape):
    """API-07, ``data``."""

    id: int
    patchId: str  # noqa: N815 - the platform's field name
    destination: str
    status: str
    attempts: Count
    createdAt: Time  # noqa: N815 - the platform's field name
    lastAttemptAt: Time | None  # noqa: N815 - the platform's field name
    error: str | None
    metadata: dict[str, Any] | None


S = TypeVar("S", bound=BaseModel)


def listed(shape: type[S], values: object) -> list[S]:
    """Every element of a list in the shape."""
    return TypeAdapter(list[shape]).validate_python(values)  # type: ignore[valid-type] # a type held in a variable
