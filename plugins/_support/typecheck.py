"""Runs TypeScript's own checker over a checkout, when there is one on this machine (contract HLT-14)."""

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = "orchestrator/tsconfig.worker.json"
"""The project file that the platform's own sources are checked with, relative to the checkout."""

_ERROR = re.compile(r"^.*\berror TS\d+: .*$", re.MULTILINE)


@dataclass(frozen=True)
class TypeCheck:
    """What the checker said: the command, its exit code, and its error lines."""

    command: str
    exit_code: int
    errors: tuple[str, ...]
    output: str


async def type_check(checkout: Path, deadline_s: float, project: str = PROJECT) -> TypeCheck | None:
    """Check ``project`` with the first ``tsc`` that is found; None when there is none. Raises TimeoutError."""
    found = next(_checkers(checkout), None)
    return await _run([found, "--noEmit", "-p", project], checkout, deadline_s) if found else None


def _checkers(checkout: Path) -> Iterator[str]:
    """Every ``tsc`` at hand: the checkout's own first, since its version counts.

    The last place is where ``npx --no-install tsc`` would look; asking npx itself takes seconds.
    """
    for folder in (checkout / "orchestrator", checkout):
        yield from _executables(folder / "node_modules" / ".bin")
    if on_path := shutil.which("tsc"):
        yield on_path
    npm_cache = Path(os.environ.get("npm_config_cache") or Path.home() / ".npm")  # noqa: SIM112 - npm writes it so
    for project in sorted(npm_cache.glob("_npx/*")):
        yield from _executables(project / "node_modules" / ".bin")


def _executables(folder: Path) -> Iterator[str]:
    # An explicit path finds tsc.cmd on Windows, too.
    if found := shutil.which("tsc", path=folder):
        yield found


async def _run(command: list[str], folder: Path, deadline_s: float) -> TypeCheck:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(deadline_s):
            raw, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    text = raw.decode(errors="replace")
    errors = tuple(match.group().strip() for match in _ERROR.finditer(text))
    assert process.returncode is not None, "it has ended"
    return TypeCheck(" ".join(command), process.returncode, errors, text)
