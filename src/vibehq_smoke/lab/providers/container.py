"""A process in a scratch folder, with a time limit, and a limit on what it may print (contract 8.4)."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vibehq_smoke.lab.guardian import Guardian

MAX_OUTPUT = 64 * 1024
CHUNK = 16 * 1024
INTERNAL_ERROR = -1


@dataclass(frozen=True)
class CliResult:
    """How a command ended. `milliseconds` counts from its start; `exit_code` is None when it was killed."""

    success: bool
    output: str
    milliseconds: float
    error: str | None = None
    exit_code: int | None = None
    truncated: bool = False


@dataclass(frozen=True)
class Command:
    """What to start, what to write to it, in which environment, for how many seconds at most."""

    argv: Sequence[str]
    stdin: bytes
    environment: Mapping[str, str]
    seconds: float


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A folder of one's own below `parent`, gone afterwards. Raises OSError."""
    parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="agent-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            parent.rmdir()  # only when no other agent is at work


async def run(command: Command, folder: Path, guardian: Guardian, started: Callable[[int], None]) -> CliResult:
    """Run `command` in `folder` and wait for its end; `started` hears the process id.

    What is left of it when the time is up, or when the caller is cancelled, is killed with all its children.
    Raises OSError when it cannot be started.
    """
    began = time.perf_counter()
    async with _process(command, folder, guardian) as process:
        started(process.pid)
        try:
            async with asyncio.timeout(command.seconds):
                (output, cut), (errors, _), _ = await asyncio.gather(
                    _read(process.stdout), _read(process.stderr), _write(process.stdin, command.stdin)
                )
                code = await process.wait()
        except TimeoutError:
            error = f"Command timed out after {command.seconds * 1000:g} ms"
            return CliResult(False, "", _since(began), error)
    problem = None if code == 0 else errors.strip() or f"exit code {code}"
    return CliResult(code == 0, output, _since(began), problem, code, cut)


@asynccontextmanager
async def _process(command: Command, folder: Path, guardian: Guardian) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *command.argv, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env=dict(command.environment), cwd=folder, start_new_session=True,
    )  # fmt: skip
    guardian.adopt(process.pid)
    try:
        yield process
    finally:
        if process.returncode is None:
            _kill(process)
        # Shielded: a second cancellation must not leave a process that nobody has waited for.
        await asyncio.shield(process.wait())
        guardian.release(process.pid)


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


async def _read(stream: asyncio.StreamReader | None) -> tuple[str, bool]:
    """What comes, at most MAX_OUTPUT bytes of it, and whether there was more."""
    assert stream is not None
    kept = bytearray()
    cut = False
    while chunk := await stream.read(CHUNK):
        room = MAX_OUTPUT - len(kept)
        kept += chunk[:room]
        cut = cut or len(chunk) > room
    return kept.decode("utf-8", "replace"), cut


async def _write(stream: asyncio.StreamWriter | None, content: bytes) -> None:
    assert stream is not None
    with suppress(BrokenPipeError, ConnectionResetError):  # it may end without reading
        stream.write(content)
        await stream.drain()
    stream.close()


def _since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)
