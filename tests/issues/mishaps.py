"""What may happen to a sync: jobs that die between two steps, and others that step in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.github.double import Fault
from vibehq_smoke.history import History, Owed
from vibehq_smoke.issues.batch import Batch
from vibehq_smoke.issues.sync import Outcome

from .stage import DAY, Around, Crash, Stage

Act = Callable[[Stage], Batch]
COMMENTS = r"/comments$"
WAIT_S = 600


def title(fault: Fault) -> str:
    return f"{fault.kind} {fault.status}{' after' if fault.after else ''}"


# -- runs after which there is something to write ---------------------------------------------


def opening(stage: Stage) -> Batch:
    return stage.run("HLT-01")


def telling(stage: Stage) -> Batch:
    stage.sync("HLT-01")
    return stage.run("HLT-01", says="it does not answer")


def closing(stage: Stage) -> Batch:
    stage.sync("HLT-01")
    return stage.run()


def reopening(stage: Stage) -> Batch:
    for failing in (["HLT-01"], []):
        stage.sync(*failing)
    assert stage.open == []
    stage.deploys()
    return stage.run("HLT-01", after=2 * DAY)


ENDS: dict[Act, tuple[str, int]] = {
    opening: ("open", 0),
    telling: ("open", 1),
    closing: ("closed", 1),
    reopening: ("open", 2),
}


# -- and what happens then ---------------------------------------------------------------------


def dying(at: int) -> Callable[[str, Callable[[], Any]], Any]:
    """Dies before that step, which is as good as after the one before."""
    left = iter(range(1, at))

    def around(_name: str, step: Callable[[], Any]) -> Any:
        if next(left, None) is None:
            raise Crash
        return step()

    return around


def dying_at(step: str) -> Around:
    """Dies at the first step of that name, and takes no other."""
    dead: list[str] = []

    def around(name: str, do: Callable[[], object]) -> object:
        if dead or name == step:
            dead.append(name)
            raise Crash
        return do()

    return around


def meanwhile(step_name: str, what: Callable[[], object]) -> Callable[[str, Callable[[], Any]], Any]:
    """Something happens before the first step of that name."""
    waiting = [what]

    def around(name: str, step: Callable[[], Any]) -> Any:
        if name == step_name and waiting:
            waiting.pop()()
        return step()

    return around


def crash_before(stage: Stage, run: Batch, step: str) -> None:
    with pytest.raises(Crash):
        stage.take(run, around=dying_at(step))


def owed(stage: Stage) -> list[Owed]:
    history = History(stage.folder / "one.db")
    try:
        return history.owed(stage.tracker().name)
    finally:
        history.close()


def told(outcome: Outcome) -> str:
    return "\n".join(outcome.notes)
