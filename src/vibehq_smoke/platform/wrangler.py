"""Operator channel through the wrangler command line: reads local or deployed D1 databases."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import Skipped
from .operator import OperatorError, Reading, Row, rows_of
from .readonly import inline

COMMAND = ("npx", "--no-install", "wrangler")
_DEADLINE_S = 60.0


class Wrangler(Reading):
    """SQL by ``wrangler d1 execute``.

    ``directory`` holds the orchestrator's wrangler file; ``databases`` maps bindings to database names.
    """

    name = "wrangler"

    def __init__(
        self,
        directory: Path,
        databases: Mapping[str, str],
        *,
        remote: bool = False,
        command: Sequence[str] = COMMAND,
        deadline_s: float = _DEADLINE_S,
    ) -> None:
        self._directory = directory
        self._databases = databases
        self._where = "--remote" if remote else "--local"
        self._command = tuple(command)
        self._deadline_s = deadline_s

    async def sql(self, db: str, select: str, params: Sequence[object]) -> list[Row]:
        """Run one statement; the command line takes no parameters, so they are written into it as literals."""
        name = self._databases.get(db)
        if name is None:
            raise Skipped(f"no database is configured for {db}: set databases in the operator section")
        statement = inline(select, params)
        words = (*self._command, "d1", "execute", name, self._where, "--json", f"--command={statement}")
        return _rows(await self._run(words))

    async def _run(self, words: Sequence[str]) -> str:
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                cwd=self._directory,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,  # npx starts children of its own, which have to go with it
            )
        except OSError as error:
            raise Skipped(f"wrangler cannot be started ({error}): install it in {self._directory}") from error
        try:
            async with asyncio.timeout(self._deadline_s):
                out, err = await process.communicate()
        except TimeoutError:
            raise OperatorError(f"wrangler gave no answer within {self._deadline_s:g} s", unreachable=True) from None
        finally:
            if process.returncode is None:
                _kill(process)
                await process.wait()
        text = out.decode("utf-8", "replace")
        if process.returncode != 0:
            raise OperatorError(_complaint(text) or err.decode("utf-8", "replace").strip() or "wrangler failed")
        return text


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _rows(text: str) -> list[Row]:
    value = _json(text, "[")
    if not isinstance(value, list) or not value or not isinstance(value[0], Mapping):
        raise OperatorError(f"wrangler answered no rows: {text.strip()[:200]!r}")
    return rows_of(value[0].get("results"))


def _complaint(text: str) -> str | None:
    """The reason in wrangler's ``{"error": {"text": …}}``."""
    value = _json(text, "{")
    error = value.get("error") if isinstance(value, Mapping) else None
    said = error.get("text") if isinstance(error, Mapping) else error
    return str(said) if said else None


def _json(text: str, opening: str) -> Any:
    """The JSON that follows whatever banner precedes it; None when there is none."""
    start = text.find(opening)
    try:
        return json.loads(text[start:]) if start >= 0 else None
    except ValueError:
        return None
