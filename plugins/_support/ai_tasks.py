"""Small tasks for AI providers, within what a target allows (contract AIP-05 to AIP-09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Skipped, Violation

from .ai_executions import Execution, executions
from .api_models import Camel
from .fields import Amount
from .reading import read
from .router import ask, error_of, succeeded

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

TIMEOUT_MS = 8_000
"""Below the ten seconds after which a request of ours gives up."""

_ASSIGNMENTS = "select id from ai_provider_assignments where patch_id = ?"


class _Done(Camel):
    """``executeTask`` of a task that was carried out (contract AIP-06)."""

    result: Any
    execution_time: Amount


@dataclass(frozen=True)
class Answered:
    """What came of a task."""

    provider: str
    success: bool
    result: Any
    error: str | None
    milliseconds: float
    """How long it took; 0 where it was not carried out."""
    executions: tuple[Execution, ...]
    """What was recorded of it when it had ended, as far as that could be read."""


def refuse_to_spend(hq: Hq) -> None:
    """Raises Skipped unless the target allows that tokens are spent."""
    if not hq.target.ai_spending:
        raise Skipped(f"it spends AI tokens: set ai_spending = true in [targets.{hq.target.name}]")


def task_of(hq: Hq, what: str) -> str:
    """The id of a task, under which its records are found again (R5)."""
    return f"{hq.tag}-{what}"


async def execute(hq: Hq, task: str, prompt: str, *, provider: str, words: int, **options: Any) -> Answered:
    """Have ``provider`` do a task, and enter what that leaves. Raises Violation when it is no answer at all."""
    limits = {"maxTokens": words, "timeout": TIMEOUT_MS} | options
    try:
        answer = await ask(hq, "executeTask", taskId=task, prompt=prompt, providerId=provider, options=limits)
    finally:
        recorded = await _enter(hq, task)
    if not succeeded(answer):
        return Answered(provider, False, None, error_of(answer), 0, recorded)
    done = read(hq, _Done, answer, "executeTask")
    return Answered(provider, True, done.result, None, done.execution_time, recorded)


async def was_assigned(hq: Hq, task: str) -> bool:
    """Whether an assignment of the task is recorded."""
    return bool(await hq.operator.sql("DB_OPS", _ASSIGNMENTS, [task]))


def enter_assignment(hq: Hq, task: str) -> None:
    """Enter the assignments of a task in the ledger."""
    hq.created("AI assignment", task, database="DB_OPS", table="ai_provider_assignments", where={"patch_id": task})


async def _enter(hq: Hq, task: str) -> tuple[Execution, ...]:
    """Executions before assignments: the former refer to the latter.

    What cannot be read cannot be entered; that executions are recorded is AIP-05's to judge.
    """
    recorded: tuple[Execution, ...] = ()
    try:
        recorded = await executions(hq, task)
    except (Violation, Skipped) as reason:
        hq.note(f"the executions of {task} are not in the ledger: {reason}")
    for row in recorded:
        where = {"id": row.id, "assignment_id": row.assignment_id}
        hq.created("AI execution", row.id, database="DB_OPS", table="ai_provider_executions", where=where)
    enter_assignment(hq, task)
    return recorded
