"""The findings of a run, handed to the issue sinks: those that a person asked for, and in CI those of the suites."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..config import unknown_sink
from ..errors import SmokeError
from ..models import RunRecord
from ..sinks import in_ci
from .ground import Ground
from .publishing import masked
from .suites import Suites


class Delivery:
    """A sink that fails is a trouble of its plugin, and the others are told all the same."""

    def __init__(self, ground: Ground, suites: Suites) -> None:
        self._ground = ground
        self._suites = suites

    def check(self) -> None:
        """Raise UsageError now, not after the run, when no plugin provides a sink that was asked for."""
        asked: list[tuple[str, Path | None]] = [(name, None) for name in self._ground.options.sinks]
        asked += [(name, path) for path, suite in self._suites.by_file.items() for name in suite.sinks]
        sinks = self._ground.host.issue_sinks(self._ground.config.file) if asked else {}
        for name, path in asked:
            if name not in sinks:
                raise unknown_sink(name, sinks, path)

    def deliver(self, record: RunRecord) -> Iterator[str]:
        """Hand the findings over; yields what the sinks say."""
        asked = dict.fromkeys(self._ground.options.sinks)
        own = [name for name in self._suites.sinks if name not in asked]
        for name in (*asked, *(own if in_ci(os.environ) else ())):
            yield from self._deliver_to(name, record)
        if own and not in_ci(os.environ):
            use = " ".join(f"--sink {name}" for name in own)
            yield f"the suite's sinks ({', '.join(own)}) are for CI: {use} uses them here"

    def _deliver_to(self, name: str, record: RunRecord) -> Iterator[str]:
        from ..reports.json import render

        redactor, observers = self._ground.redactor, self._ground.host.observers
        sinks = self._ground.host.issue_sinks(self._ground.config.file)
        if name in sinks:
            plugin, sink = sinks[name]
            told = masked(record, redactor) if redactor.leaks(render(record)) else record
            with observers.guard(plugin, f"the issue sink {name}"):
                try:
                    yield redactor.text(sink.deliver(told, told.findings))
                except SmokeError as error:
                    observers.troubles.append(f"the issue sink {name}: {error}")
