"""``--smoke-record``: what each ordinary test saw through the fixture, under its node id."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from ..proof.tape import Tape
from .items import CheckItem
from .outcomes import FIXTURE, outcome_of, uses_the_fixture
from .state import State


class Taping:
    """The hooks that exist only when a recording was asked for."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._reports: dict[str, list[pytest.TestReport]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Refuse what cannot work before anything runs."""
        if session.config.getoption("numprocesses", None) or self._state.is_worker:
            raise pytest.UsageError("--smoke-record writes one file from one process: add -n 0")
        path = self._state.config.option.smoke_record
        if path.is_dir() or not os.access(_first_folder(path), os.W_OK):
            raise pytest.UsageError(f"--smoke-record: {path} cannot be written")
        with self._state.usage_errors():
            self._state.session.ground.check()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Give the test a tape, from the set-up of its fixtures to the end of their clean-up."""
        if isinstance(item, CheckItem):
            return (yield)
        tape = Tape()
        self._reports[item.nodeid] = []
        self._state.session.tapes.turn_to(tape)
        done = yield
        if tape.seen or uses_the_fixture(item):
            tape.outcome, tape.reason = outcome_of(self._reports[item.nodeid])
            self._state.session.tapes.tests[item.nodeid] = tape
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a test went."""
        if report.nodeid in self._reports:
            self._reports[report.nodeid].append(report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what became of the recording."""
        tests = len(self._state.session.tapes.tests)
        if tests:
            terminalreporter.write_line(f"recorded what {tests} test(s) saw: {self._state.config.option.smoke_record}")
        elif not self._state.ran:
            terminalreporter.write_line(f"nothing was recorded: no test used the fixture {FIXTURE}")


def _first_folder(path: Path) -> Path:
    """The nearest folder above that exists."""
    return next(folder for folder in path.absolute().parents if folder.exists())
