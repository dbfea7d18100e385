"""A test that failed while the machine stood still is asked again: what it saw says nothing of the code.

Many tests judge when something comes, of processes that share few cores with others. A thread notices when nothing ran
for a while; only who fails then gets another try, and the summary names it.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from _pytest.runner import runtestprotocol

BEAT_S = 0.1
STANDSTILL_S = 1.0
"""That a beat is late by; a busy machine is late by less."""
TRIES = 3
AGAIN = "asked again after a standstill"


class Pulse:
    """Beats on a thread of its own, and remembers the longest time without a beat."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._over = threading.Event()

    @contextmanager
    def beating(self) -> Iterator["Pulse"]:
        """For the length of the block."""
        thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _beat(self) -> None:
        last = time.monotonic()
        while not self._over.wait(BEAT_S):
            now = time.monotonic()
            self.longest_s = max(self.longest_s, now - last - BEAT_S)
            last = now


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run one test, again when it failed during a standstill."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for left in reversed(range(TRIES)):
        with Pulse().beating() as pulse:
            reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = any(report.failed for report in reports)
        if not failed or not left or pulse.longest_s < STANDSTILL_S:
            break
        item.user_properties.append((AGAIN, f"{pulse.longest_s:.1f} s"))
        item._initrequest()  # type: ignore[attr-defined]  # noqa: SLF001 - as pytest does before the first try
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name who was asked again."""
    ended = [report for reports in terminalreporter.stats.values() for report in reports]
    told = {
        f"{report.nodeid}: {AGAIN} of {length}"
        for report in ended
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, length in report.user_properties
        if name == AGAIN
    }
    for line in sorted(told):
        terminalreporter.write_line(line)
