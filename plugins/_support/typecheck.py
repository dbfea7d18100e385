"""Runs TypeScript's own checker over a checkout, when there is one on this machine (contract HLT-14)."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vibehq_smoke.platform.dialects import Dialect

from .fields import Text
from .reading import read

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

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


class _Said(Dialect):
    """The same, on its way through a recording."""

    command: Text
    exit_code: int
    errors: list[Text]
    output: Text


async def type_check(hq: Hq, deadline_s: float, project: str = PROJECT) -> TypeCheck | None:
    """Check ``project`` with the first ``tsc`` that is found; None when there is none. Raises TimeoutError."""

    async def check() -> dict[str, Any] | None:
        found = next(_checkers(hq.source), None)
        return asdict(await _run([found, "--noEmit", "-p", project], hq.source, deadline_s)) if found else None

    answer = await hq.ask("tsc", project, check)
    if answer is None:
        return None
    said = read(hq, _Said, answer, "what tsc says")
    return TypeCheck(said.command, said.exit_code, tuple(said.errors), said.output)


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
