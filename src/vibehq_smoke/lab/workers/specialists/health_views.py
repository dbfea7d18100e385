"""What health-specialist answers, from HealthOps (contract HLT-12, HLT-13)."""

from dataclasses import dataclass
from typing import Any

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.workers.desk import Desk, RpcError

SLOW_FACTOR = 3
RECENT = 20


@dataclass(frozen=True)
class HealthViews:
    """Views of DB_HEALTH. All methods raise RpcError or httpx.HTTPError when HealthOps cannot be asked."""

    desk: Desk

    async def ask(self, operation: str, key: str, options: Json | None = None) -> Any:
        """What HealthOps answers under `key` to one `operation`."""
        return (await self.ask_all({operation: options or {}}))[key]

    async def ask_all(self, request: Json) -> Json:
        """The answer of HealthOps to several operations at once."""
        answer = await self.desk.call("ORCHESTRATOR_HEALTH", "handleRequest", [request])
        if not isinstance(answer, dict) or not answer.get("success"):
            raise RpcError("HealthOps did not succeed")
        return answer

    async def status(self) -> Json:
        """The newest summary in the shape of HLT-13, or that there is none."""
        return status_of_summary(await self.ask("getLatestHealthSummary", "healthSummary"))

    async def results(self, limit: int, status: str | None = None, run_id: str | None = None) -> Json:
        """The newest `limit` results."""
        options = {"limit": limit, "status": status, "runId": run_id}
        found = await self.ask("getTestResults", "testResults", options)
        return {"results": found, "count": len(found), "limit": limit, "timestamp": now_iso()}

    async def dashboard(self) -> Json:
        """Summary, profiles with their figures of the last 30 days, newest results, AI usage of the last 7 days."""
        answer = await self.ask_all(
            {
                "getLatestHealthSummary": {}, "getTestProfiles": {}, "getProfileMetrics": {"days": 30},
                "getTestResults": {"limit": RECENT}, "getAiUsageStats": {"days": 7}, "getHealthTrends": {"days": 7},
            }
        )  # fmt: skip
        figures = {row["name"]: row for row in answer["profileMetrics"]}
        profiles = [
            {"name": row["name"], "category": row["category"], "target": row["target"], "enabled": bool(row["enabled"])}
            | {"metrics": figures.get(row["name"])}
            for row in answer["testProfiles"]
        ]
        return {
            "summary": status_of_summary(answer["healthSummary"]),
            "profiles": profiles,
            "recentResults": answer["testResults"],
            "trends": answer["healthTrends"],
            "aiUsage": answer["aiUsageStats"],
            "timestamp": now_iso(),
        }

    async def trends(self, days: int) -> Json:
        """One entry per date that has results."""
        return {"days": days, "trends": await self.ask("getHealthTrends", "healthTrends", {"days": days})}

    async def metrics(self, days: int) -> Json:
        """Figures per profile, and over all."""
        found = await self.ask("getProfileMetrics", "profileMetrics", {"days": days})
        runs = sum(row["runs"] for row in found)
        passed = sum(row["passed"] for row in found)
        rate = round(100 * passed / runs, 2) if runs else None
        return {"days": days, "profiles": found, "totals": {"runs": runs, "passed": passed, "passRate": rate}}

    async def insights(self, days: int) -> Json:
        """AI usage as logged. The insights are rules over the figures: no model is asked, and `source` says so."""
        answer = await self.ask_all({"getAiUsageStats": {"days": days}, "getProfileMetrics": {"days": days}})
        usage = answer["aiUsageStats"]
        totals = {
            "usageCount": sum(row["usage_count"] for row in usage),
            "tokensUsed": sum(row["tokens_used"] for row in usage),
            "totalCost": sum(row["total_cost"] for row in usage),
        }
        insights = [text for row in answer["profileMetrics"] for text in _rules(row)]
        return {"days": days, "usage": usage, "totals": totals, "insights": insights, "source": "rules"}


def status_of_summary(summary: Json | None) -> Json:
    """A row of ``health_summaries`` in the shape of HLT-13; ``unknown`` when there is none."""
    if summary is None:
        return {"status": "unknown", "message": "No health summary yet", "timestamp": now_iso()}
    return {
        "status": summary["overall_status"],
        "date": summary["date"],
        "tests": {name: summary[f"{name}_tests"] for name in ("total", "passed", "failed", "skipped")},
        "performance": {"averageLatency": summary["average_latency"]},
        "ai": {"totalCost": summary["total_cost"], "usageCount": summary["ai_usage_count"]},
        "issues": summary["issues"],
        "recommendations": summary["recommendations"],
        "timestamp": now_iso(),
    }


def _rules(row: Json) -> list[str]:
    said = []
    if row["failedInARow"]:
        said.append(f"{row['name']} failed {row['failedInARow']} time(s) in a row")
    if row["slowestMs"] and row["averageMs"] and row["runs"] > 2 and row["slowestMs"] > SLOW_FACTOR * row["averageMs"]:
        said.append(f"{row['name']} once took {row['slowestMs']} ms, {row['averageMs']} ms on average")
    return said
