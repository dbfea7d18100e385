"""Assignments of the AI provider router and what is recorded of them (contract 8.2, 8.3, AIP-01, AIP-04, AIP-05)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vibehq_smoke.platform.dialects import Dialect

from .ai_tasks import Answered, enter_assignment, execute, executions, task_of
from .api_models import Camel
from .availability import NOBODY, WORKERS_AI, providers
from .fields import Name, Score
from .reading import read, rows_of, value_of
from .router import ask, ask_for

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

HIGH = 3
"""``priority`` of a row for a task of high priority (contract 8.3)."""

_ROWS = "select id, provider_id, status, priority, metadata from ai_provider_assignments where patch_id = ?"


class Choice(Camel):
    """``assignProvider``."""

    provider_id: Name
    confidence: Score
    reason: Name


class _Metadata(Dialect):
    confidence: Score
    reason: Name


@dataclass(frozen=True)
class Assigned:
    """A task that waits for its execution."""

    task: str
    provider: str


async def assign(hq: Hq, task: str, **wanted: Any) -> Choice:
    """Have the router choose a provider for a small task. Raises Violation."""
    criteria = {"taskType": "generate", "priority": "medium", "costProfile": "economy"} | wanted.pop("criteria", {})
    try:
        return await ask_for(hq, Choice, "assignProvider", taskId=task, criteria=criteria, **wanted)
    finally:
        enter_assignment(hq, task)


async def assert_economical(hq: Hq) -> None:
    """An economical task goes to a provider of the lowest tier that can be used. Raises Violation."""
    choice = await assign(hq, task_of(hq, "economy"))
    known = {provider.provider_id: provider for provider in await providers(hq)}
    chosen = known.get(choice.provider_id)
    assert chosen is not None, f"the router chose {choice.provider_id!r}, which is no provider of its own list"
    assert chosen.available, f"the router chose {chosen.provider_id}, which is not available"
    assert chosen.cost_tier == "low", (
        f"the router chose {chosen.provider_id} of tier {chosen.cost_tier!r} for an economical task instead of 'low'"
    )


async def assert_by_hand(hq: Hq) -> None:
    """A provider that was chosen by hand is taken, with all confidence. Raises Violation.

    The task asks for the best, so that workers-ai would not be chosen of itself.
    """
    by_hand = {"manualProvider": WORKERS_AI}
    choice = await assign(hq, task_of(hq, "by-hand"), criteria={"costProfile": "performance"} | by_hand, **by_hand)
    reason = f"Manual override: {WORKERS_AI}"
    assert choice.provider_id == WORKERS_AI, (
        f"workers-ai was chosen by hand, but the router took {choice.provider_id}: {choice.reason}"
    )
    assert choice.confidence == 1, f"workers-ai was chosen by hand, yet the confidence is {choice.confidence:g}"
    assert choice.reason == reason, (
        f"workers-ai was chosen by hand, yet the reason is {choice.reason!r}, not {reason!r}"
    )


async def assert_recorded(hq: Hq) -> Assigned:
    """An assignment is one row, as it was answered, and stands in the history. Raises Violation."""
    task = task_of(hq, "recorded")
    choice = await assign(hq, task, criteria={"priority": "critical"})
    rows = await hq.operator.sql("DB_OPS", _ROWS, [task])
    assert len(rows) == 1, (
        f"assignProvider says success, but ai_provider_assignments holds {len(rows)} rows of the task"
    )
    row = rows[0]
    assert row["status"] == "assigned", f"the assignment is recorded as {row['status']!r} instead of 'assigned'"
    assert row["provider_id"] == choice.provider_id, (
        f"the router answers {choice.provider_id}, but recorded {row['provider_id']}"
    )
    noted = read(hq, _Metadata, _parsed(row["metadata"]), "the metadata of the assignment")
    assert noted.reason == choice.reason, f"recorded is the reason {noted.reason!r}, answered was {choice.reason!r}"
    if not isinstance(row["priority"], int) or row["priority"] < HIGH:
        hq.degraded(f"a critical task is recorded with priority {row['priority']}, less than a high one ({HIGH})")
    await _assert_in_history(hq, task, row["id"])
    return Assigned(task, choice.provider_id)


async def assert_executed(hq: Hq, task: str, answer: Answered) -> None:
    """The execution is one row that has ended as it was answered, and so has its assignment. Raises Violation."""
    rows = await executions(hq, task)
    assert len(rows) == 1, (
        f"executeTask ended, but ai_provider_executions holds {len(rows)} rows of the task, expected 1"
    )
    row = rows[0]
    wanted = "completed" if answer.success else "failed"
    assert row["status"] == wanted, f"the execution was answered as {wanted}, but is recorded as {row['status']!r}"
    assert row["completed_at"], "the execution is recorded without the time of its end"
    assert row["result"] if answer.success else row["error"], f"the {wanted} execution is recorded without its outcome"
    assert row["assignment_status"] == wanted, (
        f"the execution is {wanted}, but its assignment is still {row['assignment_status']!r}"
    )


async def assert_failure_recorded(hq: Hq) -> None:
    """A task for a provider that nobody knows fails, and its assignment is failed. Raises Violation."""
    task = task_of(hq, "nobody")
    answer = await execute(hq, task, "ping", provider=NOBODY, words=1)
    assert not answer.success, f"executeTask says success for the provider {NOBODY!r}, which nobody knows"
    assert answer.error, f"executeTask fails for the provider {NOBODY!r} without an error text"
    rows = await hq.operator.sql("DB_OPS", _ROWS, [task])
    states = sorted({str(row["status"]) for row in rows})
    assert states in ([], ["failed"]), f"the task failed, but its assignment is {' and '.join(states)}"
    if not rows:
        hq.note("the router refused the task before it made an assignment")


async def _assert_in_history(hq: Hq, task: str, number: Any) -> None:
    history = rows_of(await ask(hq, "getAssignmentHistory", patchId=task), "assignments", "history")
    assert history is not None, "getAssignmentHistory answers without a list"
    ids = [value_of(entry, "id") for entry in history]
    assert ids == [number], f"getAssignmentHistory shows the assignments {ids} of the task, recorded is {number}"


def _parsed(metadata: Any) -> Any:
    try:
        return json.loads(metadata)
    except (TypeError, ValueError):
        return metadata
