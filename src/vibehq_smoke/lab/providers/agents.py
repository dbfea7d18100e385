"""CLI agents: the queue, the environment, the retries, and what logs may say of them (contract 8.4)."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.providers.catalogue import PRIORITIES
from vibehq_smoke.lab.providers.container import INTERNAL_ERROR, CliResult, Command, run, scratch_folder
from vibehq_smoke.lab.providers.environment import ContainerType, environment, required_by_system
from vibehq_smoke.lab.providers.turns import Turns
from vibehq_smoke.lab.providers.vault import for_logs, without_values
from vibehq_smoke.lab.storage.databases import DatabaseDownError

AGENT = Path(__file__).with_name("agent.py")
CONCURRENT = 5
RETRIES = 3
RETRY_GAP = 0.05
OutputFormat = Literal["json", "text"]


@dataclass(frozen=True)
class AgentTask:
    """What an agent is to do: the prompt, what the provider's model said to it, and within which limits."""

    prompt: str
    completion: str
    format: OutputFormat | None
    container_type: ContainerType
    priority: str
    seconds: float
    settings: Mapping[str, str]


@dataclass(frozen=True)
class CliAgents:
    """All agents of one lab."""

    lab: Lab
    vault: Mapping[str, str]
    turns: Turns = field(default_factory=lambda: Turns(CONCURRENT))
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def carry_out(self, task: AgentTask) -> CliResult:
        """Wait for a turn, then start an agent; one that cannot be started is tried again three times."""
        container = f"{task.container_type}-{next(self._numbers)}"
        async with self.turns.turn(PRIORITIES.index(task.priority)):
            for attempt in range(RETRIES + 1):
                try:
                    return self._told(await self._once(container, task))
                except OSError as error:
                    problem = f"The agent could not be started: {error.strerror or type(error).__name__}"
                    self.lab.log.write("cli-agents", "error", "agent not started", container=container, error=problem)
                await asyncio.sleep(RETRY_GAP * 2**attempt)
        return CliResult(False, "", 0.0, problem, INTERNAL_ERROR)

    async def _once(self, container: str, task: AgentTask) -> CliResult:
        leaking = self.lab.faults.on("cli-env-leak")
        with scratch_folder(self.lab.databases.ops.path.parent / "containers") as folder:
            variables = self._environment(task, folder)
            order = {"prompt": task.prompt, "completion": task.completion, "format": task.format, "values": leaking}
            # -I and -S: nothing of the lab's own environment or packages reaches the agent.
            argv = (sys.executable, "-I", "-S", str(AGENT))
            command = Command(argv, json.dumps(order).encode(), variables, task.seconds)

            def started(pid: int) -> None:
                shown = variables if leaking else for_logs(variables)
                self.lab.log.write(
                    "cli-agents", "info", "agent started", container=container, pid=pid, environment=dict(shown)
                )
                self._recorded(container, pid)

            result = await run(command, folder, self.lab.guardian, started)
        level = "info" if result.success else "warn"
        self.lab.log.write(
            "cli-agents", level, "agent ended", container=container, exit_code=result.exit_code,
            milliseconds=result.milliseconds,
        )  # fmt: skip
        return result

    def _recorded(self, container: str, pid: int) -> None:
        """Who watches containers wants to know; an agent works all the same when that fails."""
        row = {"container_id": container, "pid": pid, "command": f"python {AGENT.name}"}
        try:
            self.lab.databases.ops.insert("container_processes", row)
        except (DatabaseDownError, sqlite3.Error) as error:
            self.lab.log.write("cli-agents", "warn", "process not recorded", error=type(error).__name__)

    def _environment(self, task: AgentTask, folder: Path) -> dict[str, str]:
        if self.lab.faults.on("cli-env-missing"):
            return required_by_system()
        return environment(task.container_type, self.vault, str(folder), self.lab.gateway_url, task.settings)

    def _told(self, result: CliResult) -> CliResult:
        """The result without any value of a secret."""
        if self.lab.faults.on("cli-env-leak"):
            return result
        output = without_values(result.output, self.vault)
        error = None if result.error is None else without_values(result.error, self.vault)
        return CliResult(result.success, output, result.milliseconds, error, result.exit_code, result.truncated)
