"""One running platform: ports, databases, orchestrator, workers, operator channel. Start reading here."""

import asyncio
import textwrap
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from vibehq_smoke.lab.background import Background
from vibehq_smoke.lab.checkout.writer import Checkout
from vibehq_smoke.lab.clock import Clock
from vibehq_smoke.lab.config_file import config_text
from vibehq_smoke.lab.context import Lab, Secrets, WorkerTarget
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.guardian import Guardian
from vibehq_smoke.lab.live.hubs import Hub
from vibehq_smoke.lab.openapi.documents import Described, Documents
from vibehq_smoke.lab.operations.cron import CronJobs
from vibehq_smoke.lab.operations.timer import Timer
from vibehq_smoke.lab.operator.api import OperatorApi
from vibehq_smoke.lab.orchestrator import Orchestrator
from vibehq_smoke.lab.processes import Process, dead, no_work
from vibehq_smoke.lab.providers.gateway import GatewayServer
from vibehq_smoke.lab.serving.application import Guard, json_application
from vibehq_smoke.lab.serving.component import Component, OnClock
from vibehq_smoke.lab.serving.identity import Identity
from vibehq_smoke.lab.serving.outgoing import outgoing_client
from vibehq_smoke.lab.serving.ports import Port
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import Databases
from vibehq_smoke.lab.storage.kv import KeyValues
from vibehq_smoke.lab.storage.log import Log
from vibehq_smoke.lab.tls.authority import NoCertificatesError
from vibehq_smoke.lab.tls.port import TlsPort
from vibehq_smoke.lab.workers.roster import ROSTER
from vibehq_smoke.lab.workers.worker import Worker


@dataclass(frozen=True)
class Ports:
    """The ports of a lab, taken before anything else is made."""

    orchestrator: Port
    workers: tuple[Port, ...]
    operator: Port
    gateway: Port

    @classmethod
    def hold(cls, orchestrator: int) -> "Ports":
        """Take the orchestrator's port (0 = any free one) and free ones for the rest. Raises PortBusyError."""
        return cls(Port.hold(orchestrator), tuple(Port.hold() for _ in ROSTER), Port.hold(), Port.hold())

    async def release(self) -> None:
        """Stop answering everywhere and give the ports back."""
        everything = (self.orchestrator, *self.workers, self.operator, self.gateway)
        await asyncio.gather(*(port.shut(keep=False) for port in everything))


