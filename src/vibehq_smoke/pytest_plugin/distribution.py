"""pytest-xdist: one embedded platform for all workers, whole suites per worker, one report at the end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from ..config import is_suite

if TYPE_CHECKING:
    from .state import State


class SuiteScheduling(LoadScopeScheduling):
    """Hands out a suite as a whole, because its checks share what they create; other tests go one by one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        is_suite = file.endswith(".toml") or not file  # a file outside of pytest's root has no name
        return file if is_suite else nodeid


class Distribution:
    """The hooks that exist only when pytest-xdist is there."""

    def __init__(self, state: State) -> None:
        self._state = state

    @cached_property
    def _expects_suites(self) -> bool:
        """Whether workers will come upon suites. The controller collects nothing itself, so it looks into folders."""
        return bool(self._state.suites_asked_for()) or any(map(_holds_suites, self._state.folders_asked_for()))

    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker the run's id, and where the embedded platform is when there is one."""
        if self._expects_suites:
            with self._state.usage_errors():
                node.workerinput |= self._state.session.ground.handout()

    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
        """Keep a suite together in the default distribution mode."""
        wanted = config.getoption("dist") == "load" and self._expects_suites
        return SuiteScheduling(config, log) if wanted else None

    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Collect what a worker found out."""
        told = getattr(node, "workeroutput", {}).get("vibehq_smoke")
        if told is not None:
            heard = json.loads(told)
            with self._state.usage_errors():
                for suite in heard["suites"]:
                    self._state.session.suites.add(Path(suite))
            self._state.session.gathered.hear(heard["seen"])
        elif error and self._state.opened:
            self._state.session.gathered.partial = f"a worker was lost: {error}"


def _holds_suites(folder: Path) -> bool:
    return any(map(is_suite, _files(folder)))


def _files(folder: Path) -> Iterator[Path]:
    """Those that pytest may come upon: not what is hidden, nor what an environment or a package manager installed."""
    for place, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if not one.startswith(".") and one not in ("node_modules", "venv")]
        yield from (Path(place, name) for name in names if name.endswith(".toml"))
