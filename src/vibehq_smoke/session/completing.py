"""What a record has beside the verdict: proofs, issues, what must not be told, and what plugins did wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ..checks import Check
from ..gates import ExitCode
from ..issues import HISTORY
from ..models import Attempt, Finding, GateResult, Result, RunRecord
from ..proved import Proofs
from ..redact import Redactor
from .naming import only

T = TypeVar("T", Attempt, Result)


def completed(
    results: Iterable[Result], checks: Mapping[str, Check], proofs: Proofs, redactor: Redactor, command: str
) -> tuple[Result, ...]:
    """The results, each with what was proved of its check, and with the command that repeats it."""
    return tuple(_completed(result, checks.get(result.id), proofs, redactor, command) for result in results)


def _completed(result: Result, check: Check | None, proofs: Proofs, redactor: Redactor, command: str) -> Result:
    changes: dict[str, Any] = {"rerun": only(command, result.id)}
    if check is not None:
        changes["proof"] = proofs.of(check)
    if result.earlier:
        changes["earlier"] = tuple(_clean(one, redactor) for one in result.earlier)
    return _clean(result, redactor).model_copy(update=changes)


def _clean(told: T, redactor: Redactor) -> T:
    """What was learnt to be a secret only later must not be shown, nor be part of a fingerprint."""
    if told.reason and redactor.leaks(told.reason):
        return told.model_copy(update={"reason": redactor.text(told.reason)})
    return told


def tracked(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings, with the issues that the local record knows of them."""
    if not findings:
        return ()
    from ..issues.tracked import with_issues

    return with_issues(findings, HISTORY)


def with_troubles(record: RunRecord, troubles: Sequence[str]) -> RunRecord:
    """The record of a run in which a plugin failed: complete, but not to be relied on (exit code 4)."""
    if not troubles:
        return record
    gate = GateResult(name="every plugin worked", held=False, detail="; ".join(troubles))
    run = record.run.model_copy(update={"exit_code": int(ExitCode.HARNESS)})
    return record.model_copy(update={"run": run, "gates": (*record.gates, gate)})
