"""Running a program of the checkout, bounded in time and far from the platform."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from vibehq_smoke import Violation
from vibehq_smoke.platform.dialects import Dialect

from .fields import Text
from .reading import read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vibehq_smoke.platform import Hq

DEADLINE_S = 15.0
"""For one command; each takes a fraction of a second."""

NOWHERE = "http://localhost:9"
"""An orchestrator that is not there, so that no command tells the real one anything (contract 9.1)."""


class _Ended(Dialect):
    """What is kept of a command that ended."""

    exit_code: Annotated[int, Field(strict=True)]
    out: Text
    err: Text
    files: dict[str, Text]


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    command: str
    exit_code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """The last line on stderr, else what stands on stdout: what a person would read first."""
        complaint = self.err.strip().rpartition("\n")[2] or " ".join(self.out.split())
        return complaint[:200] or "it said nothing"


async def run_command(hq: Hq, command: Sequence[str | Path], folder: Path) -> Ran:
    """Run ``command`` in ``folder``; what it said is evidence.

    Raises Violation ``timeout`` when it takes too long, OSError when it cannot be started.
    """
    shown = " ".join(_shown(word, hq.source, folder.parent) for word in command)

    async def run() -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE_S):
            return await _run(command, folder)

    question = {"command": [str(word) for word in command], "files": _files(folder)}
    try:
        with hq.recorder.waiting(shown):
            ended = read(hq, _Ended, await hq.ask("command", question, run), shown)
    except TimeoutError:
        raise Violation(f"{shown} does not end within {DEADLINE_S:g} s", kind="timeout") from None
    _become(folder, ended.files)
    ran = Ran(shown, ended.exit_code, ended.out, ended.err)
    hq.recorder.add("source", f"{shown}: exit code {ran.exit_code}", f"{ran.out}\n{ran.err}".strip() or None)
    return ran


async def _run(command: Sequence[str | Path], folder: Path) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            _kill(process)
            await process.wait()
    assert process.returncode is not None, "it has ended"
    texts = {"out": out.decode(errors="replace"), "err": err.decode(errors="replace")}
    return {"exit_code": process.returncode, **texts, "files": _files(folder)}


def _files(folder: Path) -> dict[str, str]:
    """The files of a small project with what stands in them, byte by byte."""
    return {
        str(file.relative_to(folder)): file.read_bytes().decode("latin-1")
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _become(folder: Path, files: dict[str, str]) -> None:
    """Make the files of ``folder`` those, where they are others: what a program did that did not run just now."""
    there = _files(folder)
    for name in there.keys() - files.keys():
        (folder / name).unlink()
    for name in (name for name, text in files.items() if there.get(name) != text):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(files[name].encode("latin-1"))


def _shown(word: str | Path, *places: Path) -> str:
    """A word of the command as a person would type it, who stands in one of ``places``."""
    text = str(word)
    for place in places:
        text = text.removeprefix(f"{place}{os.sep}")
    return "python3" if text == sys.executable else text


def _environment() -> dict[str, str]:
    """Ours without the orchestrator's address and credential, and with our own Python as ``python3``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORCHESTRATOR_")}
    own = os.path.dirname(sys.executable)  # noqa: PTH120 - a folder to search, as text
    path = os.pathsep.join(part for part in (own, kept.get("PATH", "")) if part)
    return kept | {
        "ORCHESTRATOR_URL": NOWHERE,
        "PATH": path,
        "PYTHON": sys.executable,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _kill(process: asyncio.subprocess.Process) -> None:
    """The command and whatever it started."""
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
