"""Progress for logs: one line for each finished check."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, TextIO

from ..gates import ORCHESTRATOR
from ..models import Outcome, Status
from .text import encodable, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..models import CheckSpec, Observation, Result, RunInfo


class PlainProgress:
    """Writes ``PASSED   HLT-03 0.12s a run can be read by its id`` when a check ends; below it why, unless it passed.

    Only words, no colours, nothing that moves: for CI logs and files. May be told of events from any thread.
    Every line begins with a word of ours, so that no text from a target can begin one: CI systems take orders
    from lines that begin with ``::``.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self._begins = ""
        self._in_vain = False

    def run_start(self, run: RunInfo, specs: Sequence[CheckSpec]) -> None:
        """Keep what begins for when it is known to make sense."""
        suites = ", ".join(run.suites) or "no suite"
        self._begins = f"{len(specs)} checks of {suites} on {run.target} ({run.environment}), run {run.id}"

    def preflight_finish(self, observations: Sequence[Observation]) -> None:
        """Say what begins and what preflight saw in trouble; nothing at all of a target that is out of reach."""
        self._in_vain = any(seen.component == ORCHESTRATOR and seen.unreachable for seen in observations)
        if self._in_vain:
            return
        self._write("RUN", self._begins)
        for seen in observations:
            if seen.status not in (Status.WORKING, Status.UNKNOWN):
                self._write(seen.status, f"{seen.component}: {seen.reason}")

    def check_start(self, spec: CheckSpec) -> None:
        """Nothing: a log that names each check twice is no easier to read."""

    def check_finish(self, result: Result) -> None:
        """Write the check's line."""
        if self._in_vain:
            return
        hidden = " (hidden)" if result.hidden else ""
        tried = f" (attempt {result.attempts})" if result.attempts > 1 else ""
        passed = result.outcome is Outcome.PASSED
        line = f"{result.id} {result.duration_s:.2f}s {result.title}{hidden}{tried}"
        self._write(result.outcome, line, None if passed else result.reason)

    def close(self) -> None:
        """Nothing is kept open; here so that both kinds of progress end alike."""

    def _write(self, word: str, text: str, why: str | None = None) -> None:
        lines = f"{word.upper():8} {safe(text)}\n" + (f"{'why:':>12} {safe(why)}\n" if why else "")
        with self._lock:
            self._stream.write(encodable(lines, self._stream.encoding))
            self._stream.flush()
