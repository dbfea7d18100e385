"""Workers: which component each is, and asking all of them at once (contract 1.2, HLT-06 to HLT-08)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.errors import Unreachable

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

PROBE_S = 3.0
"""Seconds in which a living worker answers anything at all."""


def component_of(worker_name: str) -> str:
    """The component that the worker of this name is (contract 1.2)."""
    return dict(_COMPONENTS).get(worker_name, worker_name)


async def each_worker(hq: Hq, ask: Callable[[Worker], Awaitable[None]]) -> None:
    """Ask every configured worker at once, and judge those that live.

    Raises Violation for all that answer wrongly, in one message; else Blocked when one is dead, since a check that
    could not look at every worker has not passed; Skipped when the target names no workers.
    """
    dead = await ask_the_living(hq, ask)
    if dead:
        raise _blocked(dead)


async def ask_the_living(hq: Hq, ask: Callable[[Worker], Awaitable[None]]) -> list[Worker]:
    """As ``each_worker``, but the dead ones are returned and noted; Blocked only when none lives."""
    workers = _configured(hq)
    found = await asyncio.gather(*(_ask(worker, ask) for worker in workers))
    _raise_together([violation for violation in found if violation is not None and not _is_death(violation)])
    dead = [worker for worker, violation in zip(workers, found, strict=True) if violation is not None]
    if len(dead) == len(workers):
        raise _blocked(dead)
    for worker in dead:
        remark = f"{worker.name} does not answer at {worker.url}"
        if remark not in hq.recorder.notes:
            hq.note(remark)
    return dead


async def answers(worker: Worker) -> bool:
    """Whether the worker answers anything at all over HTTP; the status does not matter."""
    try:
        await worker.get("/health-check/status", deadline=PROBE_S)
    except Unreachable:
        return False
    except Violation:
        return True
    return True


async def the_living(hq: Hq) -> list[Worker]:
    """The workers that answer anything at all. Raises Blocked when none does, Skipped when the target names none."""
    workers = _configured(hq)
    alive = await asyncio.gather(*map(answers, workers))
    if not any(alive):
        raise _blocked(workers)
    return [worker for worker, answered in zip(workers, alive, strict=True) if answered]


def _configured(hq: Hq) -> list[Worker]:
    if not hq.workers:
        raise Skipped(f"no workers to ask: list them in [targets.{hq.target.name}.workers]")
    return list(hq.workers.values())


class _Dead(Violation):
    """No answer at all, as opposed to a wrong one."""


async def _ask(worker: Worker, ask: Callable[[Worker], Awaitable[None]]) -> Violation | None:
    try:
        await ask(worker)
    except Unreachable as silence:
        # A worker that answers other requests is not dead: it fails to answer this one.
        return silence if await answers(worker) else _Dead(str(silence), kind=silence.kind)
    except Violation as violation:
        return violation
    except AssertionError as error:
        return Violation(str(error), kind="assertion")
    return None


def _is_death(violation: Violation) -> bool:
    return isinstance(violation, _Dead)


def _blocked(dead: Iterable[Worker]) -> Blocked:
    names = [worker.name for worker in dead]
    verb = "does" if len(names) == 1 else "do"
    return Blocked(f"{' and '.join(names)} {verb} not answer", component=component_of(names[0]))


def _raise_together(violations: list[Violation]) -> None:
    if len(violations) == 1:
        raise violations[0]
    if violations:
        raise Violation("\n".join(map(str, violations)), kind=violations[0].kind)
