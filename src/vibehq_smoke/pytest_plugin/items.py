"""A suite as pytest collects it: a file with one item per check."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from ..checks import Check
from ..errors import HarnessError, SmokeError
from ..models import Outcome, Result
from .state import state_of


class SuiteFile(pytest.File):
    """A suite's TOML file."""

    def collect(self) -> Iterator[CheckItem]:
        """One item for each check that the suite selects, in the plan's order."""
        state = state_of(self.config)
        with state.usage_errors():
            state.session.suites.add(self.path)
            selected = state.session.suites.plan(self.path).selected
        for check in selected:
            yield CheckItem.from_parent(self, name=check.id, check=check)

    def repr_failure(  # type: ignore[override]  # as pytest's own collectors, it takes no style
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> Any:
        """Our own errors speak for themselves."""
        ours = isinstance(excinfo.value, SmokeError | pytest.UsageError)
        return str(excinfo.value) if ours else super().repr_failure(excinfo)


class CheckItem(pytest.Item):
    """One check. Running it means to wait for the engine, which runs all of them at once."""

    def __init__(self, *, check: Check, **rest: Any) -> None:
        super().__init__(**rest)
        self.check = check
        self._result: Result | None = None
        self._state = state_of(self.config)
        spec = check.spec
        for name in (spec.category, spec.priority.value, spec.mode.value):
            self.add_marker(self._state.marker(name))
        self.extra_keyword_matches |= {check.function.__name__, spec.component}

    @property
    def result(self) -> Result:
        """The check's result; waits for it."""
        if self._result is None:
            self._result = self._state.result(self.check.id, self._batch)
        return self._result

    def _batch(self) -> list[str]:
        """The checks that start together with this one: all of the process, or of the suite that xdist handed out."""
        together = check_items(self.session.items)
        if self._state.is_worker:
            together = [item for item in together if item.parent is self.parent]
        return [item.check.id for item in together]

    def setup(self) -> None:
        """Wait for the check. An error of the harness or of the check itself is an error here, not a failure."""
        if self.result.outcome is Outcome.ERROR:
            raise HarnessError(self.result.reason or "error")

    def runtest(self) -> None:
        """End as the check ended."""
        match self.result.outcome:
            case Outcome.FAILED:
                raise self._state.raised(self.check.id) or AssertionError(self.result.reason)
            case Outcome.BLOCKED | Outcome.SKIPPED:
                pytest.skip(self.result.reason or "no reason given")
            case _:
                pass

    def run_alone(self) -> None:
        """Set up and run in one step, where nothing listens to the phases."""
        self.setup()
        self.runtest()

    @cached_property
    def location(self) -> tuple[str, int | None, str]:
        """As pytest would work it out of ``reportinfo``, but without asking the file system for every check."""
        file, line, title = self.reportinfo()
        return str(file), line, title

    def reportinfo(self) -> tuple[os.PathLike[str], int, str]:
        """Where the check is written, and its title."""
        file, _, line = self.check.spec.location.rpartition(":")
        return Path(file), int(line or 1) - 1, f"{self.check.id} {self.check.spec.title}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What a person needs to see of a check that did not pass; secrets are masked."""
        result = self.result
        lines = [f"{result.id} {result.title}", "", result.reason or ""]
        if result.kind in ("assertion", "crash"):
            lines = [str(super().repr_failure(excinfo, style))]
        exchanges = [seen.exchange for seen in result.evidence if seen.exchange]
        if exchanges:
            lines += ["", f"last exchange: {exchanges[-1].curl}"]
        from ..reports.summary import attempts_sentence
        from ..reports.text import visible

        lines += ["", attempts_sentence(result)] if result.earlier else []
        lines += [f"again: {self._state.session.rerun_command(result.id)}"]
        return visible(self._state.session.redactor.body("\n".join(lines)))

    def dress(self, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
        """Give the report the check's own time, and its outcome where pytest has no word for it."""
        took = self._result.duration_s if self._result and self._blamed(report) else 0.0
        report.duration = took
        report.start, report.stop = call.stop - took, call.stop
        redactor = self._state.session.redactor
        report.sections = [(name, redactor.body(content)) for name, content in report.sections]
        if self._result is not None:
            vars(report)["vibehq_outcome"] = self._result.outcome.value  # kept when xdist sends the report
            if report.when != "setup":  # junit.xml takes them from the last report of a test
                report.user_properties += [
                    ("component", self._result.component),
                    ("priority", self._result.priority.value),
                    *([("attempts", self._result.attempts)] if self._result.attempts > 1 else []),
                ]

    def _blamed(self, report: pytest.TestReport) -> bool:
        return report.when == "call" or (report.when == "setup" and report.failed)


def check_items(items: Iterable[pytest.Item]) -> Sequence[CheckItem]:
    """The checks among ``items``."""
    return [item for item in items if isinstance(item, CheckItem)]
