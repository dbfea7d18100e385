"""What a worker measures about itself when asked for a health check (contract part 4, "Built-in tests")."""

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from vibehq_smoke.lab.clock import now_iso, parse_iso
from vibehq_smoke.lab.health.score import status_of, weighted_score
from vibehq_smoke.lab.serving.replies import Json

if sys.platform != "win32":
    import resource

MODEL_LATENCY = 0.25
PROBE_TIMEOUT = 2.0
Test = tuple[str, Callable[[], Awaitable[None]]]


@dataclass(frozen=True)
class Measurements:
    """Probes and tests of one worker. `call` makes an RPC call to the orchestrator (binding, method, arguments)."""

    name: str
    type: str
    base_url: str
    client: httpx.AsyncClient
    call: Callable[[str, str, list[object]], Awaitable[object]]
    started: float

    @property
    def uptime(self) -> float:
        """Seconds since this worker started."""
        return round(time.monotonic() - self.started, 3)

    async def orchestrator_reachable(self) -> bool:
        """Whether the orchestrator's public status answers as JSON."""
        try:
            reply = await self.client.get(f"{self.base_url}/api/status", timeout=PROBE_TIMEOUT)
            return reply.status_code == 200 and bool(reply.json()["success"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return False

    async def database_reachable(self) -> bool:
        """Whether the orchestrator can read tasks for this worker (RPC ``Tasks.getTasksForOrder``)."""
        try:
            await self.call("ORCHESTRATOR_TASKS", "getTasksForOrder", ["health-check"])
        except (httpx.HTTPError, ValueError):
            return False
        return True

    async def ask_model(self) -> bool:
        """One prompt to the model. The lab has a stand-in that takes as long as a small model would."""
        await asyncio.sleep(MODEL_LATENCY)
        return True

    async def check(self, *, unit: bool, performance: bool, integration: bool) -> Json:
        """A full health check: the ``WorkerResult`` to report (contract 2.0)."""
        began = time.perf_counter()
        links = await asyncio.gather(self.orchestrator_reachable(), self.ask_model(), self.database_reachable())
        ran = {
            "unit": await run_tests(self._unit_tests()) if unit else None,
            "performance": await run_tests(self._performance_tests()) if performance else None,
            "integration": await run_tests(self._integration_tests()) if integration else None,
        }
        fractions = {part: None if tests is None else _passed(tests) for part, tests in ran.items()}
        score = weighted_score(
            sum(links) / len(links), fractions["unit"], fractions["performance"], fractions["integration"]
        )
        failures = [test for tests in ran.values() for test in tests or [] if test["status"] == "failed"]
        critical = not links[0] or any("critical" in test["name"].lower() for test in failures)
        result: Json = {
            "overall_status": "critical" if critical else status_of(score),
            "health_score": score,
            "uptime_seconds": self.uptime,
            "memory_usage_mb": _memory_mb(),
            "cpu_usage_percent": 0.0,
            "response_time_ms": _milliseconds_since(began),
            "orchestrator_connectivity": links[0],
            "external_api_connectivity": links[1],
            "database_connectivity": links[2],
            "warnings": [f"{test['name']} failed: {test.get('error', '')}" for test in failures],
            "raw_results": {"worker_name": self.name, "worker_type": self.type, "checked_at": now_iso()},
        }
        return result | {f"{part}_test_results": tests for part, tests in ran.items() if tests is not None}

    def _unit_tests(self) -> list[Test]:
        return [
            ("Environment Variables", self._environment),
            ("JSON Serialization", _json_survives),
            ("Crypto Functions", _digest_is_right),
            ("Date/Time Functions", _dates_survive),
        ]

    def _performance_tests(self) -> list[Test]:
        return [("Response Time Baseline", self._response_time), ("Memory Allocation", _allocate)]

    def _integration_tests(self) -> list[Test]:
        return [("Orchestrator Logging Integration", self._log_line), ("AI Integration", self._model_answers)]

    async def _environment(self) -> None:
        _require(
            bool(self.name and self.type and self.base_url), "WORKER_NAME, WORKER_TYPE or orchestrator URL missing"
        )

    async def _response_time(self) -> None:
        began = time.perf_counter()
        for _ in range(5):
            _require(await self.orchestrator_reachable(), "the orchestrator does not answer")
        _require(time.perf_counter() - began < 5, "five status calls took more than 5 s")

    async def _log_line(self) -> None:
        entry = {"source": self.name, "operation": "integration_test", "level": "debug", "details": {"ok": True}}
        await self.call("ORCHESTRATOR_LOGGING", "log", [entry])

    async def _model_answers(self) -> None:
        _require(await self.ask_model(), "the model did not answer")


async def run_tests(tests: list[Test]) -> list[Json]:
    """Run each test; its ``TestResult``. A test fails by raising."""
    results: list[Json] = []
    for name, test in tests:
        began = time.perf_counter()
        try:
            await test()
        except (httpx.HTTPError, ValueError) as error:
            outcome: Json = {"status": "failed", "error": str(error)}
        else:
            outcome = {"status": "passed"}
        results.append({"name": name, "duration_ms": _milliseconds_since(began)} | outcome)
    return results


def _passed(tests: list[Json]) -> float:
    return len([test for test in tests if test["status"] == "passed"]) / len(tests)


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise ValueError(otherwise)


def _milliseconds_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)


def _memory_mb() -> float:
    """Peak memory of this process; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    peak: float = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return round(peak / unit, 1)


async def _json_survives() -> None:
    value = {"text": 'ü\n"', "numbers": [1, 2.5, -3], "nothing": None, "nested": {"yes": True}}
    _require(json.loads(json.dumps(value)) == value, "JSON changed on the way")


async def _digest_is_right() -> None:
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    _require(hashlib.sha256(b"abc").hexdigest() == known, "SHA-256 of 'abc' is wrong")


async def _dates_survive() -> None:
    _require(parse_iso("2025-01-02T03:04:05.678Z") < datetime.now().astimezone(), "dates do not compare")


async def _allocate() -> None:
    block = bytearray(4 * 1024 * 1024)
    block[-1] = 1
    _require(len(block) == 4 * 1024 * 1024, "4 MiB could not be allocated")
