"""What a worker reports (contract 2.0 ``WorkerResult``) and how it becomes columns of its row."""

from typing import Annotated, Any, Literal

from pydantic import Field

from vibehq_smoke.lab.names import UUID_PATTERN
from vibehq_smoke.lab.serving.requests import Body
from vibehq_smoke.lab.storage.databases import Row

Measure = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Part = Literal["unit", "performance", "integration"]
PARTS: tuple[Part, ...] = ("unit", "performance", "integration")


class TestResult(Body):
    """One test that a worker ran."""

    __test__ = False  # pytest would take the name for a test class

    name: str
    status: Literal["passed", "failed", "skipped"]
    duration_ms: Measure
    error: str | None = None
    details: Any = None


class WorkerResult(Body):
    """A worker's report: score 0..1, memory in MB, CPU in percent, times in ms (uptime in s)."""

    overall_status: Literal["healthy", "degraded", "unhealthy", "critical", "timeout"]
    health_score: Annotated[float, Field(ge=0, le=1)]
    uptime_seconds: Measure | None = None
    memory_usage_mb: Measure | None = None
    cpu_usage_percent: Measure | None = None
    response_time_ms: Measure | None = None
    orchestrator_connectivity: bool
    external_api_connectivity: bool
    database_connectivity: bool
    unit_test_results: list[TestResult] | None = None
    performance_test_results: list[TestResult] | None = None
    integration_test_results: list[TestResult] | None = None
    error_message: str | None = None
    warnings: list[str] | None = None
    raw_results: Any = None


class ResultPost(Body):
    """Body of ``POST /health-check/result``."""

    worker_check_uuid: Annotated[str, Field(pattern=UUID_PATTERN)]
    results: WorkerResult


def columns_of(result: WorkerResult) -> Row:
    """The columns that close a worker row: as ``timeout`` for a report of a time-out, else as ``completed``."""
    report = result.model_dump(mode="json", exclude_none=True)
    columns: Row = {
        name: report.get(name)
        for name in (
            "overall_status", "health_score", "uptime_seconds", "memory_usage_mb", "cpu_usage_percent",
            "response_time_ms", "orchestrator_connectivity", "external_api_connectivity", "database_connectivity",
            "unit_test_results", "performance_test_results", "integration_test_results", "error_message", "warnings",
        )
    }  # fmt: skip
    for part in PARTS:
        tests: list[TestResult] = getattr(result, f"{part}_test_results") or []
        columns[f"{part}_tests_total"] = len(tests)
        columns[f"{part}_tests_passed"] = sum(test.status == "passed" for test in tests)
        columns[f"{part}_tests_failed"] = sum(test.status == "failed" for test in tests)
    columns["status"] = "timeout" if result.overall_status == "timeout" else "completed"
    columns["raw_results"] = report
    columns["ai_worker_analysis"] = f"{result.overall_status}, score {result.health_score:.2f}"
    return columns
