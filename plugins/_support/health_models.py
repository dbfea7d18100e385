"""What the health API, the health protocol and ``HealthOps`` answer (contract 2.0, 2.2, part 4).

Strict about what the contract demands, open to further fields. Where the platform's documents contradict each other,
the first path is the one the contract settles on and the others are dialects (rule R9).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import model_validator

from vibehq_smoke.platform.dialects import Dialect, Paths

from .distinct import distinct
from .fields import (
    Amount,
    Count,
    Flag,
    Moment,
    Name,
    Number,
    RowState,
    RunState,
    Score,
    Text,
    Uuid,
    UuidV4,
    Verdict,
)

_PARTS = frozenset({"ok", "error", "result", "history", "workers", "pagination"})


class Envelope(Dialect):
    """Envelope E1: what holds ``ok`` or one of the known parts must say ``ok: true``; bare answers are dialects."""

    @model_validator(mode="before")
    @classmethod
    def _says_ok(cls, body: Any) -> Any:
        if isinstance(body, Mapping) and body.keys() & _PARTS and body.get("ok") is not True:
            raise ValueError("`ok` must be true")
        return body


class RunAccepted(Envelope):
    """``POST /api/health/checks`` (HLT-01, Q2)."""

    health_check_uuid: Annotated[UuidV4, Paths("result.health_check_uuid", "health_check_uuid", "check_uuid")]
    status: Annotated[Literal["running"], Paths("result.status", "status")]
    total_workers: Annotated[Count, Paths("result.total_workers", "total_workers")]
    message: Annotated[Text, Paths("result.message", "message")]


class WorkerRow(Dialect):
    """A row of ``worker_health_checks``, as far as the contract names it."""

    worker_check_uuid: Uuid
    health_check_uuid: Uuid
    worker_name: Name
    worker_type: Text
    status: RowState
    overall_status: Verdict | None
    health_score: Score | None = None
    error_message: Text | None = None
    completed_at: Moment | None = None


class RunFigures(Dialect):
    """What every reader of a run wants of it, whatever of its workers."""

    health_check_uuid: Uuid
    status: RunState
    total_workers: Count
    completed_workers: Count
    passed_workers: Count
    failed_workers: Count
    overall_health_score: Score | None
    ai_analysis: Text | None = None


class RunStatus(RunFigures):
    """A run and its workers."""

    ai_recommendations: Text | None = None
    worker_results: Annotated[list[WorkerRow], distinct("worker_check_uuid")]
    trigger_type: Text | None = None
    trigger_source: Text | None = None


class RunReply(Envelope):
    """``GET /api/health/checks/:uuid`` (HLT-03)."""

    run: Annotated[RunStatus, Paths("result", "$")]


class RunRow(Dialect):
    """A row of ``health_checks``, as far as the contract names it."""

    health_check_uuid: Uuid
    trigger_type: Literal["on_demand", "cron", "package"]
    trigger_source: Text | None
    status: RunState
    total_workers: Count
    completed_workers: Count
    passed_workers: Count
    failed_workers: Count
    overall_health_score: Score | None
    started_at: Moment | None
    completed_at: Moment | None
    created_at: Moment


class Pagination(Dialect):
    """Where a page lies in the whole list."""

    page: Count
    limit: Count
    total: Count
    total_pages: Count


class RunList(Envelope):
    """``GET /api/health/checks`` (HLT-02, Q1)."""

    runs: Annotated[
        list[RunRow],
        distinct("health_check_uuid"),
        Paths("history.health_checks", "result.health_checks", "health_checks", "$"),
    ]
    pagination: Pagination | None = None
    total_count: Annotated[Count | None, Paths("history.total_count")] = None


class KnownWorker(Dialect):
    """A worker that runs can target."""

    name: Name
    type: Text
    url: Text | None = None
    binding: Text | None = None


class WorkerList(Envelope):
    """``GET /api/health/workers`` (HLT-04, Q4)."""

    workers: Annotated[list[KnownWorker], Paths("workers", "result.workers", "$")]
    count: Count | None = None


class LatestWorker(Dialect):
    """The newest report of a worker (HLT-05)."""

    worker_check_uuid: Uuid
    worker_name: Name
    status: RowState | None = None
    overall_status: Verdict | None = None
    health_score: Score | None = None
    metrics: dict[str, Any] | None = None
    report: dict[str, Any] | None = None
    completed_at: Moment | None = None


class LatestReply(Envelope):
    """``GET /api/health/workers/:name/latest`` (HLT-05)."""

    latest: Annotated[LatestWorker, Paths("result", "$")]


class Refusal(Dialect):
    """How the health API says no (envelope E1)."""

    ok: Literal[False]
    error: Name


class UnknownWorker(Refusal):
    """How the health API says that a worker never reported (HLT-05)."""

    worker: Name


class Recorded(Dialect):
    """``POST /health-check/result`` (HLT-09)."""

    ok: Literal[True]
    message: Text


class Acknowledged(Dialect):
    """``POST <worker>/health-check/execute`` (HLT-06)."""

    success: Literal[True]
    message: Text
    worker_check_uuid: Uuid


class WorkerState(Dialect):
    """``GET <worker>/health-check/status`` (HLT-07)."""

    worker_name: Name
    worker_type: Name
    status: Literal["healthy"]
    timestamp: Moment
    uptime_seconds: Amount
    orchestrator_available: Flag


class QuickCheck(Dialect):
    """``GET <worker>/health-check/quick`` (HLT-08)."""

    worker_name: Name
    worker_type: Name
    status: Literal["healthy", "degraded"]
    response_time_ms: Amount
    orchestrator_connectivity: Flag
    timestamp: Moment


class TestResult(Dialect):
    """One test that a worker ran."""

    name: Name
    status: Literal["passed", "failed", "skipped"]
    duration_ms: Amount
    error: Text | None = None


class WorkerResult(Dialect):
    """What a worker reports."""

    overall_status: Verdict
    health_score: Score
    uptime_seconds: Amount | None = None
    memory_usage_mb: Amount | None = None
    cpu_usage_percent: Amount | None = None
    response_time_ms: Amount | None = None
    orchestrator_connectivity: Flag
    external_api_connectivity: Flag
    database_connectivity: Flag
    unit_test_results: list[TestResult] | None = None
    performance_test_results: list[TestResult] | None = None
    integration_test_results: list[TestResult] | None = None
    error_message: Text | None = None
    warnings: list[Text] | None = None


class WorkerReport(Dialect):
    """The body of a worker's callback (contract part 4)."""

    worker_check_uuid: Uuid
    results: WorkerResult


class Summary(Dialect):
    """The latest summary of a day's tests (HLT-13)."""

    date: Text
    overall_status: Literal["healthy", "degraded", "critical"]
    total_tests: Count
    passed_tests: Count
    failed_tests: Count
    skipped_tests: Count
    average_latency: Number | None = None


class Profile(Dialect):
    """A test profile (HLT-12)."""

    name: Name
    category: Literal["unit", "integration", "performance", "security", "ai"]