@dataclass(frozen=True)
class Platform:
    """Everything that runs. Made by `Platform.start`, ended by `stop`."""

    lab: Lab
    ports: Ports
    orchestrator: Orchestrator
    processes: tuple[Process, ...]
    jobs: tuple[CronJobs, ...]
    tls: TlsPort
    checkout: Checkout
    documents: Documents
    _closing: AsyncExitStack
    _switching: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def start(
        cls, ports: Ports, faults: Faults, data: Path, source: Path, guardian: Guardian | None = None
    ) -> "Platform":
        """Start all parts on `ports`, with databases under `data` and the checkout under `source`.

        Every port that should answer does so on return. Raises OSError when a folder cannot be written.
        """
        closing = AsyncExitStack()
        try:
            closing.push_async_callback(ports.release)
            platform = await cls._assembled(ports, faults, data, source, closing, guardian or Guardian.none())
            await platform.open()
        except BaseException:
            await closing.aclose()
            raise
        return platform

    @classmethod
    async def _assembled(
        cls, ports: Ports, faults: Faults, data: Path, source: Path, closing: AsyncExitStack, guardian: Guardian
    ) -> "Platform":
        databases = Databases.open(data, faults)
        closing.callback(databases.close)
        kv = KeyValues.open(data)
        closing.callback(kv.close)
        client = await closing.enter_async_context(outgoing_client())
        log = Log()
        targets = tuple(
            WorkerTarget(post.name, post.type, f"http://localhost:{port.number}")
            for post, port in zip(ROSTER, ports.workers, strict=True)
        )
        lab = Lab(
            base_url=f"http://localhost:{ports.orchestrator.number}", workers=targets, faults=faults,
            databases=databases, secrets=Secrets(), log=log, client=client,
            background=Background("orchestrator", log, Clock("orchestrator", faults)), guardian=guardian,
            hub_health=Hub("hub-health", faults),
            hub_ops=Hub("hub-ops", faults), hub_patches=Hub("ws-patches", faults), kv=kv,
            gateway_url=f"http://127.0.0.1:{ports.gateway.number}",
        )  # fmt: skip
        orchestrator = Orchestrator.of(lab)
        workers = tuple(_worker(lab, target) for target in targets)
        jobs = (orchestrator.cron.jobs(), *(jobs for worker in workers if (jobs := worker.cron_jobs) is not None))
        processes = (
            _orchestrator_process(orchestrator, ports.orchestrator),
            *(_worker_process(worker, port) for worker, port in zip(workers, ports.workers, strict=True)),
        )
        for process in processes:
            closing.push_async_callback(process.background.stop)
        first = processes[0]
        tls = TlsPort(data / "tls", faults, first.app, first.identity.https_headers)
        closing.push_async_callback(tls.close)
        described = [(lab.base_url, orchestrator.sections)]
        described += [(worker.target.url, worker.sections) for worker in workers]
        documents = Documents(
            {
                process.name: Described(url, process.identity.version or "none", sections)
                for process, (url, sections) in zip(processes, described, strict=True)
            }
        )
        return cls(lab, ports, orchestrator, processes, jobs, tls, Checkout(source), documents, closing)

    @property
    def operator_url(self) -> str:
        """Where the operator channel answers."""
        return f"http://127.0.0.1:{self.ports.operator.number}"

    def config(self) -> str:
        """Text of a ``smoke.toml`` for this platform."""
        return config_text(self.lab, self.operator_url, self.checkout.folder)

    def announcement(self) -> str:
        """What a person needs to know once the platform is ready, one line per URL, in columns."""
        width = max(len("orchestrator"), *(len(worker.name) for worker in self.lab.workers))
        lines = [("orchestrator", self.lab.base_url)]
        if self.tls.port:
            lines.append(("https", f"https://localhost:{self.tls.port.number}"))
        lines += [(worker.name, worker.url) for worker in self.lab.workers]
        lines += [("operator", self.operator_url), ("faults", ", ".join(self.lab.faults.active()) or "none")]
        wrapper = textwrap.TextWrapper(110, subsequent_indent=" " * (width + 2), break_on_hyphens=False)
        return "".join(wrapper.fill(f"{name:<{width}}  {value}") + "\n" for name, value in lines)

    async def apply_faults(self) -> None:
        """Bring checkout, databases and ports in line with the switches."""
        faults = self.lab.faults
        async with self._switching:
            await asyncio.to_thread(self.checkout.align, faults.active())
            self.lab.databases.apply_faults()
            await asyncio.gather(*(process.align(faults) for process in self.processes))
            if self.tls.wanted:
                await self._align_tls()

    async def describe_tls(self) -> Json:
        """The https port, opened if it was not (`TlsPort.describe`). Raises NoCertificatesError, OSError."""
        async with self._switching:
            return await self.tls.describe(alive=self._alive("orchestrator"))

    async def _align_tls(self) -> None:
        try:
            await self.tls.align(alive=self._alive("orchestrator"))
        except NoCertificatesError as error:
            self.lab.log.write("lab", "error", str(error))

    async def stop(self) -> None:
        """Stop all parts and give the ports back."""
        await self._closing.aclose()

    async def open(self) -> None:
        """Answer on all ports that should; `start` does this."""
        secrets, clock = self.lab.secrets, Clock("orchestrator", self.lab.faults)
        with self.lab.faults.paused():
            self.orchestrator.accounts.replace(secrets.email, secrets.password, "Operator")
        timers = Background("lab", self.lab.log)
        self._closing.push_async_callback(timers.stop)
        timers.start(Timer(self.jobs, self._alive, timers).run())
        gateway = json_application(GatewayServer(secrets.vault, self.lab.faults).routes(), self.lab.faults)
        operator = OperatorApi(
            self.lab, self.orchestrator.rpc, self.jobs, self.apply_faults, self.describe_tls, self.documents
        )
        await asyncio.gather(
            self.ports.operator.open(OnClock(operator.app(), clock), Identity(clock, version=None).headers),
            self.ports.gateway.open(Guard(gateway, "ai-gateway", self.lab.log), Identity(clock, version=None).headers),
            self.apply_faults(),
        )
        self.lab.log.write("lab", "info", "ready", base_url=self.lab.base_url, faults=list(self.lab.faults.active()))

    def _alive(self, component: str) -> bool:
        return not dead(self.lab.faults, component)


def _orchestrator_process(orchestrator: Orchestrator, port: Port) -> Process:
    lab = orchestrator.lab
    clock = Clock("orchestrator", lab.faults)
    return Process.of(lab.background, clock, port, orchestrator.app(), orchestrator.standing)


def _worker(lab: Lab, target: WorkerTarget) -> Worker:
    return Worker(lab, target, Background(target.name, lab.log, Clock(target.name, lab.faults)))


def _worker_process(worker: Worker, port: Port) -> Process:
    lab, name = worker.lab, worker.target.name
    clock = Clock(name, lab.faults)
    app = Guard(Component(json_application(worker.routes(), lab.faults), clock), name, lab.log)
    return Process.of(worker.background, clock, port, app, no_work)
