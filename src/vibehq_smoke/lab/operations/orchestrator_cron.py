"""What the orchestrator does on a schedule: scans of the operation log, and the daily health run (contract part 7)."""

import time
from dataclasses import dataclass

from vibehq_smoke.lab.context import Lab, WorkerTarget
from vibehq_smoke.lab.health.runs import HealthRuns, Parts
from vibehq_smoke.lab.operations.cron import CronJobs
from vibehq_smoke.lab.operations.scanner import OpsScanner
from vibehq_smoke.lab.serving.replies import Json

DAILY, FOUR_HOURLY = "0 2 * * *", "0 */4 * * *"
SCOPES = {DAILY: "full", FOUR_HOURLY: "incremental"}


@dataclass(frozen=True)
class OrchestratorCron:
    """The scheduled handler of the orchestrator."""

    lab: Lab
    scanner: OpsScanner
    runs: HealthRuns

    def jobs(self) -> CronJobs:
        """The handler with its expressions."""
        return CronJobs("orchestrator", tuple(SCOPES), self.scheduled, self.lab.faults, self.lab.log)

    async def scheduled(self, cron: str) -> None:
        """AUT-01..04: scan with the scope of the expression, start the health runs that are scheduled for it.

        An unknown expression is a warning and nothing else. Raises DatabaseDownError.
        """
        began = time.perf_counter()
        scope = self._scope(cron)
        silent = self.lab.faults.on("cron-no-log")
        scan: Json = {}
        if scope is None:
            self.lab.log.write("cron", "warn", "Unknown cron expression", cron=cron)
        else:
            scan = await self.scanner.scan(scope, logged=not silent)
            self._start_health_runs(cron)
        if not silent:
            self.lab.log.write(
                "cron", "info", "Scheduled task completed successfully", cron=cron, scanId=scan.get("scanId"),
                totalDuration=round((time.perf_counter() - began) * 1000, 3),
                processedLogs=scan.get("processedLogs", 0), issuesFiled=scan.get("issuesFiled", 0),
            )  # fmt: skip

    def _scope(self, cron: str) -> str | None:
        scope = SCOPES.get(cron)
        if scope is None:
            return "incremental" if self.lab.faults.on("cron-runs-unknown") else None
        if self.lab.faults.on("cron-wrong-scope"):
            return "incremental" if scope == "full" else "full"
        return scope

    def _start_health_runs(self, cron: str) -> None:
        """AUT-03: one run for each enabled row of ``health_check_schedules`` with this expression."""
        if self.lab.faults.on("D-21"):
            return
        rows = self.lab.databases.health.rows(
            "SELECT * FROM health_check_schedules WHERE enabled = 1 AND cron_expression = ? ORDER BY id", (cron,)
        )
        for row in rows:
            parts = Parts(
                bool(row["include_unit_tests"]), bool(row["include_performance_tests"]),
                bool(row["include_integration_tests"]),
            )  # fmt: skip
            self.runs.start("cron", row["name"], row["timeout_minutes"], parts, self._targets(row["worker_filters"]))

    def _targets(self, filters: str | None) -> tuple[WorkerTarget, ...]:
        wanted = {name.strip() for name in (filters or "").split(",") if name.strip()}
        return tuple(worker for worker in self.lab.workers if not wanted or worker.name in wanted)
