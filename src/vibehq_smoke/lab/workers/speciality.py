"""What distinguishes one worker from another: routes of its own, and work on a schedule."""

from dataclasses import dataclass
from typing import Protocol

from starlette.routing import BaseRoute


class Speciality(Protocol):
    """The part of a worker that only this worker has."""

    @property
    def description(self) -> str:
        """What it does, in one sentence."""
        ...

    @property
    def crons(self) -> tuple[str, ...]:
        """Its schedule: expressions of five fields, UTC (contract part 7). Empty when it has none."""
        ...

    def routes(self) -> list[BaseRoute]:
        """Its own routes."""
        ...

    async def scheduled(self, cron: str) -> None:
        """Do the work that is due at `cron`; returns when it is done."""
        ...


@dataclass(frozen=True)
class Plain:
    """No routes beyond those that every worker has: the factories."""

    description: str
    crons: tuple[str, ...] = ()

    def routes(self) -> list[BaseRoute]:
        """None."""
        return []

    async def scheduled(self, cron: str) -> None:
        """Nothing is due at any `cron`."""
