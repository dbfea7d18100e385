"""Sandboxes: one for each worker, a scratch folder in which its shells run (contract 1.3 ``do-sandbox``, UI-12)."""

import asyncio
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.live.shell import Shell
from vibehq_smoke.lab.serving.replies import Json

MAX_SHELLS = 8
PREFIX = "sandbox-"


class NoSandboxError(Exception):
    """A shell cannot be had; the text says why and may be shown to the client."""


@dataclass
class Sandboxes:
    """The sandboxes of one lab and the shells that run in them."""

    lab: Lab
    shells: dict[Shell, str] = field(default_factory=dict)
    _opening: int = 0
    _keeper: "asyncio.Task[None] | None" = None

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [("GET", "/api/sandboxes", self.listing)]

    async def listing(self, _request: Request) -> Response:
        """All sandboxes: ``{sandboxes: [{id, workerId, status: ready|running}], count}``."""
        listed = [self._view(worker.name) for worker in self.lab.workers]
        return JSONResponse({"sandboxes": listed, "count": len(listed)})

    async def open(self, sandbox: str, worker: str) -> Shell:
        """A new shell in the worker's sandbox. Raises NoSandboxError."""
        if sandbox != PREFIX + worker or worker not in {target.name for target in self.lab.workers}:
            raise NoSandboxError(f"Worker {worker} has no such sandbox")
        if len(self.shells) + self._opening >= MAX_SHELLS:
            raise NoSandboxError(f"{MAX_SHELLS} shells are running already")
        if self._keeper is None or self._keeper.done():
            self._keeper = self.lab.background.start(self._keep())
        folder = self._root / sandbox
        folder.mkdir(parents=True, exist_ok=True)
        self._opening += 1
        try:
            shell = await Shell.start(folder)
        except (OSError, AttributeError) as error:  # AttributeError: a system without pseudo-terminals
            raise NoSandboxError("No shell could be started") from error
        finally:
            self._opening -= 1
        self.lab.guardian.adopt(shell.process.pid)
        self.shells[shell] = sandbox
        return shell

    async def close(self, shell: Shell) -> None:
        """End a shell."""
        try:
            await shell.end()
        finally:
            self.lab.guardian.release(shell.process.pid)
            self.shells.pop(shell, None)

    @property
    def _root(self) -> Path:
        return self.lab.databases.ops.path.parent / "sandboxes"

    def _view(self, worker: str) -> Json:
        name = PREFIX + worker
        return {"id": name, "workerId": worker, "status": "running" if name in self.shells.values() else "ready"}

    async def _keep(self) -> None:
        """For ever; when the lab stops, end all shells and remove their folders."""
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.gather(*(self.close(shell) for shell in tuple(self.shells)))
            shutil.rmtree(self._root, ignore_errors=True)
