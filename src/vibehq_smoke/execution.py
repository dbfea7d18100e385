"""One check, run once: from its function to its result."""

from __future__ import annotations

import asyncio
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
from .models import HOLDS, Outcome, Result
from .observers import text_of

if TYPE_CHECKING:
    from .platform import Hq, Recorder

_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)
MOST_OF_A_TEXT = 8_000
"""Characters of a reason, a note or a line of the log that are kept."""
MOST_OF_A_TRACE = 24_000
MOST_LINES = 1_000
_MARGIN = 4_096
_PASSING = (asyncio.CancelledError, GeneratorExit)


@dataclass
class Ending:
    """How a check ended, before it becomes a record."""

    outcome: Outcome
    reason: str | None = None
    kind: str | None = None
    root_cause: str | None = None
    about: str | None = None
    """The component to speak of when it is not the check's own."""
    returned: Any = None
    error: BaseException | None = None


@dataclass
class Execution:
    """A check under way: what it sees goes to ``hq.recorder``."""

    check: Check
    hq: Hq
    started_s: float
    ending: Ending = field(default_factory=lambda: Ending(Outcome.ERROR, "it never ran"))
    cut_short: Ending | None = None
    """How it ends since it was cancelled from outside, whatever it makes of that."""

    async def run(self, returned: tuple[Any, ...], resources: Mapping[str, Resource]) -> Ending:
        """Call the check. ``returned`` is what its needed checks returned, in the order of its needs.

        Cancellation passes through; everything else becomes an ending, also what should stop a whole process: a
        check may not. A clean-up that fails ends a check that held, and does not hide how one ended that did not.
        """
        before = _recorder.set(self.hq.recorder)
        ending: Ending | None = None
        try:
            async with self._arguments(returned, resources) as arguments:
                try:
                    ending = self._held(await self.check.function(self.hq, *arguments))
                except _PASSING:
                    raise
                except BaseException as error:
                    ending = ending_of(error)
                    raise
        except _PASSING:
            raise
        except BaseException as error:  # whatever a check or its resources raise is a verdict on it
            if ending is None or ending.outcome in HOLDS:
                ending = ending_of(error)
        finally:
            _recorder.reset(before)
        self.ending = ending or Ending(Outcome.ERROR, "a resource kept the check from running", kind="crash")
        return self.ending

    def _held(self, value: Any) -> Ending:
        drifts = self.hq.recorder.drifts
        if drifts:
            about = self.hq.recorder.accused
            return Ending(Outcome.DEGRADED, "; ".join(drifts), kind="drift", about=about, returned=value)
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
        """The record of this execution; all text in it is redacted, and none is endless."""
        recorder = self.hq.recorder
        ending = self.ending
        clean = self._clean
        return blank_result(
            self.check,
            component=ending.about or self.check.spec.component,
            outcome=ending.outcome,
            reason=clean(ending.reason) if ending.reason else None,
            kind=ending.kind,
            root_cause=ending.root_cause,
            started_s=self.started_s,
            duration_s=now_s - self.started_s,
            evidence=tuple(recorder.evidence),
            notes=tuple(map(clean, recorder.notes[:MOST_LINES])),
            log=tuple(clean(line.rstrip("\n")) for line in recorder.log[-MOST_LINES:]),
            traceback=self._clean_trace(ending.error) if ending.error else None,
            **extra,
        )

    def _clean(self, text: str, most: int = MOST_OF_A_TEXT) -> str:
        redactor = self.hq.recorder.redactor
        if len(text) <= most:
            return redactor.body(text)
        # A secret cut in two is not recognised, so more is cleaned than is kept.
        margin = max(_MARGIN, redactor.longest)
        kept = redactor.body(text[: most + margin])[:most]
        return f"{kept}\n… {len(text) - most:,} more characters are left out here"

    def _clean_trace(self, error: BaseException) -> str:
        """The traceback; of a long one the beginning and the end, since the end says what happened."""
        trace, half = "".join(traceback.format_exception(error)), MOST_OF_A_TRACE // 2
        if len(trace) <= MOST_OF_A_TRACE:
            return self._clean(trace, MOST_OF_A_TRACE)
        margin = max(_MARGIN, self.hq.recorder.redactor.longest)
        end = self.hq.recorder.redactor.body(trace[-half - margin :])[-half:]
        return f"{self._clean(trace[:-half], half)}\n{end}"


def ending_of(error: BaseException) -> Ending:
    """What an exception that left a check says about it (``errors`` draws the tree)."""
    said = text_of(error)
    match error:
        case Skipped():
            return Ending(Outcome.SKIPPED, said)
        case Blocked():
            return Ending(Outcome.BLOCKED, said, root_cause=error.component, kind="blocked", about=error.about)
        case Violation():
            return Ending(Outcome.FAILED, said, kind=error.kind, about=error.about, error=error)
        case AssertionError():
            return Ending(Outcome.FAILED, said or _asserted(error), kind="assertion", error=error)
        case BaseExceptionGroup():
            return _together(error)
        case HarnessError():
            return Ending(Outcome.ERROR, said, kind="runner", error=error)
        case _:
            return Ending(Outcome.ERROR, f"the check crashed: {type(error).__name__}: {said}", "crash", error=error)


def _together(group: BaseExceptionGroup[BaseException]) -> Ending:
    """How a check ends that several things ended at once, as in a task group: failed when each of them says so."""
    endings = [ending_of(error) for error in group.exceptions]
    if all(ending.outcome is Outcome.FAILED for ending in endings):
        reason = "\n".join(ending.reason or "" for ending in endings)
        return Ending(Outcome.FAILED, reason, kind=endings[0].kind, about=endings[0].about, error=group)
    return Ending(Outcome.ERROR, f"the check crashed: {type(group).__name__}: {text_of(group)}", "crash", error=group)


def blank_result(check: Check, *, outcome: Outcome, **fields: Any) -> Result:
    """A result that repeats what the spec knows."""
    spec = check.spec
    return Result(
        id=spec.id,
        case=spec.case,
        category=spec.category,
        title=spec.title,
        description=spec.description,
        component=fields.pop("component", spec.component),
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


class CheckLog(logging.Handler):
    """Keeps what code under a check logs with that check, whichever checks run beside it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Add one line to the log of the check in whose context the record was made."""
        recorder = _recorder.get()
        if recorder is not None:
            recorder.log.append(f"{record.levelname} {record.name}: {_message(record)}")


def wrote(stream: str, text: str) -> bool:
    """Keep ``text`` with the check in whose context it was written to ``stream``; False when there is none."""
    recorder = _recorder.get()
    if recorder is not None:
        recorder.printed(stream, text)
    return recorder is not None


def _message(record: logging.LogRecord) -> str:
    """The message, or its parts when they do not fit together: a slip in a log call is no verdict on the platform."""
    try:
        return record.getMessage()
    except Exception:  # its arguments are foreign code
        return f"{record.msg} (its arguments do not fit)"
