"""Whether workers reach the orchestrator by RPC (contract INF-02, INF-08)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Violation
from vibehq_smoke.errors import Unreachable
from vibehq_smoke.platform.dialects import Dialect

from .distinct import sole
from .fields import Flag
from .fitness import unfit
from .health_models import QuickCheck
from .stored import stored_rows
from .workers import component_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq, Worker

_LOST = "no line of any worker"
_LOGGED = (
    "select coalesce((select level from operation_logs where source = ? and operation = 'quick_health_check' "
    "order by id desc limit 1), case when exists (select 1 from operation_logs where operation = 'quick_health_check' "
    "and datetime(created_at) > datetime('now', '-30 seconds')) then 'no line' else ? end) as newest"
)
"""The level of a worker's newest line; where there is none, whether others have left theirs meanwhile."""

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


async def assert_logged(hq: Hq, name: str) -> None:
    """The quick checks of the worker left their line in the operation log, where one can look.

    When no worker's do, the line is lost on the orchestrator's side, which WRK-07 judges: here it is said.
    """
    rows = await stored_rows(hq, "DB_OPS", _LOGGED, (name, _LOST))
    if rows is None:
        return
    newest = sole(rows, f"the level of the newest line quick_health_check of {name}").get("newest")
    if newest == _LOST:
        hq.note(f"no worker leaves a line quick_health_check in operation_logs, {name} neither")
        return
    assert newest == "debug", (
        f"the newest quick_health_check of {name} has {newest!r} instead of debug in operation_logs"
    )


class _Binding(Dialect):
    """What a worker's status says of its binding to the orchestrator."""

    orchestrator_available: Flag


async def unbound_workers(hq: Hq) -> list[str]:
    """Living workers that say themselves that they have no binding to the orchestrator.

    Raises Blocked when none says so, but one that does its quick check does not say that it has one.
    """
    workers = list(hq.workers.values())
    said = await hq.gather(*(_says_bound(hq, worker) for worker in workers))
    unbound = [worker.name for worker, bound in zip(workers, said, strict=True) if bound is False]
    silent = [bound for bound in said if isinstance(bound, Blocked)]
    if silent and not unbound:
        raise silent[0]
    return unbound


async def _says_bound(hq: Hq, worker: Worker) -> bool | Blocked | None:
    """Whether the worker says that it is bound: one answer proves that it is, only several that it is not.

    None when it is not there, as its quick check shows; Blocked when it is, and its status says nothing.
    """
    said, living = await hq.gather(_last_said(hq, worker), _does_quick_checks(worker))
    if isinstance(said, bool):
        return said
    remark = f"{worker.name} does not say whether it is bound: {str(said).partition(chr(10))[0]}"
    if living:
        return Blocked(f"{remark} (HLT-07 judges that)", component="health-protocol")
    hq.note(remark)
    return None


async def _last_said(hq: Hq, worker: Worker) -> bool | Violation:
    """What the worker says of its binding, at the latest after a second look; or why it says nothing."""
    said: list[bool | Violation] = []

    async def look() -> bool | Violation:
        try:
            said.append((await worker.get("/health-check/status")).expect(_Binding).orchestrator_available)
        except Violation as violation:
            said.append(violation)
        return said[-1]

    with suppress(Violation):
        await hq.poll(look, lambda one: one is True, what="a binding", timeout=SECOND_LOOK_S, first=0, every=0.5)
    return said[-1]


async def _does_quick_checks(worker: Worker) -> bool:
    try:
        (await worker.get("/health-check/quick")).expect(QuickCheck)
    except Violation:
        return False
    return True
