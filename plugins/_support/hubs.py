"""The three WebSocket hubs and how each greets (contract WRK-11, part 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vibehq_smoke import Violation

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

GREETING_S = 5.0
TIMES = 2
"""How often a hub may be silent before it is called so: anybody misses a moment on a busy machine."""


@dataclass(frozen=True)
class _Door:
    path: str
    greeting: str
    fields: tuple[str, ...]


_DOORS = {
    "ws-patch-hub": _Door("/ws", "connection_established", ("connectionId", "message")),
    "hub-health": _Door("/api/health/broadcast", "connected", ("message", "timestamp")),
    "hub-ops": _Door("/api/ops/broadcast", "connected", ("message", "timestamp")),
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
    except Violation as violation:
        return violation
    if frame.get("type") != door.greeting:
        return Violation(
            f"{door.path}: the first frame is of type {frame.get('type')!r} instead of {door.greeting!r}", kind="shape"
        )
    missing = [name for name in door.fields if not isinstance(frame.get(name), str)]
    if missing:
        return Violation(f"{door.path}: the greeting lacks {' and '.join(missing)}", kind="shape")
    return None
