"""What is recorded of the executions of AI tasks (contract 5.1, 8.3, AIP-05)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from vibehq_smoke.platform.dialects import Dialect, Paths

from .distinct import distinct
from .fields import Moment, Name, RowId, Text
from .reading import read

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from .ai_tasks import Answered

_EXECUTIONS = (
    "select e.id, e.assignment_id, e.status, e.result, e.error, e.completed_at, a.status as assignment_status"
    " from ai_provider_executions e join ai_provider_assignments a on a.id = e.assignment_id where a.patch_id = ?"
)


class Execution(Dialect):
    """By which a row of ``ai_provider_executions`` is found again (contract 5.1)."""

    id: RowId
    assignment_id: RowId


class _Ended(Execution):
    status: Name
    result: Text | None
    error: Text | None
    completed_at: Moment | None
    assignment_status: Name


class _Executions(Dialect):
    rows: Annotated[list[Execution], Paths("$"), distinct("id")]


class _EndedExecutions(Dialect):
    rows: Annotated[list[_Ended], Paths("$"), distinct("id")]


async def executions(hq: Hq, task: str) -> tuple[Execution, ...]:
    """The executions recorded for a task. Raises Violation."""
    return tuple(read(hq, _Executions, await _rows(hq, task), f"the executions of {task}").rows)


async def _rows(hq: Hq, task: str) -> list[dict[str, Any]]:
    return await hq.operator.sql("DB_OPS", _EXECUTIONS, [task])


async def assert_executed(hq: Hq, task: str, answer: Answered) -> None:
    """The execution is one row that has ended as it was answered, and so has its assignment. Raises Violation."""
    rows = read(hq, _EndedExecutions, await _rows(hq, task), f"the executions of {task}").rows
    assert len(rows) == 1, (
        f"executeTask ended, but ai_provider_executions holds {len(rows)} rows of the task, expected 1"
    )
    row = rows[0]
    wanted = "completed" if answer.success else "failed"
    assert row.status == wanted, f"the execution was answered as {wanted}, but is recorded as {row.status!r}"
    assert row.completed_at, "the execution is recorded without the time of its end"
    assert row.result if answer.success else row.error, f"the {wanted} execution is recorded without its outcome"
    if answer.success:
        assert answer.result in (row.result, parsed(row.result)), (
            f"recorded is the result {row.result!r:.200}, answered was {answer.result!r:.200}"
        )
    assert row.assignment_status == wanted, (
        f"the execution is {wanted}, but its assignment is still {row.assignment_status!r}"
    )
    _assert_unchanged(answer, row)


def _assert_unchanged(answer: Answered, row: Execution) -> None:
    """What was recorded when the task had ended is what is recorded now. Raises Violation."""
    for before in answer.executions:
        assert (before.id, before.assignment_id) == (row.id, row.assignment_id), (
            f"execution {before.id} of assignment {before.assignment_id} had ended, "
            f"now it is execution {row.id} of assignment {row.assignment_id}"
        )


def parsed(text: Any) -> Any:
    """The JSON that stands in a column, or what stands there else."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text
