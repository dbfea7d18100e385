"""Small tasks for AI providers, within what a target allows (contract AIP-05 to AIP-09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Skipped

from .reading import value_of
from .router import ask, error_of, succeeded

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

TIMEOUT_MS = 8_000
"""Below the ten seconds after which a request of ours gives up."""

_EXECUTIONS = (
    "select e.id, e.assignment_id, e.status, e.result, e.error, e.completed_at, a.status as assignment_status"
    " from ai_provider_executions e join ai_provider_assignments a on a.id = e.assignment_id where a.patch_id = ?"
)
_ASSIGNMENTS = "select id from ai_provider_assignments where patch_id = ?"


@dataclass(frozen=True)
class Answered:
    """What came of a task."""

    provider: str
    success: bool
    result: Any
    error: str | None
    milliseconds: float | None


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
        await _enter(hq, task)
    took = value_of(answer, "executionTime")
    return Answered(
        provider,
        succeeded(answer),
        value_of(answer, "result"),
        error_of(answer),
        took if isinstance(took, int | float) and not isinstance(took, bool) else None,
    )


async def executions(hq: Hq, task: str) -> list[dict[str, Any]]:
    """The executions recorded for a task, each with the status of its assignment."""
    return await hq.operator.sql("DB_OPS", _EXECUTIONS, [task])


async def was_assigned(hq: Hq, task: str) -> bool:
    """Whether an assignment of the task is recorded."""
    return bool(await hq.operator.sql("DB_OPS", _ASSIGNMENTS, [task]))


def enter_assignment(hq: Hq, task: str) -> None:
    """Enter the assignments of a task in the ledger."""
    hq.created("AI assignment", task, database="DB_OPS", table="ai_provider_assignments", where={"patch_id": task})


async def _enter(hq: Hq, task: str) -> None:
    """Executions before assignments: the former refer to the latter."""
    for row in await executions(hq, task):
        where = {"id": row["id"], "assignment_id": row["assignment_id"]}
        hq.created("AI execution", row["id"], database="DB_OPS", table="ai_provider_executions", where=where)
    enter_assignment(hq, task)
