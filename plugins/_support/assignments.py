"""Assignments of the AI provider router and what is recorded of them (contract 8.2, 8.3, AIP-01, AIP-04)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from vibehq_smoke import Violation
from vibehq_smoke.platform.dialects import Dialect, Paths

from .ai_executions import parsed
from .ai_tasks import enter_assignment, execute, task_of
from .api_models import Camel
from .availability import NOBODY, WORKERS_AI, provider_of
from .distinct import sole
from .fields import Count, Name, RowId, Score
from .reading import read
from .router import ask_for

if TYPE_CHECKING:
    from collections.abc import Mapping

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


class _Past(Dialect):
    """An assignment as the history tells of it; what of its row it names must be that of the row."""

    id: RowId
    status: Name
    provider_id: Annotated[Name, Paths("providerId", "provider_id")]
    priority: Count | None = None


class _History(Dialect):
    assignments: Annotated[list[_Past], Paths("assignments", "history", "$")]


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
    try:
        chosen = await provider_of(hq, choice.provider_id)
    except Violation as unknown:
        message = f"the router chose {choice.provider_id!r}, which is no provider of its own list: {unknown}"
        raise Violation(message, kind=unknown.kind) from None
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
    noted = read(hq, _Metadata, parsed(row["metadata"]), "the metadata of the assignment")
    assert noted.reason == choice.reason, f"recorded is the reason {noted.reason!r}, answered was {choice.reason!r}"
    assert noted.confidence == choice.confidence, (
        f"recorded is the confidence {noted.confidence:g}, answered was {choice.confidence:g}"
    )
    if not isinstance(row["priority"], int) or row["priority"] < HIGH:
        hq.degraded(f"a critical task is recorded with priority {row['priority']}, less than a high one ({HIGH})")
    await _assert_in_history(hq, task, row)
    return Assigned(task, choice.provider_id)


async def assert_failure_recorded(hq: Hq) -> None:
    """A task for a provider that nobody knows fails, and its assignment is failed. Raises Violation."""
    task = task_of(hq, "nobody")
    answer = await execute(hq, task, "ping", provider=NOBODY, words=1)
    assert not answer.success, f"executeTask says success for the provider {NOBODY!r}, which nobody knows"
    assert answer.error, f"executeTask fails for the provider {NOBODY!r} without an error text"
    rows = await hq.operator.sql("DB_OPS", _ROWS, [task])
    row = sole(rows, f"the assignment of a task for {NOBODY!r}, which has failed")
    assert row["status"] == "failed", f"the task failed, but its assignment is {row['status']}"


async def _assert_in_history(hq: Hq, task: str, row: Mapping[str, Any]) -> None:
    history = (await ask_for(hq, _History, "getAssignmentHistory", patchId=task)).assignments
    ids = [past.id for past in history]
    assert ids == [row["id"]], f"getAssignmentHistory shows the assignments {ids} of the task, recorded is {row['id']}"
    past = history[0]
    told: dict[str, Any] = {"status": past.status, "provider_id": past.provider_id}
    if past.priority is not None:
        told["priority"] = past.priority
    wrong = [f"{name} {value!r}, recorded is {row[name]!r}" for name, value in told.items() if value != row[name]]
    assert not wrong, f"getAssignmentHistory shows {'; '.join(wrong)}"
