"""terminal-server: ``/api/workers/{workerId}/terminal[?sandboxId=]`` (contract part 6, UI-11, UI-12)."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from starlette.websockets import WebSocket, WebSocketDisconnect

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.live.gate import own_pages_only, refuse
from vibehq_smoke.lab.live.hubs import NORMAL, read_text
from vibehq_smoke.lab.live.peer import is_stranger
from vibehq_smoke.lab.live.sandboxes import NoSandboxError, Sandboxes
from vibehq_smoke.lab.live.shell import Shell
from vibehq_smoke.lab.names import NAME
from vibehq_smoke.lab.serving.replies import e4

IDLE_SECONDS = 900.0


@dataclass(frozen=True)
class Terminal:
    """Handler of the terminal's socket: raw text to a shell, raw output back, JSON frames about its state."""

    lab: Lab
    sandboxes: Sandboxes
    idle_seconds: float = IDLE_SECONDS

    def private(self) -> list[tuple[str, str, object]]:
        """The socket, for signed-in users; not for other sites' pages, since it runs commands."""
        return [("WEBSOCKET", "/api/workers/{worker}/terminal", own_pages_only(self.lab, self.serve))]

    async def serve(self, socket: WebSocket) -> None:
        """Greet; with a ``sandboxId`` attach a shell until it ends, the client leaves or types nothing for long."""
        worker = socket.path_params["worker"]
        faults = self.lab.faults
        if faults.on("terminal-refuses"):
            await refuse(socket, 503, e4("Terminal unavailable"))
        elif faults.on("D-31"):
            await refuse(socket, 500, e4("Internal server error"))
        elif is_stranger(socket):
            await refuse(socket, 403, e4("This terminal is another user's"))
        elif not NAME.fullmatch(worker):
            await refuse(socket, 400, e4("Invalid worker id"))
        else:
            await socket.accept()
            named = "another-worker" if faults.on("terminal-wrong-greeting") else worker
            with suppress(WebSocketDisconnect, RuntimeError):  # RuntimeError: sending after the client has left
                await socket.send_json({"type": "connected", "message": "Connected to terminal", "workerId": named})
                await self._converse(socket, worker, socket.query_params.get("sandboxId"))

    async def _converse(self, socket: WebSocket, worker: str, sandbox: str | None) -> None:
        if sandbox is not None:
            try:
                shell = await self.sandboxes.open(sandbox, worker)
            except NoSandboxError as problem:
                await _tell(socket, "error", str(problem))
            else:
                await self._attached(socket, shell, sandbox)
                return
        while True:
            await read_text(socket)
            await _tell(socket, "error", "No container is attached")

    async def _attached(self, socket: WebSocket, shell: Shell, sandbox: str) -> None:
        self.lab.log.write("terminal-server", "info", "shell started", sandbox=sandbox)
        loop = asyncio.get_running_loop()
        watch = loop.create_task(shell.watch())
        tasks: list[asyncio.Task[str]] = []
        try:
            await _tell(socket, "container-connected", f"Attached to {sandbox}")
            tasks += [loop.create_task(self._show(socket, shell)), loop.create_task(self._listen(socket, shell))]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (watch, *tasks):
                task.cancel()
            await self.sandboxes.close(shell)
            self.lab.log.write("terminal-server", "info", "shell ended", sandbox=sandbox)
            await asyncio.gather(watch, *tasks, return_exceptions=True)
        await _tell(socket, "container-disconnected", next(iter(done)).result())
        await socket.close(NORMAL)

    async def _show(self, socket: WebSocket, shell: Shell) -> str:
        async for text in shell.output():
            if not self.lab.faults.on("terminal-no-output"):
                await socket.send_text(text)
        with suppress(TimeoutError):
            await asyncio.wait_for(shell.process.wait(), 1)
        return "Too much output" if shell.process.returncode is None else "The shell has ended"

    async def _listen(self, socket: WebSocket, shell: Shell) -> str:
        while True:
            try:
                typed = await asyncio.wait_for(read_text(socket), self.idle_seconds)
            except TimeoutError:
                return "Idle for too long"
            if not shell.type(typed):
                await _tell(socket, "error", "The shell does not read its input")


async def _tell(socket: WebSocket, kind: str, message: str) -> None:
    await socket.send_json({"type": kind, "message": message})
