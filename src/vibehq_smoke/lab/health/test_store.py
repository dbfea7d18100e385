"""Test profiles' results, their figures and daily summaries in DB_HEALTH (contract 5.4, HLT-12, HLT-13)."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.serving.requests import Body
from vibehq_smoke.lab.storage.databases import Database, Row

MAX_DEGRADED = 3
KEEP_DAYS = 30


class NewResult(Body):
    """Arguments of ``createTestResult``: duration in ms, ISO-8601 times, metrics as name -> number."""

    model_config = ConfigDict(alias_generator=to_camel, defer_build=True)

    test_profile_id: int
    run_id: Annotated[str, Field(min_length=1, max_length=200)]
    status: Literal["pending", "running", "passed", "failed", "skipped"]
    duration_ms: Annotated[int, Field(ge=0)] | None = None
    error_message: Annotated[str, Field(max_length=2000)] | None = None
    metrics: dict[str, float] | None = None
    output: Annotated[str, Field(max_length=20_000)] | None = None
    environment: Annotated[str, Field(max_length=100)] | None = None
    triggered_by: Literal["cron", "manual", "webhook"]
    started_at: Annotated[str, Field(max_length=40)]
    completed_at: Annotated[str, Field(max_length=40)] | None = None


@dataclass(frozen=True)
class TestStore:
    """Writing and adding up test results. All methods raise DatabaseDownError when the database is down."""

    __test__ = False  # pytest would take the name for a test class

    base: Database

    def add(self, options: dict[str, Any]) -> Row:
        """Store one result; ``{id}``. Raises ValueError when it is none, or of an unknown profile."""
        new = NewResult.model_validate(options)
        if self.base.row("SELECT 1 FROM test_profiles WHERE id = ?", (new.test_profile_id,)) is None:
            raise ValueError("unknown test profile")
        row: Row = {
            "test_profile_id": new.test_profile_id, "run_id": new.run_id, "status": new.status,
            "duration_ms": new.duration_ms, "error_message": new.error_message, "output": new.output,
            "metrics": None if new.metrics is None else json.dumps(new.metrics), "environment": new.environment,
            "triggered_by": new.triggered_by, "started_at": new.started_at, "completed_at": new.completed_at,
        }  # fmt: skip
        return {"id": self.base.insert("test_results", row)}

    def summarise(self, day: date) -> Row:
        """Compute the summary of `day` (UTC) from its results and store it: one row per date."""
        with self.base.transaction():
            counted = self._counted(day)
            row = {"date": day.isoformat(), "overall_status": _overall(counted), **counted, **self._words(day)}
            columns = ", ".join(row)
            updates = ", ".join(f"{name} = excluded.{name}" for name in row if name != "date")
            self.base.run(
                # All names are this package's own.
                f"INSERT INTO health_summaries ({columns}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608
                f" ON CONFLICT (date) DO UPDATE SET {updates}, created_at = CURRENT_TIMESTAMP",
                tuple(row.values()),
            )
        return row

    def trends(self, days: int) -> list[Row]:
        """Per date of the last `days` days, oldest first: counts, pass rate in percent, mean duration in ms."""
        return self.base.rows(
            "SELECT date(started_at) AS date, count(*) AS total, sum(status = 'passed') AS passed,"
            " sum(status = 'failed') AS failed, sum(status = 'skipped') AS skipped,"
            " round(100.0 * sum(status = 'passed') / count(*), 2) AS passRate,"
            " round(avg(duration_ms), 2) AS averageLatency"
            " FROM test_results WHERE started_at >= ? GROUP BY 1 ORDER BY 1",
            (now_iso(-timedelta(days=days)),),
        )

    def profile_metrics(self, days: int) -> list[Row]:
        """Per profile that ran in the last `days` days: runs, passes, failures in a row, durations in ms."""
        return self.base.rows(
            "SELECT p.name, p.category, count(*) AS runs, sum(r.status = 'passed') AS passed,"
            " sum(r.status = 'failed') AS failed, round(avg(r.duration_ms), 2) AS averageMs,"
            " min(r.duration_ms) AS fastestMs, max(r.duration_ms) AS slowestMs,"
            " (SELECT count(*) FROM test_results l WHERE l.test_profile_id = p.id AND l.status = 'failed'"
            "  AND l.id > coalesce((SELECT max(o.id) FROM test_results o"
            "   WHERE o.test_profile_id = p.id AND o.status != 'failed'), 0)) AS failedInARow"
            " FROM test_results r JOIN test_profiles p ON p.id = r.test_profile_id"
            " WHERE r.started_at >= ? GROUP BY p.id ORDER BY p.id",
            (now_iso(-timedelta(days=days)),),
        )

    def clean(self, days: int) -> Row:
        """Delete results and AI logs older than `days` days; how many. Raises ValueError below 30 days."""
        if days < KEEP_DAYS:
            raise ValueError(f"results of the last {KEEP_DAYS} days are kept")
        before = now_iso(-timedelta(days=days))
        with self.base.transaction():
            logs = self.base.run(
                "DELETE FROM ai_logs WHERE created_at < ?1 OR test_result_id IN"
                " (SELECT id FROM test_results WHERE started_at < ?1)",
                (before,),
            ).rowcount
            results = self.base.run("DELETE FROM test_results WHERE started_at < ?", (before,)).rowcount
        return {"testResults": results, "aiLogs": logs}

    def _counted(self, day: date) -> Row:
        counted = self.base.row(
            "SELECT count(*) AS total_tests, coalesce(sum(status = 'passed'), 0) AS passed_tests,"
            " coalesce(sum(status = 'failed'), 0) AS failed_tests,"
            " coalesce(sum(status = 'skipped'), 0) AS skipped_tests,"
            " coalesce(avg(duration_ms), 0) AS average_latency FROM test_results WHERE date(started_at) = ?",
            (day.isoformat(),),
        )
        usage = self.base.row(
            "SELECT coalesce(sum(cost), 0) AS total_cost, count(*) AS ai_usage_count FROM ai_logs"
            " WHERE date(created_at) = ?",
            (day.isoformat(),),
        )
        return (counted or {}) | (usage or {})

    def _words(self, day: date) -> Row:
        wrong = self.base.rows(
            "SELECT p.name, p.target, r.error_message FROM test_results r JOIN test_profiles p"
            " ON p.id = r.test_profile_id WHERE r.status = 'failed' AND date(r.started_at) = ?"
            " GROUP BY p.id ORDER BY p.id",
            (day.isoformat(),),
        )
        issues = [f"{row['name']}: {row['error_message'] or 'failed'}" for row in wrong]
        advice = [f"Look at {target} first" for target in dict.fromkeys(row["target"] for row in wrong)]
        return {"issues": json.dumps(issues), "recommendations": json.dumps(advice)}


def _overall(counted: Row) -> str:
    failed = counted["failed_tests"]
    return "healthy" if failed == 0 else "degraded" if failed <= MAX_DEGRADED else "critical"
