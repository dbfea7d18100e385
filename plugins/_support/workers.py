"""Workers: which component each is, and asking all of them at once (contract 1.2, HLT-06 to HLT-08)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.errors import Unreachable

from .fitness import unfit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from vibehq_smoke.platform import Hq, Worker

_COMPONENTS = (
    ("ops-conflict-specialist", "conflict-specialist"),
    ("ops-delivery-report-specialist", "delivery-report-specialist"),
    ("cloudflare-expert-specialist", "cloudflare-expert"),
    ("ops-unit-test-specialist", "unit-test-specialist"),
    ("ops-frontend-testing-specialist", "frontend-testing-specialist"),
)
"""Workers whose component has another name."""

PATIENCE_S = 4.0
"""Seconds after which a worker that is still busy with a question is asked whether it is there."""


def component_of(worker_name: str) -> str:
    """The component that the worker of this name is (contract 1.2)."""
    return dict(_COMPONENTS).get(worker_name, worker_name)


async def each_worker(hq: Hq, ask: Callable[[Worker], Awaitable[None]]) -> None:
    """Ask every configured worker at once, and judge those that live.

    Raises Violation for all that answer wrongly, in one message; else Blocked when one is dead, since a check that
    could not look at every worker has not passed; Skipped when the target names no workers.
    """
    dead = await _ask_all(hq, _configured(hq), ask)
    if dead:
        raise _blocked(dead)


async def ask_the_living(hq: Hq, ask: Callable[[Worker], Awaitable[None]]) -> list[Worker]:
    """As ``each_worker``, but the dead ones are returned and noted, and not asked; Blocked only when none lives.

    Whether a worker lives is found out before, since an answer that stays away then is wrong, and no sign of death.
    """
    workers = [worker for worker in _configured(hq) if _remark(worker) not in hq.recorder.notes]
    wrong = await asyncio.gather(*map(unfit, workers))
    living = [worker for worker, one in zip(workers, wrong, strict=True) if one is None]
    if not living:
        raise _blocked(_configured(hq))
    dead = [worker for worker in _configured(hq) if worker not in living]
    for worker in dead:
        if worker in workers:
            hq.note(_remark(worker))
    return [*dead, *await _ask_all(hq, living, ask)]


async def _ask_all(hq: Hq, workers: list[Worker], ask: Callable[[Worker], Awaitable[None]]) -> list[Worker]:
    """Those that turned out to be dead, which are noted; Blocked when all did."""
    found = await asyncio.gather(*(_ask(worker, ask) for worker in workers))
    _raise_together([one for one in found if isinstance(one, Violation) and not isinstance(one, _Dead)])
    for one in found:
        if isinstance(one, Blocked):
            raise one
    dead = [worker for worker, one in zip(workers, found, strict=True) if one is not None]
    if len(dead) == len(workers):
        raise _blocked(dead)
    for worker in dead:
        hq.note(_remark(worker))
    return dead


def _remark(worker: Worker) -> str:
    """What is noted of a dead worker; a check that asks several times gives it up for good by that."""
    return f"{worker.name} does not answer as a worker at {worker.url}"


async def the_living(hq: Hq) -> list[Worker]:
    """The workers that are there. Raises Blocked when none is, Skipped when the target names none."""
    workers = _configured(hq)
    found = await asyncio.gather(*map(unfit, workers))
    if None not in found:
        raise _blocked(workers)
    return [worker for worker, wrong in zip(workers, found, strict=True) if wrong is None]


def _configured(hq: Hq) -> list[Worker]:
    if not hq.workers:
        raise Skipped(f"no workers to ask: list them in [targets.{hq.target.name}.workers]")
    return list(hq.workers.values())


class _Dead(Violation):
    """No answer that a worker would give, as opposed to a wrong one."""


async def _ask(worker: Worker, ask: Callable[[Worker], Awaitable[None]]) -> Violation | Blocked | None:
    """What came of it: None when the worker answered rightly, ``_Dead`` when it is not there as a whole."""
    asking = asyncio.ensure_future(ask(worker))
    try:
        answered, _ = await asyncio.wait({asking}, timeout=PATIENCE_S)
        silence = None if answered else await unfit(worker)
        if isinstance(silence, Unreachable) and not asking.done():
            return _Dead(str(silence), kind=silence.kind)
        await asking
    except Blocked as blocked:
        return blocked
    except (Violation, AssertionError) as error:
        wrong = await unfit(worker)
        if wrong is not None:
            return _Dead(str(wrong), kind=wrong.kind)
        return _named(worker, error if isinstance(error, Violation) else Violation(str(error), kind="assertion"))
    finally:
        asking.cancel()
        await asyncio.wait({asking})
    return None


def _named(worker: Worker, violation: Violation) -> Violation:
    """With the worker's name before it, since eleven of them answer the same path."""
    said = str(violation)
    return violation if worker.name in said else Violation(f"{worker.name}: {said}", kind=violation.kind)


def _blocked(dead: Iterable[Worker]) -> Blocked:
    names = [worker.name for worker in dead]
    verb = "does" if len(names) == 1 else "do"
    role = "a worker" if len(names) == 1 else "workers"
    return Blocked(f"{' and '.join(names)} {verb} not answer as {role}", component=component_of(names[0]))


def _raise_together(violations: list[Violation]) -> None:
    if len(violations) == 1:
        raise violations[0]
    if violations:
        raise Violation("\n".join(map(str, violations)), kind=violations[0].kind)
