"""One running platform: ports, databases, orchestrator, workers, operator channel. Start reading here."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.types import ASGIApp

from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.checkout.writer import write_checkout
from vibehq_smoke.lab.config_file import config_text
from vibehq_smoke.lab.context import Lab, Secrets, WorkerTarget
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.live.hubs import Hub
from vibehq_smoke.lab.operator.api import OperatorApi
from vibehq_smoke.lab.orchestrator import Orchestrator
from vibehq_smoke.lab.serving.application import Guard, json_application
from vibehq_smoke.lab.serving.ports import Port
from vibehq_smoke.lab.storage.databases import Databases
from vibehq_smoke.lab.storage.log import Log
from vibehq_smoke.lab.workers.roster import ROSTER
from vibehq_smoke.lab.workers.worker import Worker


@dataclass(frozen=True)
class WorkerProcess:
    """A worker with the port it answers on."""

    worker: Worker
    port: Port
    app: ASGIApp

    @property
    def fault(self) -> str:
        """Id of the fault that takes this worker down."""
        return f"{self.worker.target.name}-down"

    async def align(self, faults: Faults) -> None:
        """Be dead when the fault says so, else alive. A dead worker loses the checks it was working on."""
        if faults.on(self.fault):
            await self.worker.background.stop()
            await self.port.shut(keep=True)
        else:
            await self.port.open(self.app)


@dataclass(frozen=True)
class Ports:
    """The ports of a lab, taken before anything else is made."""

    orchestrator: Port
    workers: tuple[Port, ...]
    operator: Port

    @classmethod
    def hold(cls, orchestrator: int) -> "Ports":
        """Take the orchestrator's port (0 = any free one) and free ones for the rest. Raises PortBusyError."""
        return cls(Port.hold(orchestrator), tuple(Port.hold() for _ in ROSTER), Port.hold())

    async def release(self) -> None:
        """Stop answering everywhere and give the ports back."""
        await asyncio.gather(*(port.shut(keep=False) for port in (self.orchestrator, *self.workers, self.operator)))


@dataclass(frozen=True)
class Platform:
    """Everything that runs. Made by `Platform.start`, ended by `stop`."""

    lab: Lab
    ports: Ports
    processes: tuple[WorkerProcess, ...]
    source: Path
    _closing: AsyncExitStack

    @classmethod
    async def start(cls, ports: Ports, faults: Faults, data: Path, source: Path) -> "Platform":
        """Start all parts on `ports`, with databases under `data` and the checkout under `source`.

        Every port that should answer does so on return. Raises OSError when a folder cannot be written.
        """
        closing = AsyncExitStack()
        try:
            closing.push_async_callback(ports.release)
            platform = await cls._assembled(ports, faults, data, source, closing)
            await platform.open()
        except BaseException:
            await closing.aclose()
            raise
        return platform

    @classmethod
    async def _assembled(
        cls, ports: Ports, faults: Faults, data: Path, source: Path, closing: AsyncExitStack
    ) -> "Platform":
        databases = Databases.open(data, faults)
        closing.callback(databases.close)
        client = await closing.enter_async_context(
            httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=200, max_keepalive_connections=20))
        )
        log = Log()
        targets = tuple(
            WorkerTarget(post.name, post.type, f"http://localhost:{port.number}")
            for post, port in zip(ROSTER, ports.workers, strict=True)
        )
        lab = Lab(
            base_url=f"http://localhost:{ports.orchestrator.number}", workers=targets, faults=faults,
            databases=databases, secrets=Secrets(), log=log, client=client,
            background=Background("orchestrator", log), hub_health=Hub(), hub_ops=Hub(), hub_patches=Hub(),
        )  # fmt: skip
        closing.push_async_callback(lab.background.stop)
        processes = tuple(_process(lab, target, port) for target, port in zip(targets, ports.workers, strict=True))
        for process in processes:
            closing.push_async_callback(process.worker.background.stop)
        return cls(lab, ports, processes, source, closing)

    @property
    def operator_url(self) -> str:
        """Where the operator channel answers."""
        return f"http://127.0.0.1:{self.ports.operator.number}"

    def config(self) -> str:
        """Text of a ``smoke.toml`` for this platform."""
        return config_text(self.lab, self.operator_url, self.source)

    def announcement(self) -> str:
        """What a person needs to know once the platform is ready, one line per URL."""
        lines = [f"orchestrator  {self.lab.base_url}"]
        lines += [f"worker        {worker.url}  {worker.name}" for worker in self.lab.workers]
        lines.append(f"operator      {self.operator_url}")
        lines.append(f"faults        {', '.join(self.lab.faults.active()) or 'none'}")
        return "\n".join(lines) + "\n"

    async def apply_faults(self) -> None:
        """Bring ports and checkout in line with the switches."""
        write_checkout(self.source, self.lab.faults)
        await asyncio.gather(*(process.align(self.lab.faults) for process in self.processes))

    async def stop(self) -> None:
        """Stop all parts and give the ports back."""
        await self._closing.aclose()

    async def open(self) -> None:
        """Answer on all ports that should; `start` does this."""
        orchestrator = Orchestrator.of(self.lab)
        secrets = self.lab.secrets
        with self.lab.faults.paused():
            orchestrator.accounts.replace(secrets.email, secrets.password, "Operator")
        self.lab.background.start(orchestrator.runs.sweep())
        operator = OperatorApi(self.lab, orchestrator.rpc, self.apply_faults)
        await asyncio.gather(
            self.ports.orchestrator.open(orchestrator.app()),
            self.ports.operator.open(operator.app()),
            self.apply_faults(),
        )
        self.lab.log.write("lab", "info", "ready", base_url=self.lab.base_url, faults=list(self.lab.faults.active()))


def _process(lab: Lab, target: WorkerTarget, port: Port) -> WorkerProcess:
    worker = Worker(lab, target, Background(target.name, lab.log))
    return WorkerProcess(worker, port, Guard(json_application(worker.routes(), lab.faults), target.name, lab.log))
