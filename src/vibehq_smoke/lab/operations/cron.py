"""Firing a scheduled handler by hand, as a local dev server lets one do (contract part 7)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.clock import Clock
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.openapi.describe import asks, gives, text
from vibehq_smoke.lab.storage.log import Log

# The two paths that tell the truth, and the one that always says that it ran.
HONEST_PATHS = ("/cdn-cgi/handler/scheduled", "/cdn-cgi/mf/scheduled")
BLIND_PATH = "/__scheduled"


class NoScheduledHandlerError(Exception):
    """The runtime finds no ``scheduled`` on the default export (D-20)."""


@dataclass(frozen=True)
class CronJobs:
    """What one process does on a schedule.

    component: name of the process. crons: its expressions, five fields, UTC. scheduled: its handler; it gets the
    expression that fired (empty when whoever fires gives none) and returns when the work is done; what it raises is
    the runtime's ``exception``.
    """

    component: str
    crons: tuple[str, ...]
    scheduled: Callable[[str], Awaitable[None]]
    faults: Faults
    log: Log

    async def fire(self, cron: str) -> bool:
        """Run the handler; whether it ended without an exception. An exception becomes a line in the log."""
        if self.faults.on("cron-not-firing"):
            return True
        Clock(self.component, self.faults).wear()
        try:
            await self._handler()(cron)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            self.log.write(self.component, "error", "Scheduled task failed", cron=cron, error=reason)
            return False
        return True

    def _handler(self) -> Callable[[str], Awaitable[None]]:
        if self.faults.on("D-20") and self.component == "orchestrator":
            raise NoScheduledHandlerError("Handler does not export a scheduled() function")
        return self.scheduled

    def routes(self) -> list[BaseRoute]:
        """Routes that fire the handler: ``?cron=<expression>``."""
        honest = [Route(path, self._answer, methods=["GET"]) for path in HONEST_PATHS]
        return [*honest, Route(BLIND_PATH, self._answer_blindly, methods=["GET"])]

    @gives("text/plain")
    @asks(text("cron"))
    async def _answer(self, request: Request) -> Response:
        """Fire the handler and say how it ended."""
        done = await self.fire(_cron(request))
        return PlainTextResponse("ok") if done else PlainTextResponse("exception", 500)

    @gives("text/plain")
    @asks(text("cron"))
    async def _answer_blindly(self, request: Request) -> Response:
        """Fire the handler and say that it was fired."""
        await self.fire(_cron(request))
        return PlainTextResponse("Ran scheduled event")


def _cron(request: Request) -> str:
    return request.query_params.get("cron", "")[:200]
