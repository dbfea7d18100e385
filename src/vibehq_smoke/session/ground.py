"""What a run stands on: configuration, plugins, the target and what is deployed there. Each is read when asked for."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from ..config import Config, Target, load_config
from ..deployed import Deployed, deployed
from ..embedded import WORKERS, EmbeddedPlatform, RunningPlatform
from ..host import Host
from ..redact import Redactor
from .options import EMBEDDED, Options

_RUN_ID = "vibehq_smoke_run_id"
_CONFIG = "vibehq_smoke_config"


class Ground:
    """The same for all rooms of one session. What cannot be read raises ConfigError, UsageError or PluginError."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.redactor = Redactor(())
        self.began = datetime.now(UTC)
        self._embedded: EmbeddedPlatform | RunningPlatform = EmbeddedPlatform(options.faults)

    @cached_property
    def run_id(self) -> str:
        """Tags everything that this run creates: ``smoke-<run_id>``."""
        return f"{self.began:%m%d-%H%M%S}-{secrets.token_hex(2)}"

    @cached_property
    def config(self) -> Config:
        """The user's ``smoke.toml``, or an empty configuration."""
        return load_config(self.options.config)

    @property
    def folder(self) -> Path | None:
        """Where ``smoke.toml`` is, and beside it the user's own plugins and suites."""
        return self.config.file.parent if self.config.file else None

    @cached_property
    def host(self) -> Host:
        """All plugins, loaded."""
        return Host.load(self.folder)

    @cached_property
    def target(self) -> Target:
        """The target. Waits for the embedded platform when that is the target."""
        if self.options.is_embedded:
            written = load_config(self._embedded.config())
            return written.target("lab").model_copy(update={"name": EMBEDDED})
        return self.config.target(str(self.options.target))

    @property
    def workers(self) -> Mapping[str, str]:
        """Names and types of the target's workers; those of the embedded platform without waiting for it."""
        if self.options.is_embedded:
            return WORKERS
        return {name: one.type for name, one in self.target.workers.items()}

    @property
    def read_only(self) -> bool:
        """Whether checks that write are skipped."""
        return self.target.is_read_only(self.options.allow_writes)

    @cached_property
    def deployed(self) -> Deployed:
        """What is deployed on the target, as far as it is known.

        The embedded platform is new with every run, so that is its deploy unless something else is said.
        """
        said = deployed(self.options.deploy, self.options.deployed_at, os.environ)
        if not self.options.is_embedded:
            return said
        return Deployed(said.id or f"{EMBEDDED}-{self.run_id}", said.at or self.began)

    def check(self) -> None:
        """Raise now, not after the start, when the target or its deploy is wrong. Waits for nothing."""
        _ = self.deployed
        if not self.options.is_embedded:
            _ = self.target

    def start_embedded(self) -> None:
        """Start the embedded platform, when it is the target; it gets ready while other work goes on."""
        if self.options.is_embedded:
            self._embedded.start()

    def handout(self) -> dict[str, str]:
        """What a worker process needs to take part in this run. Waits for the embedded platform."""
        told = {_RUN_ID: self.run_id}
        if self.options.is_embedded:
            told[_CONFIG] = str(self._embedded.config())
        return told

    def attach(self, told: Mapping[str, str]) -> None:
        """Take part in another process's run, with what its ``handout`` said."""
        if _RUN_ID in told:
            self.run_id = told[_RUN_ID]
        if _CONFIG in told:
            self._embedded = RunningPlatform(Path(told[_CONFIG]))

    def close(self) -> None:
        """End the embedded platform, and forget the plugins. Safe to call again."""
        self._embedded.stop()
        if "host" in self.__dict__:
            self.host.close()
