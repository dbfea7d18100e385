"""Rows in several processes, each with a lab of its own."""

from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.util import Finalize
from types import TracebackType
from typing import Self

from tests.truth.rows import Row, Runner, Sighting

_runner: Runner | None = None


class Pool:
    """As many processes as rows are run at once; leaving the block ends them and their labs."""

    def __init__(self, jobs: int, browser: str) -> None:
        # Spawned, since a process that was forked would share our lab with us.
        self._processes = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_start)
        self._browser = browser

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._processes.shutdown(cancel_futures=error is not None)

    def row(self, id_: str) -> Future[Row]:
        """The row of a fault, in time."""
        return self._processes.submit(_row, id_, self._browser)

    def found_in(self, profile: str) -> Future[dict[str, Sighting]]:
        """Each fault of a profile, and which checks find it, in time."""
        return self._processes.submit(_found_in, profile, self._browser != "never")


def _start() -> None:
    global _runner
    _runner = Runner()
    Finalize(None, _runner.close, exitpriority=10)


def _own() -> Runner:
    assert _runner is not None, "each process starts with one"
    return _runner


def _row(id_: str, browser: str) -> Row:
    return _own().row(id_, browser=browser)


def _found_in(profile: str, browser: bool) -> dict[str, Sighting]:
    return _own().found_in(profile, browser=browser)
