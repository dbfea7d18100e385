"""What every worker has at hand for its work: its own name, the lab, calls to the orchestrator, the log."""

import time
from dataclasses import dataclass, field

import httpx

from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.context import Lab, WorkerTarget

RPC_TIMEOUT = 5.0


class RpcError(ValueError):
    """The orchestrator refused an RPC call."""


@dataclass(frozen=True)
class Desk:
    """One worker's view of the platform."""

    lab: Lab
    target: WorkerTarget
    background: Background
    started: float = field(default_factory=time.monotonic)

    @property
    def uptime(self) -> float:
        """Seconds since this worker started."""
        return round(time.monotonic() - self.started, 3)

    def on(self, fault: str) -> bool:
        """Whether the switch `fault` is on."""
        return self.lab.faults.on(fault)

    def note(self, level: str, message: str, **fields: object) -> None:
        """Add a line to the lab's structured log under this worker's name; `fields` must hold no secret."""
        self.lab.log.write(self.target.name, level, message, **fields)

    async def call(self, binding: str, method: str, args: list[object], timeout: float = RPC_TIMEOUT) -> object:  # noqa: ASYNC109 - handed on to httpx
        """An RPC call to the orchestrator (contract 1.5), answered within `timeout` seconds.

        Raises RpcError when it is refused, httpx.HTTPError when it cannot be made.
        """
        reply = await self.lab.client.post(
            f"{self.lab.base_url}/__rpc",
            json={"binding": binding, "method": method, "args": args},
            headers=self.lab.service_headers,
            timeout=timeout,
        )
        if reply.status_code != 200:
            raise RpcError(f"{binding}.{method} answered {reply.status_code}")
        try:
            result: object = reply.json()["result"]
        except (ValueError, KeyError, TypeError) as error:
            raise RpcError(f"{binding}.{method} did not answer with a result") from error
        return result

    async def logged(self, operation: str, details: object, timeout: float = RPC_TIMEOUT) -> bool:  # noqa: ASYNC109 - handed on
        """Leave a debug line in ``operation_logs`` through the Logging entrypoint; whether it went through (INF-08).

        A line that cannot be left is no reason to fail (ERR-07), so nothing is raised.
        """
        entry = {"source": self.target.name, "operation": operation, "level": "debug", "details": details}
        try:
            await self.call("ORCHESTRATOR_LOGGING", "log", [entry], timeout)
        except (httpx.HTTPError, RpcError) as error:
            self.note("warn", "log line not delivered", operation=operation, error=f"{type(error).__name__}: {error}")
            return False
        return True
