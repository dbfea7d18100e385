"""``HealthOps``: test profiles, results, AI usage, summaries by RPC (contract HLT-12, HLT-13)."""

import json
from dataclasses import dataclass
from datetime import timedelta

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.storage.databases import Row


@dataclass(frozen=True)
class HealthOps:
    """Answers ``handleRequest({<operation>: {…}})`` with one key per operation asked for."""

    lab: Lab

    def handle(self, request: Json) -> Json:
        """All operations of one request.

        Raises Refusal 500 under fault, ValueError for an unknown operation, DatabaseDownError.
        """
        if self.lab.faults.on("health-ops-throws"):
            raise Refusal(500, e4("HealthOps failed"))
        operations = {
            "getTestProfiles": ("testProfiles", self._profiles),
            "getTestResults": ("testResults", self._results),
            "getAiUsageStats": ("aiUsageStats", self._ai_usage),
            "getLatestHealthSummary": ("healthSummary", self._summary),
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
        limit = max(1, min(100, int(options.get("limit", 50))))
        return self.lab.databases.health.rows("SELECT * FROM test_results ORDER BY id DESC LIMIT ?", (limit,))

    def _ai_usage(self, options: Json) -> list[Row]:
        since = now_iso(-timedelta(days=max(1, min(365, int(options.get("days", 7))))))
        return self.lab.databases.health.rows(
            "SELECT date(created_at) AS date, provider, model, count(*) AS usage_count,"
            " sum(tokens_used) AS tokens_used, sum(cost) AS total_cost, avg(latency_ms) AS average_latency,"
            " avg(success) * 100 AS success_rate"
            " FROM ai_logs WHERE created_at >= ? GROUP BY 1, 2, 3 ORDER BY 1",
            (since,),
        )

    def _summary(self, _options: Json) -> Row | None:
        if self.lab.faults.on("summary-missing"):
            return None
        row = self.lab.databases.health.row("SELECT * FROM health_summaries ORDER BY date DESC LIMIT 1")
        if row is None:
            return None
        row |= {name: json.loads(row[name]) for name in ("issues", "recommendations")}
        if self.lab.faults.on("summary-inconsistent"):
            row["passed_tests"] = row["total_tests"] + 1
        return row
