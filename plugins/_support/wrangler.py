"""The wrangler files of a checkout, as checks look at them (contract part 2, mode W)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vibehq_smoke import Blocked, Skipped, Violation
from vibehq_smoke.platform.wrangler_files import (
    WranglerFile,
    WranglerFileError,
    find_wrangler_files,
    read_wrangler_file,
)

from .bindings import ORCHESTRATOR
from .workers import component_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from vibehq_smoke.platform import Hq

JUDGE = "rpc-gateway"
"""Component that INF-02 accuses of a file that cannot be read; whoever wanted to read on waits for it."""

_MOST_LINES = 8


@dataclass(frozen=True)
class Configs:
    """The files that could be read, and what was wrong with the others."""

    files: tuple[WranglerFile, ...]
    unreadable: tuple[str, ...]

    def of(self, name: str) -> WranglerFile | None:
        """The file of the worker ``name``."""
        return next((config for config in self.files if config.name == name), None)


@dataclass
class ConfigReader:
    """Reads the files of a checkout once for all checks of a run."""

    _read: dict[Path, Configs] = field(default_factory=dict)

    def of(self, hq: Hq) -> Configs:
        """As ``read_configs``."""
        if hq.source not in self._read:
            self._read[hq.source] = read_configs(hq)
        return self._read[hq.source]


@dataclass(frozen=True)
class Complaint:
    """Something wrong with one component."""

    component: str
    what: str


def read_configs(hq: Hq) -> Configs:
    """Every worker's file, the orchestrator's first. Raises Skipped when the checkout holds none."""
    files, unreadable = [], []
    for path in find_wrangler_files(hq.source):
        try:
            files.append(read_wrangler_file(path))
        except WranglerFileError as error:
            unreadable.append(f"{path.relative_to(hq.source)}:{error.line or 1}: {error.problem}")
    if not files and not unreadable:
        raise Skipped(f"{hq.source} holds no wrangler file: set source to a checkout of the platform")
    hq.recorder.add("source", f"{len(files)} wrangler file(s) read, {len(unreadable)} unreadable")
    files.sort(key=lambda config: config.name != ORCHESTRATOR)
    return Configs(tuple(files), tuple(unreadable))


def owner(config: WranglerFile) -> str:
    """The component that the file configures (contract 1.2)."""
    return "orchestrator" if config.name == ORCHESTRATOR else component_of(config.name)


def place(hq: Hq, config: WranglerFile) -> str:
    """The file as messages name it, with the keys in it that do nothing."""
    idle = f" ({' and '.join(config.ignored)} in it do nothing)" if config.ignored else ""
    return f"{config.path.relative_to(hq.source)}{idle}"


def refuse(complaints: Sequence[Complaint], kind: str) -> None:
    """Raises Violation when there are complaints: all in one message, about the component of the first."""
    if complaints:
        lines = list(dict.fromkeys(complaint.what for complaint in complaints))
        raise Violation(_few(lines), kind=kind, about=complaints[0].component)


def is_first(hq: Hq, worker: str) -> bool:
    """Whether the check for ``worker`` also looks at what is no configured worker's: one of them must."""
    return worker == next(iter(hq.workers), None)


def files_of(hq: Hq, configs: Configs, worker: str) -> list[WranglerFile]:
    """The files that the check for ``worker`` judges: its own, and for the first one those of nobody else.

    Among the latter is the orchestrator's, which is no worker that a target lists.
    """
    others = [config for config in named(configs) if config.name not in hq.workers] if is_first(hq, worker) else []
    own = configs.of(worker)
    return [*others, own] if own else others


def need_own(configs: Configs, worker: str) -> None:
    """Raises Blocked when no file names ``worker``: there is none, or it cannot be read (INF-02 judges both)."""
    if configs.of(worker) is None:
        why = f"unreadable: {_few(configs.unreadable)}" if configs.unreadable else "no wrangler file names it"
        raise Blocked(f"the file of {worker} was not judged; {why}", component=JUDGE)


def named(configs: Configs) -> Iterator[WranglerFile]:
    """The files that name their worker; what has no name is a fragment that others were to include."""
    return (config for config in configs.files if config.name)


def _few(lines: Sequence[str]) -> str:
    more = [f"and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
    return "\n".join([*lines[:_MOST_LINES], *more])
