"""One check, run once: from its function to its result."""

from __future__ import annotations

import contextlib
import inspect
import logging
import traceback
from collections.abc import AsyncIterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .checks import Check
from .errors import Blocked, HarnessError, Skipped, Violation
from .hookspecs import Resource
from .models import Outcome, Result

if TYPE_CHECKING:
    from .platform import Hq, Recorder

_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)


@dataclass
class Ending:
    """How a check ended, before it becomes a record."""

    outcome: Outcome
    reason: str | None = None
    kind: str | None = None
    root_cause: str | None = None
    returned: Any = None
    error: BaseException | None = None


@dataclass
class Execution:
    """A check under way: what it sees goes to ``hq.recorder``."""

    check: Check
    hq: Hq
    started_s: float
    ending: Ending = field(default_factory=lambda: Ending(Outcome.ERROR, "it never ran"))

    async def run(self, returned: tuple[Any, ...], resources: Mapping[str, Resource]) -> Ending:
        """Call the check. ``returned`` is what its needed checks returned, in the order of its needs.

        Cancellation passes through; everything else becomes an ending.
        """
        _recorder.set(self.hq.recorder)
        try:
            async with self._arguments(returned, resources) as arguments:
                value = await self.check.function(self.hq, *arguments)
        except Exception as error:  # whatever a check raises is a verdict on it
            self.ending = ending_of(error)
        else:
            self.ending = self._held(value)
        return self.ending

    def _held(self, value: Any) -> Ending:
        drifts = self.hq.recorder.drifts
        if drifts:
            return Ending(Outcome.DEGRADED, "; ".join(drifts), kind="drift", returned=value)
        return Ending(Outcome.PASSED, returned=value)

    @contextlib.asynccontextmanager
    async def _arguments(
        self, returned: tuple[Any, ...], resources: Mapping[str, Resource]
    ) -> AsyncIterator[list[Any]]:
        values = iter(returned)
        async with contextlib.AsyncExitStack() as stack:
            arguments = []
            for name in self.check.arguments:
                if name not in resources:
                    arguments.append(next(values))
                    continue
                value = resources[name](self.hq)
                if isinstance(value, contextlib.AbstractAsyncContextManager):
                    value = await stack.enter_async_context(value)
                elif inspect.isawaitable(value):
                    value = await value
                arguments.append(value)
            yield arguments

    def result(self, now_s: float, **extra: Any) -> Result:
        """The record of this execution; all text in it is redacted."""
        recorder = self.hq.recorder
        ending = self.ending
        clean = recorder.redactor.text
        return blank_result(
            self.check,
            outcome=ending.outcome,
            reason=clean(ending.reason) if ending.reason else None,
            kind=ending.kind,
            root_cause=ending.root_cause,
            started_s=self.started_s,
            duration_s=now_s - self.started_s,
            evidence=tuple(recorder.evidence),
            notes=tuple(map(clean, recorder.notes)),
            log=tuple(map(clean, recorder.log)),
            traceback=clean(_trace(ending.error)) if ending.error else None,
            **extra,
        )


def ending_of(error: Exception) -> Ending:
    """What an exception that left a check says about it (``errors`` draws the tree)."""
    match error:
        case Skipped():
            return Ending(Outcome.SKIPPED, str(error))
        case Blocked():
            return Ending(Outcome.BLOCKED, str(error), root_cause=error.component, kind="blocked")
        case Violation():
            return Ending(Outcome.FAILED, str(error), kind=error.kind, error=error)
        case AssertionError():
            return Ending(Outcome.FAILED, str(error) or _asserted(error), kind="assertion", error=error)
        case HarnessError():
            return Ending(Outcome.ERROR, str(error), kind="runner", error=error)
        case _:
            return Ending(Outcome.ERROR, f"the check crashed: {type(error).__name__}: {error}", "crash", error=error)


def blank_result(check: Check, *, outcome: Outcome, **fields: Any) -> Result:
    """A result that repeats what the spec knows."""
    spec = check.spec
    return Result(
        id=spec.id,
        category=spec.category,
        title=spec.title,
        description=spec.description,
        component=spec.component,
        priority=spec.priority,
        mode=spec.mode,
        needs=spec.needs,
        location=spec.location,
        outcome=outcome,
        **fields,
    )


def _asserted(error: AssertionError) -> str:
    """The source line of an assertion without a message."""
    frames = traceback.extract_tb(error.__traceback__)
    return (frames[-1].line if frames else None) or "an assertion without a message"


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


class CheckLog(logging.Handler):
    """Keeps what code under a check logs with that check, whichever checks run beside it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Add one line to the log of the check in whose context the record was made."""
        recorder = _recorder.get()
        if recorder is not None:
            recorder.log.append(f"{record.levelname} {record.name}: {record.getMessage()}")
