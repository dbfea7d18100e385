"""What a worker measures about itself when asked for a health check (contract part 4, "Built-in tests")."""

import asyncio
import time
from dataclasses import dataclass

import httpx

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.health.score import status_of, weighted_score
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.workers.desk import Desk, RpcError
from vibehq_smoke.lab.workers.self_tests import (
    Test,
    memory_mb,
    milliseconds_since,
    passed_fraction,
    require,
    run_tests,
    unit_tests,
)

MODEL_LATENCY = 0.25
PROBE_TIMEOUT = 5.0


@dataclass(frozen=True)
class Measurements:
    """Probes and tests of the worker whose desk it is."""

    desk: Desk

    async def orchestrator_reachable(self) -> bool:
        """Whether the orchestrator takes a log line from this worker (part 4: "Logging down" means unreachable)."""
        return await self.desk.logged("health_check", {"worker_name": self.desk.target.name}, PROBE_TIMEOUT)

    async def binding_answers(self) -> bool:
        """Whether the binding to the orchestrator answers a call that needs no database (INF-02)."""
        return await self._answers("ORCHESTRATOR_HEALTH_CHECK", "getConfiguredWorkers", [])

    async def database_reachable(self) -> bool:
        """Whether the orchestrator can read tasks for this worker (WRK-06: RPC ``Tasks.getTasksForOrder``)."""
        found = await self._answers("ORCHESTRATOR_TASKS", "getTasksForOrder", ["health-check"])
        return found and not self.desk.on("database-probe-fails")

    async def ask_model(self) -> bool:
        """One prompt to the model. The lab has a stand-in that takes as long as a small model would."""
        await asyncio.sleep(MODEL_LATENCY)
        return not self.desk.on("ai-binding-down")

    async def check(self, *, unit: bool, performance: bool, integration: bool) -> Json:
        """A full health check: the ``WorkerResult`` to report (contract 2.0)."""
        began = time.perf_counter()
        links, *ran = await asyncio.gather(
            self._links(),
            run_tests(unit_tests(self.desk.target.name, self.desk.target.type, self.desk.lab.base_url) if unit else []),
            run_tests(self._performance_tests() if performance else []),
            run_tests(self._integration_tests() if integration else []),
        )
        tests = dict(zip(("unit", "performance", "integration"), ran, strict=True))
        fractions = {part: passed_fraction(found) for part, found in tests.items()}
        score = weighted_score(
            sum(links) / len(links), fractions["unit"], fractions["performance"], fractions["integration"]
        )
        failures = [test for found in ran for test in found if test["status"] == "failed"]
        critical = not links[0] or any("critical" in test["name"].lower() for test in failures)
        result: Json = {
            "overall_status": "critical" if critical else status_of(score),
            "health_score": score,
            "uptime_seconds": self.desk.uptime,
            "memory_usage_mb": memory_mb(),
            "cpu_usage_percent": 0.0,
            "response_time_ms": milliseconds_since(began),
            "orchestrator_connectivity": links[0],
            "external_api_connectivity": links[1],
            "database_connectivity": links[2],
            "warnings": [f"{test['name']} failed: {test.get('error', '')}" for test in failures],
            "raw_results": {
                "worker_name": self.desk.target.name, "worker_type": self.desk.target.type, "checked_at": now_iso(),
            },
        }  # fmt: skip
        return result | {f"{part}_test_results": found for part, found in tests.items() if found}

    async def _links(self) -> tuple[bool, bool, bool]:
        """Whether orchestrator, model and database can be reached, as far as a switch does not cut a whole type off."""
        reached = await asyncio.gather(self.orchestrator_reachable(), self.ask_model(), self.database_reachable())
        orchestrator, model, database = reached
        kind = self.desk.target.type
        cut_off = kind == "specialist" and self.desk.on("specialists-critical")
        mute = kind == "factory" and self.desk.on("factories-degraded")
        return orchestrator and not cut_off, model and not mute, database

    async def _answers(self, binding: str, method: str, args: list[object]) -> bool:
        try:
            await self.desk.call(binding, method, args, PROBE_TIMEOUT)
        except (httpx.HTTPError, RpcError):
            return False
        return True

    def _performance_tests(self) -> list[Test]:
        return [("Response Time Baseline", self._response_time), ("Memory Allocation", _allocate)]

    def _integration_tests(self) -> list[Test]:
        return [("Orchestrator Logging Integration", self._log_line), ("AI Integration", self._model_answers)]

    async def _response_time(self) -> None:
        began = time.perf_counter()
        for _ in range(5):
            reply = await self.desk.lab.client.get(f"{self.desk.lab.base_url}/api/status", timeout=PROBE_TIMEOUT)
            require(reply.is_success, f"the orchestrator's status answers {reply.status_code}")
        require(time.perf_counter() - began < 5, "five status calls took more than 5 s")

    async def _log_line(self) -> None:
        entry = {
            "source": self.desk.target.name, "operation": "integration_test", "level": "debug", "details": {"ok": True},
        }  # fmt: skip
        await self.desk.call("ORCHESTRATOR_LOGGING", "log", [entry])

    async def _model_answers(self) -> None:
        require(await self.ask_model(), "the model did not answer")


async def _allocate() -> None:
    block = bytearray(4 * 1024 * 1024)
    block[-1] = 1
    require(len(block) == 4 * 1024 * 1024, "4 MiB could not be allocated")
