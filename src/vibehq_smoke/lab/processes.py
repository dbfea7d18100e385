"""The processes of the platform: components that can die, and come back without what they were working on."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.clock import Clock
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.serving.identity import Identity
from vibehq_smoke.lab.serving.ports import Port
from vibehq_smoke.lab.workers.roster import ROSTER

StandingWork = Callable[[], tuple[Coroutine[Any, Any, None], ...]]


def dead(faults: Faults, name: str) -> bool:
    """Whether the component of this name has no process: by its own fault, or because it cannot be built."""
    if name == "orchestrator":
        return faults.on("orchestrator-down") or faults.on("D-01")
    factory = any(post.name == name and post.type == "factory" for post in ROSTER)
    return faults.on(f"{name}-down") or (factory and faults.on("D-07"))


def no_work() -> tuple[Coroutine[Any, Any, None], ...]:
    """Nothing to do while nobody asks."""
    return ()


@dataclass(frozen=True)
class Process:
    """A component with its port, what answers there, and what it does in the background.

    `standing` makes the work that goes on as long as the process lives.
    """

    identity: Identity
    port: Port
    app: ASGIApp
    background: Background
    standing: StandingWork = no_work

    @property
    def name(self) -> str:
        """Name of the component."""
        return self.identity.clock.component

    @classmethod
    def of(cls, background: Background, clock: Clock, port: Port, app: ASGIApp, standing: StandingWork) -> "Process":
        """A process that tells the time by `clock`, with a version of its own."""
        return cls(Identity(clock), port, app, background, standing)

    async def align(self, faults: Faults) -> None:
        """Be dead when a fault says so, else alive. A dead process loses what it was working on."""
        if dead(faults, self.name):
            await self.background.stop()
            await self.port.shut(keep=True)
            await self.background.stop()  # what requests started while the port was being shut
        elif await self.port.open(self.app, self.identity.headers):
            for work in self.standing():
                self.background.start(work)
        self.port.refresh()
