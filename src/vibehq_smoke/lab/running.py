"""One lab from start to stop, as a process."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vibehq_smoke.lab import registry
from vibehq_smoke.lab.config_file import write_atomically
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.guardian import Guardian
from vibehq_smoke.lab.platform import Platform, Ports


@dataclass(frozen=True)
class Options:
    """How to run: port (0 = free), where to write what (None = nowhere or scratch), printing, stdin, https."""

    port: int
    write_config: Path | None
    write_source: Path | None
    data: Path | None
    quiet: bool
    parent: bool
    tls: bool = False


def run(options: Options, faults: Faults) -> None:
    """Run a lab until told to stop; what it left outside of `options.data` is gone afterwards, even if it is killed.

    Raises PortBusyError, NoCertificatesError, OSError.
    """
    ports = Ports.hold(options.port)
    guardian = Guardian.start()
    try:
        scratch = None if options.data else _scratch(guardian)
        try:
            _run(options, ports, faults, scratch, guardian)
        finally:
            if scratch:
                shutil.rmtree(scratch, ignore_errors=True)
    except KeyboardInterrupt:
        pass  # a second Ctrl-C while stopping; the first one has begun it
    finally:
        guardian.close()


def _scratch(guardian: Guardian) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="vibehq-lab-"))
    guardian.remove(folder)
    return folder


def _run(options: Options, ports: Ports, faults: Faults, scratch: Path | None, guardian: Guardian) -> None:
    data = (scratch or options.data or Path()).resolve()
    data.mkdir(parents=True, exist_ok=True)
    source = options.write_source.resolve() if options.write_source else data / "source"
    if options.parent and options.write_config:
        # Who started this lab may have been killed, and then nobody else removes what was made for it.
        guardian.remove(options.write_config.resolve())
    asyncio.run(_serve(options, ports, faults, data, source, guardian))


async def _serve(options: Options, ports: Ports, faults: Faults, data: Path, source: Path, guardian: Guardian) -> None:
    stopped = _stop_event(parent=options.parent)
    platform = await Platform.start(ports, faults, data, source, guardian)
    try:
        if options.tls:
            await platform.describe_tls()
        with _registered(options, platform, guardian):
            if options.write_config:
                write_atomically(options.write_config, platform.config())
            if not options.quiet:
                sys.stdout.write(platform.announcement())
                sys.stdout.flush()
            await stopped.wait()
    finally:
        await platform.stop()


@contextmanager
def _registered(options: Options, platform: Platform, guardian: Guardian) -> Iterator[None]:
    """`lab fault` finds this lab inside; one that belongs to another process is that one's business."""
    if options.parent:
        yield
        return
    path = registry.enter(registry.LabRecord(platform.ports.orchestrator.number, platform.operator_url, os.getpid()))
    guardian.remove(path)
    try:
        yield
    finally:
        registry.leave(path)


def _stop_event(*, parent: bool) -> asyncio.Event:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows loops have no signal handlers; Ctrl-C interrupts them anyway
            loop.add_signal_handler(number, stopped.set)
    if parent:
        threading.Thread(target=_watch_stdin, args=(loop, stopped), daemon=True).start()
    return stopped


def _watch_stdin(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    # os.read, because a daemon thread inside a buffered read holds a lock that the interpreter's exit wants.
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    with suppress(RuntimeError):  # the loop may have closed meanwhile
        loop.call_soon_threadsafe(stopped.set)
