"""Between the command line and pytest: one session, seen from both sides."""

from __future__ import annotations

import contextlib
import sys

import pytest

from ..errors import HarnessError, UsageError
from ..models import RunRecord
from ..pytest_plugin.state import SESSION, State
from ..session import Session
from .hearing import Heard
from .screen import Progress


class Door:
    """A pytest plugin that brings the command line's session along and takes the judged run back."""

    def __init__(self, session: Session, progress: Progress | None) -> None:
        self.session = session
        self.interrupted = False
        self._progress = progress
        self._state: State | None = None

    @property
    def reports(self) -> list[str]:
        """Where the reports are."""
        return [str(path) for path in self._state.reports] if self._state else []

    @property
    def messages(self) -> list[str]:
        """What the issue sinks said, and what is wrong without harm to the run."""
        return self._state.messages if self._state else []

    def run(self, arguments: list[str]) -> RunRecord | None:
        """Run pytest; None when no check was selected. Raises the SmokeError that kept it from running."""
        # pytest prints an error in the call as well as it can; the command line has its own one line for that.
        printed, said = Heard("stdout", sys.stdout), Heard("stderr", sys.stderr)
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
                code = pytest.main(["-p", "vibehq_smoke.pytest_plugin", *arguments], plugins=[self])
        finally:
            if self._progress is not None:
                self._progress.close()
        clean = self.session.redactor.body
        sys.stdout.write(clean(printed.take()))
        complaint = clean(said.take())
        self.interrupted = code == pytest.ExitCode.INTERRUPTED
        if self._state is not None and self._state.error is not None:
            raise self._state.error
        if code == pytest.ExitCode.USAGE_ERROR:
            raise UsageError(complaint.strip().removeprefix("ERROR: "))
        sys.stderr.write(complaint)
        if self._state is not None and self._state.record is not None:
            return self._state.record
        if code in (pytest.ExitCode.NO_TESTS_COLLECTED, pytest.ExitCode.OK):
            return None
        if self.interrupted:
            raise KeyboardInterrupt
        raise HarnessError(f"pytest ended with exit code {int(code)}")

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Give the pytest plugin the session that the command line opened."""
        self._state = config.stash[SESSION]
        self._state.adopt(self.session)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Let the progress display observe the run, through the same hooks as any plugin."""
        if self._progress is not None and self._state is not None:
            with self._state.usage_errors():
                self.session.ground.host.register(self._progress, "progress")
