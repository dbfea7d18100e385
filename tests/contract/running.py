"""One embedded platform as its own process: started, described by the file it writes, stopped by closing its stdin."""

import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0
"""Far above what a start takes: only a loaded machine comes near."""


@dataclass(frozen=True)
class Worker:
    """A worker as the written configuration names it."""

    name: str
    url: str
    type: str


@dataclass(frozen=True)
class Platform:
    """Where the platform answers.

    ``url`` is the orchestrator, ``source`` the checkout it belongs to, ``operator`` the operator channel.
    """

    url: str
    source: Path
    workers: Mapping[str, Worker]
    operator: str

    @property
    def socket_url(self) -> str:
        """The orchestrator for WebSocket clients."""
        return "ws" + self.url.removeprefix("http")


def described(file: Path) -> Platform:
    """The platform of the written file (TOML, one target named ``lab``)."""
    target = tomllib.loads(file.read_text())["targets"]["lab"]
    workers = {name: Worker(name, entry["url"], entry["type"]) for name, entry in target["workers"].items()}
    return Platform(target["base_url"], Path(target["source"]), workers, target["operator"]["url"])


@contextmanager
def started_platform(folder: Path) -> Iterator[Platform]:
    """A platform for as long as the block lasts; its configuration is written into ``folder``."""
    file = folder / "platform.toml"
    command = [sys.executable, "-m", "vibehq_smoke.lab", "--parent", "--quiet", "--write-config", str(file)]
    with (
        (folder / "stderr").open("wb") as errors,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            deadline = time.monotonic() + START_SECONDS
            while not file.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the platform did not start: " + (folder / "stderr").read_text()[-2000:])
                time.sleep(0.02)
            platform = described(file)
            yield platform
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=START_SECONDS)
    assert process.returncode == 0
    assert not platform.source.exists(), "the platform left its checkout behind"
