"""``HealthOps``: test profiles, results, AI usage, summaries by RPC (contract HLT-12, HLT-13)."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.health.ai_log import AiLog
from vibehq_smoke.lab.health.test_store import TestStore
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.storage.databases import Row


@dataclass(frozen=True)
class HealthOps:
    """Answers ``handleRequest({<operation>: {…}})`` with one key per operation asked for."""

    lab: Lab

    def handle(self, request: Json) -> Json:
        """All operations of one request.

        Raises Refusal 500 under fault, ValueError for an unknown operation or wrong options, DatabaseDownError.
        """
        if self.lab.faults.on("health-ops-throws"):
            raise Refusal(500, e4("HealthOps failed"))
        store, usage = TestStore(self.lab.databases.health), AiLog(self.lab.databases.health)
        operations = {
            "getTestProfiles": ("testProfiles", self._profiles),
            "getTestResults": ("testResults", self._results),
            "getAiUsageStats": ("aiUsageStats", lambda options: usage.usage(_number(options, "days", 7, 365))),
            "getLatestHealthSummary": ("healthSummary", self._summary),
            "logAiUsage": ("aiLog", usage.add),
            "createTestResult": ("testResult", store.add),
            "saveHealthSummary": ("healthSummary", lambda options: _read(store.summarise(_day(options)))),
            "getHealthTrends": ("healthTrends", lambda options: store.trends(_number(options, "days", 7, 30))),
            "getProfileMetrics": ("profileMetrics", lambda options: store.profile_metrics(_days(options))),
            "deleteOldTestResults": ("deleted", lambda options: store.clean(_days(options))),
        }
        if not request or any(name not in operations for name in request):
            raise ValueError("unknown operation")
        answer: Json = {"success": True}
        for name, options in request.items():
            key, method = operations[name]
            answer[key] = method(options or {})
        return answer

    def _profiles(self, options: Json) -> list[Row]:
        if self.lab.faults.on("health-ops-no-profiles"):
            return []
        only = 1 if options.get("enabledOnly") else 0
        return self.lab.databases.health.rows("SELECT * FROM test_profiles WHERE enabled >= ? ORDER BY id", (only,))

    def _results(self, options: Json) -> list[Row]:
        return self.lab.databases.health.rows(
            "SELECT r.*, p.name AS profile_name, p.category FROM test_results r"
            " JOIN test_profiles p ON p.id = r.test_profile_id"
            " WHERE (?1 IS NULL OR r.status = ?1) AND (?2 IS NULL OR r.run_id = ?2) ORDER BY r.id DESC LIMIT ?3",
            (_text(options, "status"), _text(options, "runId"), _number(options, "limit", 50, 100)),
        )

    def _summary(self, _options: Json) -> Row | None:
        if self.lab.faults.on("summary-missing"):
            return None
        row = self.lab.databases.health.row("SELECT * FROM health_summaries ORDER BY date DESC LIMIT 1")
        if row is None:
            return None
        row = _read(row)
        if self.lab.faults.on("summary-inconsistent"):
            row["passed_tests"] = row["total_tests"] + 1
        return row


def _read(row: Row) -> Row:
    """A summary with its lists as lists."""
    return row | {name: json.loads(row[name]) for name in ("issues", "recommendations")}


def _number(options: Json, name: str, default: int, high: int) -> int:
    return max(1, min(high, int(options.get(name, default))))


def _text(options: Json, name: str) -> str | None:
    value = options.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _days(options: Json) -> int:
    return _number(options, "days", 30, 3650)


def _day(options: Json) -> date:
    named = options.get("date")
    return datetime.now(UTC).date() if named is None else date.fromisoformat(named)
