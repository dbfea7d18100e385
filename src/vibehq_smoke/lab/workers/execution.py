"""Running a health check in the background: attempts, backoff, delivery of the result (contract part 4)."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

import httpx
from pydantic import Field

from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.names import UUID_V4
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.serving.requests import Body
from vibehq_smoke.lab.storage.log import Log
from vibehq_smoke.lab.workers.checks import Measurements

BACKOFF_CAP = 10.0
DELIVERY_GAPS = (1.0, 2.0)
DELIVERY_TIMEOUT = 10.0


class Options(Body):
    """What to run, how long one attempt may take (ms), how many attempts follow a timed-out first one."""

    include_unit_tests: bool = True
    include_performance_tests: bool = True
    include_integration_tests: bool = True
    timeout_ms: Annotated[float, Field(gt=0, le=86_400_000)] = 30_000
    max_retries: Annotated[int, Field(ge=0, le=10)] = 2


class ExecuteRequest(Body):
    """Body of ``POST /health-check/execute``."""

    worker_check_uuid: Annotated[str, Field(pattern=f"(?i)^{UUID_V4.pattern}$")]
    callback_url: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s]*$", max_length=2000)]
    options: Options = Options()


def backoff(attempt: int) -> float:
    """Seconds to wait after the attempt number `attempt` (from 0): 1, 2, 4 … at most 10."""
    return min(2.0**attempt, BACKOFF_CAP)


@dataclass(frozen=True)
class Execution:
    """One health check on one worker."""

    measurements: Measurements
    client: httpx.AsyncClient
    faults: Faults
    log: Log
    service_headers: dict[str, str]
    orchestrator_url: str

    async def run(self, order: ExecuteRequest) -> None:
        """Measure, then deliver exactly one result to the callback."""
        result = await self._measure(order.options)
        if self.faults.on("execute-no-callback"):
            return
        await self.deliver(order, result)
        if self.faults.on("execute-double-callback"):
            await self.deliver(order, result)

    async def _measure(self, options: Options) -> Json:
        attempts = options.max_retries + 1
        for attempt in range(attempts):
            try:
                # A timed-out attempt is cancelled here, so it can never report afterwards (D-33).
                async with asyncio.timeout(options.timeout_ms / 1000):
                    return await self.measurements.check(
                        unit=options.include_unit_tests,
                        performance=options.include_performance_tests,
                        integration=options.include_integration_tests,
                    )
            except TimeoutError:
                if attempt + 1 < attempts:
                    await asyncio.sleep(backoff(attempt))
            except Exception as error:
                return _verdict("critical", f"Health check failed: {type(error).__name__}: {error}")
        tries = f"{attempts} attempt{'s' if attempts != 1 else ''}"
        return _verdict("timeout", f"Health check timed out: no result after {tries} of {options.timeout_ms:g} ms")

    async def deliver(self, order: ExecuteRequest, result: Json) -> bool:
        """POST the result, up to three times, 1 s and 2 s apart, until a 2xx. Whether it was taken."""
        body = {"worker_check_uuid": order.worker_check_uuid, "results": result}
        # The credential is for the orchestrator alone: a callback may lead anywhere.
        ours = order.callback_url.startswith(f"{self.orchestrator_url}/")
        headers = self.service_headers if ours else {}
        for gap in (*DELIVERY_GAPS, None):
            try:
                reply = await self.client.post(order.callback_url, json=body, headers=headers, timeout=DELIVERY_TIMEOUT)
                if reply.is_success:
                    return True
                problem = f"status {reply.status_code}"
            except httpx.HTTPError as error:
                problem = f"{type(error).__name__}: {error}"
            self.log.write(self.measurements.name, "warn", "result not delivered", problem=problem)
            if gap is not None:
                await asyncio.sleep(gap)
        return False


def _verdict(status: str, message: str) -> Json:
    return {
        "overall_status": status, "health_score": 0.0, "orchestrator_connectivity": False,
        "external_api_connectivity": False, "database_connectivity": False, "error_message": message,
        "warnings": [message],
    }  # fmt: skip
