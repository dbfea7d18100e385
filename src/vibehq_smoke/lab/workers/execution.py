"""Running a health check in the background: attempts, backoff, delivery of the result (contract part 4)."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from vibehq_smoke.lab.names import UUID_V4_PATTERN
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.serving.requests import Body
from vibehq_smoke.lab.workers.checks import Measurements
from vibehq_smoke.lab.workers.delivery import deliver
from vibehq_smoke.lab.workers.desk import Desk

BACKOFF_CAP = 10.0
LATE_SECONDS = 20.0


class Options(Body):
    """What to run, how long one attempt may take (ms), how many attempts follow a timed-out first one."""

    include_unit_tests: bool = True
    include_performance_tests: bool = True
    include_integration_tests: bool = True
    timeout_ms: Annotated[float, Field(gt=0, le=86_400_000)] = 30_000
    max_retries: Annotated[int, Field(ge=0, le=10)] = 2


class ExecuteRequest(Body):
    """Body of ``POST /health-check/execute``. Without `options` the defaults hold."""

    worker_check_uuid: Annotated[str, Field(pattern=UUID_V4_PATTERN)]
    callback_url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s]*$", max_length=2000)]
    options: Options | None = None


def backoff(attempt: int) -> float:
    """Seconds to wait after the attempt number `attempt` (from 0): 1, 2, 4 … at most 10."""
    return min(2.0**attempt, BACKOFF_CAP)


@dataclass(frozen=True)
class Execution:
    """One health check on one worker."""

    desk: Desk
    measurements: Measurements

    async def run(self, order: ExecuteRequest) -> None:
        """Measure, then deliver exactly one result to the callback."""
        if order.options is None and self.desk.on("D-33"):
            reason = "Health check failed: Cannot read properties of undefined (reading 'include_unit_tests')"
            await self._report(order, _verdict("critical", reason))
            return
        result = await self._measure(order, order.options or Options())
        if result is None:
            return
        # Against ERR-07: this worker takes a Logging entrypoint that fails for the end of its check.
        logged = result["orchestrator_connectivity"] or result["overall_status"] == "timeout"
        if self.desk.on("logging-failure-fatal") and not logged:
            self.desk.note("error", "health check died", worker_check_uuid=order.worker_check_uuid)
        else:
            await self._report(order, result)

    async def _measure(self, order: ExecuteRequest, options: Options) -> Json | None:
        attempts = 1 if self.desk.on("attempts-wrong") else options.max_retries + 1
        for attempt in range(attempts):
            try:
                return await self._attempt(order, options)
            except TimeoutError:
                if attempt + 1 < attempts:
                    await asyncio.sleep(backoff(attempt))
            except Exception as error:
                return _verdict("critical", f"Health check failed: {type(error).__name__}: {error}")
        tries = f"{attempts} attempt{'s' if attempts != 1 else ''}"
        return _verdict("timeout", f"Health check timed out: no result after {tries} of {options.timeout_ms:g} ms")

    async def _attempt(self, order: ExecuteRequest, options: Options) -> Json | None:
        """One attempt: its result, or None when it has reported by itself. Raises TimeoutError."""
        limit = None if self.desk.on("timeout-ignored") else options.timeout_ms / 1000
        if self.desk.on("D-33"):
            # As built nobody cancels an attempt that took too long, and each reports what it found.
            attempt = self.desk.background.start(self._check_and_report(order, options))
            await asyncio.wait_for(asyncio.shield(attempt), limit)
            return None
        # What times out is cancelled here, so it can never report afterwards.
        async with asyncio.timeout(limit):
            return await self._check(options)

    async def _check(self, options: Options) -> Json:
        return await self.measurements.check(
            unit=options.include_unit_tests,
            performance=options.include_performance_tests,
            integration=options.include_integration_tests,
        )

    async def _check_and_report(self, order: ExecuteRequest, options: Options) -> None:
        await self._report(order, await self._check(options))

    async def _report(self, order: ExecuteRequest, result: Json) -> None:
        if self.desk.on("execute-no-callback"):
            return
        if self.desk.on("callback-late"):
            self.desk.note("warn", "result held back", worker_check_uuid=order.worker_check_uuid)
            await asyncio.sleep(LATE_SECONDS)
        body = {"worker_check_uuid": order.worker_check_uuid, "results": result}
        for _ in range(2 if self.desk.on("execute-double-callback") else 1):
            await deliver(self.desk, order.callback_url, body)


def _verdict(status: str, message: str) -> Json:
    return {
        "overall_status": status, "health_score": 0.0, "orchestrator_connectivity": False,
        "external_api_connectivity": False, "database_connectivity": False, "error_message": message,
        "warnings": [message],
    }  # fmt: skip
