"""One lab from start to stop, as a process."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vibehq_smoke.lab.config_file import write_atomically
from vibehq_smoke.lab.faults import Faults
from vibehq_smoke.lab.platform import Platform, Ports


@dataclass(frozen=True)
class Options:
    """How to run: port (0 = free), where to write what (None = nowhere or scratch), printing, following stdin."""

    port: int
    write_config: Path | None
    write_source: Path | None
    data: Path | None
    quiet: bool
    parent: bool


def run(options: Options, faults: Faults) -> None:
    """Run a lab until told to stop; scratch data is gone afterwards. Raises PortBusyError, OSError."""
    ports = Ports.hold(options.port)
    scratch = None if options.data else Path(tempfile.mkdtemp(prefix="vibehq-lab-"))
    try:
        data = (scratch or options.data or Path()).resolve()
        data.mkdir(parents=True, exist_ok=True)
        source = options.write_source.resolve() if options.write_source else data / "source"
        asyncio.run(_serve(options, ports, faults, data, source))
    except KeyboardInterrupt:
        pass  # a second Ctrl-C while stopping; the first one has begun it
    finally:
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)
        if options.parent and options.write_config:
            _take_away(options.write_config)


def _take_away(config: Path) -> None:
    """Who started this lab may have been killed, and then nobody else removes what was made for it."""
    with suppress(OSError):
        config.unlink()
        config.parent.rmdir()  # only when nothing else is in it


async def _serve(options: Options, ports: Ports, faults: Faults, data: Path, source: Path) -> None:
    stopped = _stop_event(parent=options.parent)
    platform = await Platform.start(ports, faults, data, source)
    try:
        if options.write_config:
            write_atomically(options.write_config, platform.config())
        if not options.quiet:
            sys.stdout.write(platform.announcement())
            sys.stdout.flush()
        await stopped.wait()
    finally:
        await platform.stop()


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
