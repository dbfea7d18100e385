"""The three WebSocket hubs and how each greets (contract WRK-11, part 6)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from vibehq_smoke import Violation
from vibehq_smoke.platform.dialects import Dialect

from .api_models import Camel
from .fields import Moment, Name, Text
from .reading import read

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

GREETING_S = 5.0
TIMES = 2
"""How often a hub may be silent before it is called so: anybody misses a moment on a busy machine."""


OLDEST = timedelta(days=1)
"""No greeting is older, whatever the clocks: how right those are is EDGE-04's to judge."""


class _PatchGreeting(Camel):
    """The first frame of ``/ws``."""

    type: Literal["connection_established"]
    connection_id: Name
    message: Text


class _Greeting(Dialect):
    """The first frame of the broadcasts."""

    type: Literal["connected"]
    message: Text
    timestamp: Moment


@dataclass(frozen=True)
class _Door:
    path: str
    greeting: str
    model: type[_PatchGreeting | _Greeting]


_DOORS = {
    "ws-patch-hub": _Door("/ws", "connection_established", _PatchGreeting),
    "hub-health": _Door("/api/health/broadcast", "connected", _Greeting),
    "hub-ops": _Door("/api/ops/broadcast", "connected", _Greeting),
}
HUBS = tuple(_DOORS)
"""Their components."""


async def assert_greets(hq: Hq, hub: str) -> None:
    """The hub upgrades and greets in time. Raises Violation."""
    if trouble := await _trouble(hq, _DOORS[hub]):
        raise trouble


async def _trouble(hq: Hq, door: _Door) -> Violation | None:
    for _ in range(TIMES):
        trouble = await _greeted(hq, door)
        if trouble is None or trouble.kind != "timeout":
            return trouble
    return Violation(f"{door.path}: no greeting within {GREETING_S:g} s, asked {TIMES} times", kind="silent")


async def _greeted(hq: Hq, door: _Door) -> Violation | None:
    try:
        async with hq.websocket(door.path) as socket:
            frame = await socket.receive(timeout=GREETING_S)
        _assert_greeting(hq, door, frame)
    except Violation as violation:
        return violation
    return None


def _assert_greeting(hq: Hq, door: _Door, frame: dict[str, Any]) -> None:
    if (said := frame.get("type")) != door.greeting:
        raise Violation(f"{door.path}: the first frame is of type {said!r} instead of {door.greeting!r}", kind="shape")
    greeting = read(hq, door.model, frame, f"{door.path}: the greeting")
    if isinstance(greeting, _Greeting):
        now = datetime.fromtimestamp(time.time(), UTC)
        if abs(now - greeting.timestamp) > OLDEST:
            raise Violation(f"{door.path}: the greeting of just now is of {greeting.timestamp}", kind="stale")
