"""Running test profiles: five at a time, a row for each, a summary for the day (contract part 7, 5.4)."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.workers.desk import Desk, RpcError
from vibehq_smoke.lab.workers.platform_runs import Job, Outcome, run_jobs
from vibehq_smoke.lab.workers.specialists.health_views import HealthViews
from vibehq_smoke.lab.workers.visit import Account

# kind of frame, channel, data
Tell = Callable[[str, str, Json], None]


@dataclass(frozen=True)
class ProfileRuns:
    """Runs of profiles; `tell` broadcasts on ``/ws/health``."""

    desk: Desk
    views: HealthViews
    account: Account
    tell: Tell

    @classmethod
    def of(cls, desk: Desk, tell: Tell) -> "ProfileRuns":
        """Runs with an account of their own."""
        return cls(desk, HealthViews(desk), Account.of(desk.target.name), tell)

    async def chosen(self, names: frozenset[str] | None, category: str | None = None) -> list[Json]:
        """The enabled profiles with one of `names` and in `category`; None means any. Raises as HealthViews."""
        profiles = await self.views.ask("getTestProfiles", "testProfiles", {"enabledOnly": True})
        return [
            profile
            for profile in profiles
            if (names is None or profile["name"] in names) and category in (None, profile["category"])
        ]

    async def nightly(self, cron: str) -> None:
        """All enabled profiles, then the day's summary. Raises what went wrong, after telling of it."""
        run_id = str(uuid.uuid4())
        self.tell("cron_started", "cron", {"runId": run_id, "cron": cron})
        try:
            summary = await self.run(run_id, await self.chosen(None), "cron")
        except (httpx.HTTPError, RpcError) as error:
            reason = f"{type(error).__name__}: {error}"
            self.desk.note("error", "nightly run failed", run_id=run_id, error=reason)
            self.tell("cron_failed", "cron", {"runId": run_id, "cron": cron, "error": reason})
            raise
        self.tell("cron_completed", "cron", {"runId": run_id, "cron": cron, "summary": summary})

    async def manual(self, run_id: str, profiles: list[Json]) -> None:
        """A run that somebody asked for; what goes wrong is told on the socket and in the log."""
        try:
            await self.run(run_id, profiles, "manual")
        except (httpx.HTTPError, RpcError) as error:
            reason = f"{type(error).__name__}: {error}"
            self.desk.note("error", "test profiles failed", run_id=run_id, error=reason)
            self.tell("run_status", "runs", {"runId": run_id, "status": "failed", "error": reason})

    async def run(self, run_id: str, profiles: list[Json], triggered_by: str) -> Json:
        """Run `profiles`, store a result for each, summarise today; the summary. Raises as HealthViews."""
        began = {"runId": run_id, "status": "running", "total": len(profiles), "triggeredBy": triggered_by}
        self.tell("run_status", "runs", began)
        self.desk.note("info", "test profiles started", run_id=run_id, total=len(profiles))

        async def keep(outcome: Outcome) -> None:
            await self._store(run_id, outcome, triggered_by)

        outcomes = await run_jobs(self.desk, self.account, [_job(profile) for profile in profiles], keep)
        summary: Json = await self.views.ask("saveHealthSummary", "healthSummary", {"date": now_iso()[:10]})
        counts = {name: sum(found.status == name for found in outcomes) for name in ("passed", "failed", "skipped")}
        ended = {"runId": run_id, "status": "completed", "total": len(outcomes), **counts}
        self.desk.note("info", "test profiles ended", run_id=run_id, **counts)
        self.tell("run_status", "runs", ended)
        self.tell("health_update", "health", summary)
        return summary

    async def _store(self, run_id: str, outcome: Outcome, triggered_by: str) -> None:
        result = {
            "testProfileId": outcome.job.profile, "runId": run_id, "status": outcome.status,
            "durationMs": outcome.duration_ms, "errorMessage": outcome.error, "metrics": outcome.metrics,
            "output": json.dumps({"test": outcome.job.name}), "environment": "local", "triggeredBy": triggered_by,
            "startedAt": outcome.started_at, "completedAt": outcome.completed_at,
        }  # fmt: skip
        stored = await self.views.ask("createTestResult", "testResult", result)
        for usage in outcome.asked:
            await self.views.ask("logAiUsage", "aiLog", usage | {"testResultId": stored["id"]})
        named = {"runId": run_id, "profile": outcome.job.name, "status": outcome.status, "error": outcome.error}
        self.tell("test_result", "tests", named | {"id": stored["id"], "durationMs": outcome.duration_ms})
        self.tell("test_completed", "tests", named)


def _job(profile: Json) -> Job:
    return Job(profile["name"], float(profile["timeout_seconds"]), max(1, profile["retry_attempts"]), profile["id"])
