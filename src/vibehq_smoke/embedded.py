"""The embedded platform as a child process: started for a run, and gone with it, however the run ends."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from .errors import HarnessError, UsageError

START_S = 20.0
STOP_S = 5.0
_HELD_BACK = (signal.SIGINT, signal.SIGTERM)
USAGE = 2


WORKERS: Mapping[str, str] = {
    "agent-factory": "factory",
    "data-factory": "factory",
    "services-factory": "factory",
    "ui-factory": "factory",
    "ops-conflict-specialist": "specialist",
    "ops-delivery-report-specialist": "specialist",
    "cloud-worker-retrofit": "specialist",
    "cloudflare-expert-specialist": "specialist",
    "health-specialist": "specialist",
    "ops-unit-test-specialist": "specialist",
    "ops-frontend-testing-specialist": "specialist",
}
"""Names and types of its workers, known before it runs: collecting checks must not wait for it."""


class EmbeddedPlatform:
    """``start()`` returns at once, so that other work goes on meanwhile; ``config()`` waits until it is ready.

    The child watches its standard input: when this process ends, even by ``kill -9``, it ends too.
    """

    def __init__(self, faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults)
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def start(self) -> None:
        """Start the child, unless it was started before."""
        if self._process is not None:
            return
        with _uninterrupted():
            self._launch()

    def _launch(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="vibehq-smoke-", ignore_cleanup_errors=True)
        command = [sys.executable, "-m", "vibehq_smoke.lab", "--parent", "--quiet"]
        command += ["--write-config", str(self._config_file)]
        for fault in self.faults:
            command += ["--fault", fault]
        self._process = subprocess.Popen(  # noqa: S603 - our own module, arguments in a list
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )

    def config(self) -> Path:
        """The ``smoke.toml`` that the child wrote when it was ready.

        Raises UsageError for a fault that it does not know, HarnessError when it does not start.
        """
        self.start()
        process = self._running()
        give_up = time.monotonic() + START_S
        while not self._config_file.exists():
            if process.poll() is not None:
                raise self._failure(process)
            if time.monotonic() > give_up:
                self.stop()
                raise HarnessError(f"the embedded platform was not ready after {START_S:g} s")
            time.sleep(0.005)
        return self._config_file

    def stop(self) -> None:
        """End the child, which removes what it stored. Safe to call again."""
        with _uninterrupted():
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(OSError):
                _pipe(process.stdin).close()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _pipe(process.stderr).close()
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def _config_file(self) -> Path:
        if self._folder is None:
            raise HarnessError("the embedded platform was not started")
        return Path(self._folder.name, "smoke.toml")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise HarnessError("the embedded platform was not started")
        return self._process

    def _failure(self, process: subprocess.Popen[bytes]) -> Exception:
        said = _pipe(process.stderr).read().decode(errors="replace").strip()
        self.stop()
        if process.returncode == USAGE:
            return UsageError(said)
        return HarnessError(f"the embedded platform did not start (exit code {process.returncode}): {said}")


class RunningPlatform:
    """An embedded platform that another process started and will end."""

    def __init__(self, config: Path) -> None:
        self._config = config

    def start(self) -> None:
        """It runs already."""

    def config(self) -> Path:
        """The ``smoke.toml`` that it wrote."""
        return self._config

    def stop(self) -> None:
        """It is not ours to stop."""


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold back Ctrl-C and a polite kill for a moment: a child that nobody knows yet could not be ended."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals go to the main thread
        return
    came: list[int] = []
    # Handlers, not the signal mask: a child would inherit that.
    handlers = {number: signal.signal(number, lambda got, _: came.append(got)) for number in _HELD_BACK}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        if came:
            signal.raise_signal(came[0])


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise HarnessError("the embedded platform was started without a pipe")
    return stream
