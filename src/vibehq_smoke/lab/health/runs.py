"""The life of a run on the orchestrator: dispatch, results, completion, time-out (contract part 4)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from vibehq_smoke.lab.context import Lab, WorkerTarget
from vibehq_smoke.lab.health.dispatch import dispatch
from vibehq_smoke.lab.health.results import WorkerResult, columns_of
from vibehq_smoke.lab.health.score import Counters
from vibehq_smoke.lab.health.store import OPEN, RunStore
from vibehq_smoke.lab.serving.replies import Json, Refusal, e1
from vibehq_smoke.lab.storage.databases import DatabaseDownError, Row
from vibehq_smoke.lab.storage.oplog import write_operation

SWEEP_SECONDS = 1.0


@dataclass(frozen=True)
class Parts:
    """Which kinds of tests a run asks its workers for."""

    unit: bool = True
    performance: bool = True
    integration: bool = True


@dataclass(frozen=True)
class HealthRuns:
    """Starts runs, takes results in, closes runs."""

    lab: Lab
    store: RunStore

    def start(
        self,
        trigger_type: str,
        trigger_source: str | None,
        timeout_minutes: float,
        parts: Parts,
        targets: Sequence[WorkerTarget],
    ) -> str:
        """Store the run, log and announce it, dispatch to its workers in the background. Returns its uuid."""
        run_id, rows = self.store.create(trigger_type, trigger_source, timedelta(minutes=timeout_minutes), targets)
        self.announce(run_id, trigger_type, trigger_source, len(targets))
        for row in rows:
            self.lab.background.start(self._dispatch(row, timeout_minutes, parts))
        if not rows:
            self.reconsider(run_id)
        return run_id

    def announce(self, run_id: str, trigger_type: str, trigger_source: str | None, workers: int) -> None:
        """Log that a run over so many workers begins, and broadcast it."""
        details = {"health_check_uuid": run_id, "trigger_type": trigger_type, "total_workers": workers}
        write_operation(self.lab.databases.ops, "orchestrator", "initiate_health_check", "info", details)
        announcement = {"health_check_uuid": run_id, "trigger_type": trigger_type, "trigger_source": trigger_source}
        self.lab.hub_health.broadcast("health-check-start", announcement)

    def accept(self, worker_check_uuid: str, result: WorkerResult) -> None:
        """Store a worker's result. Raises Refusal 404 for an unknown uuid, 409 when a verdict is already there."""
        row = self.store.worker_row(worker_check_uuid)
        if row is None:
            if self.lab.faults.on("result-accepts-unknown"):
                return
            raise Refusal(404, e1("Unknown worker_check_uuid"))
        if self.lab.faults.on("result-not-stored"):
            return
        # D-33: as built the last result wins, also over the verdict of a time-out.
        again = self.lab.faults.on("result-overwrites") or self.lab.faults.on("D-33")
        if not self.store.finish_worker(worker_check_uuid, columns_of(result), again=again):
            raise Refusal(409, e1("Result rejected", "this worker check is already finished"))
        self._announce(worker_check_uuid)
        self.reconsider(row["health_check_uuid"])

    def reconsider(self, run_id: str) -> None:
        """Recompute the run from its rows, and complete it once no worker is missing."""
        counters = self._counters(run_id)
        self.store.update_counters(run_id, counters)
        self.lab.hub_health.broadcast("health-check-status", self.store.status(run_id))
        if self._all_reported(run_id, counters):
            self._close(run_id, "completed")

    async def sweep(self) -> None:
        """For ever: close runs that are past their `timeout_at` (contract part 4, "run-level timeout")."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                # D-29: as built `timeout_at` is stored and nobody looks at it.
                for run in () if self.lab.faults.on("D-29") else self.store.overdue():
                    self._time_out(run)
            except DatabaseDownError:
                continue

    def _time_out(self, run: Row) -> None:
        run_id = run["health_check_uuid"]
        for row in self.store.worker_rows(run_id):
            if row["status"] in OPEN:
                error = f"Run timed out at {run['timeout_at']} before the worker reported"
                columns = {
                    "status": "timeout",
                    "overall_status": "timeout",
                    "health_score": 0.0,
                    "error_message": error,
                }
                self.store.finish_worker(row["worker_check_uuid"], columns)
                self._announce(row["worker_check_uuid"])
        self.store.update_counters(run_id, self._counters(run_id))
        self._close(run_id, "timeout")

    def _counters(self, run_id: str) -> Counters:
        counters = self.store.counters(run_id)
        if self.lab.faults.on("run-score-wrong"):
            return replace(counters, score=counters.score + (0.25 if counters.score <= 0.5 else -0.25))
        return counters

    def _all_reported(self, run_id: str, counters: Counters) -> bool:
        if self.lab.faults.on("run-never-completes"):
            return False
        run = self.store.run(run_id)
        expected = counters.total if run is None else run["total_workers"]
        if self.lab.faults.on("D-29"):
            # As built only a result counts, and a dead worker never sends one.
            return sum(row["raw_results"] is not None for row in self.store.worker_rows(run_id)) >= expected
        return bool(counters.completed >= expected)

    def _close(self, run_id: str, status: str) -> None:
        counters = self._counters(run_id)
        # No model is bound to the lab's orchestrator, so the text is the fallback: the numbers in words.
        analysis = f"{counters.passed} of {counters.total} workers passed, mean score {counters.score:.2f}."
        advice = "Look at the failed workers first." if counters.failed else "Nothing to do."
        if self.lab.faults.on("D-11"):
            return  # as built the run is finished in DB_OPS, where it is not
        if self.store.finish_run(run_id, status, analysis, advice):
            view = self.store.status(run_id)
            self.lab.hub_health.broadcast("health-check-complete", {"health_check_uuid": run_id, "status": view})
            details = {"health_check_uuid": run_id, "status": status, "score": counters.score}
            write_operation(self.lab.databases.ops, "orchestrator", "complete_health_check", "info", details)

    async def _dispatch(self, row: Row, timeout_minutes: float, parts: Parts) -> None:
        uuid = row["worker_check_uuid"]
        if not self.lab.faults.on("worker-stays-pending"):
            self.store.start_worker(uuid)
        options: Json = {
            "include_unit_tests": parts.unit,
            "include_performance_tests": parts.performance,
            "include_integration_tests": parts.integration,
            "timeout_ms": round(timeout_minutes * 60_000),
            "max_retries": 2,
        }
        problem = await dispatch(self.lab, row, options)
        if problem is not None:
            self._dispatch_failed(row, problem)

    def _dispatch_failed(self, row: Row, problem: str) -> None:
        columns = {
            "status": "failed", "overall_status": "critical", "health_score": 0.0, "orchestrator_connectivity": False,
            "error_message": f"Connection failed: {problem}",
        }  # fmt: skip
        if self.store.finish_worker(row["worker_check_uuid"], columns):
            self._announce(row["worker_check_uuid"])
            if not self.lab.faults.on("D-29"):
                self.reconsider(row["health_check_uuid"])
            details = {"worker_name": row["worker_name"], "worker_check_uuid": row["worker_check_uuid"]}
            details |= {"error": problem}
            write_operation(self.lab.databases.ops, "orchestrator", "dispatch_health_check", "error", details)

    def _announce(self, worker_check_uuid: str) -> None:
        row = self.store.worker_row(worker_check_uuid)
        if row is not None:
            names = ("worker_name", "worker_check_uuid", "status", "overall_status", "health_score", "error_message")
            self.lab.hub_health.broadcast("worker-result", {name: row[name] for name in names})
