"""Whether workers reach the orchestrator by RPC (contract INF-02, INF-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation
from vibehq_smoke.errors import Unreachable

from .fitness import unfit
from .health_models import QuickCheck
from .reading import value_of
from .stored import stored_rows
from .workers import component_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

_LOGGED = (
    "select level from operation_logs where source = ? and operation = 'quick_health_check' order by id desc limit 1"
)


SECOND_LOOK_S = 1.0
"""For how long a worker may go on to say that it is not bound: a platform that is busy answers some too late."""


async def assert_connected(hq: Hq, worker: Worker) -> None:
    """The worker says that it reaches the orchestrator. When no other does either, what they share is accused.

    Raises Violation, or Blocked when the worker is not there or its answer is one that HLT-08 judges.
    """
    if await _reaches(worker):
        return
    others = [other for other in hq.workers.values() if other.name != worker.name]
    for other in others:
        try:
            if await _reaches(other):
                raise Violation(f"orchestrator_connectivity is false at {worker.name}", kind="cut-off")
        except Blocked:
            continue
    raise Violation(
        f"orchestrator_connectivity is false at {worker.name}, and no other worker reaches the orchestrator",
        kind="cut-off",
        about="rpc-gateway" if others else None,
    )


async def _reaches(worker: Worker) -> bool:
    """What a quick check says. Raises Blocked when that is no answer to build on."""
    try:
        quick = (await worker.get("/health-check/quick")).expect(QuickCheck)
    except Violation as violation:
        dead = isinstance(violation, Unreachable) or await unfit(worker) is not None
        cause = component_of(worker.name) if dead else "health-protocol"
        raise Blocked(f"{worker.name} gives no quick check: {violation}", component=cause) from None
    if (quick.status == "healthy") != quick.orchestrator_connectivity:
        said = f"status is {quick.status!r} while orchestrator_connectivity is {quick.orchestrator_connectivity}"
        raise Blocked(f"{worker.name} contradicts itself: {said} (HLT-08 judges that)", component="health-protocol")
    return quick.orchestrator_connectivity


async def note_unlogged(hq: Hq, name: str) -> None:
    """Whether the quick check left its line in the operation log: WRK-07 judges that, here it is said."""
    rows = await stored_rows(hq, "DB_OPS", _LOGGED, (name,))
    if rows is not None and [row.get("level") for row in rows] != ["debug"]:
        hq.note(f"{name} left no line quick_health_check with level debug in operation_logs")


async def unbound_workers(hq: Hq) -> list[str]:
    """Living workers that say themselves that they have no binding to the orchestrator."""
    found = await hq.gather(*(_unbound(hq, worker) for worker in hq.workers.values()))
    return [name for name in found if name]


async def _unbound(hq: Hq, worker: Worker) -> str | None:
    """The worker's name when it says so more than once: that a binding is there is proved by one answer."""

    async def bound() -> object:
        return value_of((await worker.get("/health-check/status")).expect(), "orchestrator_available")

    try:
        await hq.poll(
            bound, lambda said: said is not False, what="a binding", timeout=SECOND_LOOK_S, first=0, every=0.5
        )
    except Violation as violation:
        if violation.kind == "timeout" and not isinstance(violation, Unreachable):
            return worker.name
        hq.note(f"{worker.name} does not say whether it is bound: {str(violation).partition(chr(10))[0]}")
    return None
