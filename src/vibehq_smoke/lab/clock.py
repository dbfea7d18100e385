"""Timestamps as the platform writes them, by the clock of the component that writes."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vibehq_smoke.lab.faults import Faults

# component -> (fault, how far its clock is ahead while that is on)
SKEWS = {
    "orchestrator": ("clock-skew-orchestrator", timedelta(minutes=10)),
    "agent-factory": ("clock-skew-agent-factory", timedelta(minutes=-10)),
}


@dataclass(frozen=True)
class Clock:
    """The clock of one component: right, unless a fault makes it run ahead or behind."""

    component: str
    faults: Faults

    @property
    def skew(self) -> timedelta:
        """How far ahead this clock is at present; negative when it is behind."""
        fault, ahead = SKEWS.get(self.component, ("", timedelta()))
        return ahead if fault and self.faults.on(fault) else timedelta()

    def wear(self) -> None:
        """Let everything in the current context (this task, and what it starts) tell the time by this clock."""
        _WORN.set(self)


_WORN: ContextVar[Clock | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The present moment (aware, UTC) by the clock of the component that asks."""
    clock = _WORN.get()
    return datetime.now(UTC) + clock.skew if clock else datetime.now(UTC)


def now_iso(offset: timedelta = timedelta()) -> str:
    """The present moment plus `offset`: UTC, milliseconds, ``Z``; sorts as text in the order of time."""
    return iso(now() + offset)


def iso(moment: datetime) -> str:
    """`moment` (aware) in the one format that every table and answer uses."""
    # strftime would write years before 1000 with fewer digits than anybody reads.
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_iso(text: str) -> datetime:
    """An aware moment from ISO-8601 text; text without a zone is UTC. Raises ValueError when it is no date."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
