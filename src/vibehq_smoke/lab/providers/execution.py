"""``executeTask``: provider's model, then a CLI agent, then the record (contract 8.3, 8.4, AIP-05..09).

Every execution asks the model of its provider and then starts a CLI agent, which does what the prompt says, or else
prints what the model said. `containerType` says which names the agent finds in its environment, nothing else.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options
from vibehq_smoke.lab.providers.agents import AgentTask, CliAgents, OutputFormat
from vibehq_smoke.lab.providers.availability import Availability
from vibehq_smoke.lab.providers.catalogue import Provider
from vibehq_smoke.lab.providers.commands import checked
from vibehq_smoke.lab.providers.container import INTERNAL_ERROR, CliResult
from vibehq_smoke.lab.providers.environment import ContainerType
from vibehq_smoke.lab.providers.model import ProviderError
from vibehq_smoke.lab.providers.records import Outcome, Records
from vibehq_smoke.lab.serving.replies import Json

SIMULATED_SECONDS = 0.5  # D-26
Id = Annotated[str, Field(min_length=1, max_length=200)]


class ExecuteOptions(Options):
    """Limits and manner of one execution; `timeout` in ms, `command` stands for a prompt that is a command line."""

    max_tokens: Annotated[int, Field(ge=1, le=200_000)] = 1024
    timeout: Annotated[float, Field(gt=0, le=600_000, strict=False)] = 30_000
    temperature: Annotated[float, Field(ge=0, le=2, strict=False)] = 0.7
    output_format: OutputFormat | None = None
    container_type: ContainerType = "cli-agent"
    priority: Literal["low", "medium", "high", "critical"] = "medium"
    command: Annotated[str, Field(min_length=1, max_length=2000)] | None = None


class ExecuteOrder(Options):
    """What `executeTask` takes. Without a provider, the one the task was assigned to."""

    task_id: Id
    prompt: Annotated[str, Field(max_length=20_000)] = ""
    provider_id: Id | None = None
    assignment_id: int | None = None
    options: ExecuteOptions = ExecuteOptions()


@dataclass(frozen=True)
class Executions:
    """Carries tasks out, each on the lab's background so that it ends with the orchestrator."""

    lab: Lab
    availability: Availability
    agents: CliAgents
    records: Records
    _running: "dict[int, asyncio.Task[None]]" = field(default_factory=dict)

    async def execute(self, order: ExecuteOrder, assignment: int, provider_id: str) -> Json:
        """Carry out `order` under an assignment. Raises DatabaseDownError."""
        self.records.move(assignment, "in-progress")
        began, started_at = time.perf_counter(), now_iso()
        result = await self._supervised(assignment, lambda: self._carry_out(order, provider_id))
        milliseconds = round((time.perf_counter() - began) * 1000, 3)
        outcome = Outcome(self._parsed(result, order), result.error, started_at, milliseconds)
        execution = self.records.finish(assignment, outcome)
        answer: Json = {
            "success": result.success, "taskId": order.task_id, "providerId": provider_id, "assignmentId": assignment,
            "executionId": execution, "executionTime": milliseconds, "exitCode": result.exit_code,
        }  # fmt: skip
        if result.truncated:
            answer["truncated"] = True
        return answer | ({"result": outcome.result} if result.success else {"error": result.error})

    def cancel(self, assignment: int) -> None:
        """Stop what runs under an assignment, if anything does."""
        running = self._running.get(assignment)
        if running is not None:
            running.cancel()

    async def _supervised(self, assignment: int, work: Callable[[], Awaitable[CliResult]]) -> CliResult:
        results: list[CliResult] = []

        async def keep() -> None:
            results.append(await work())

        task = self._running[assignment] = self.lab.background.start(keep())
        try:
            # `wait` cancels nothing by itself: whoever asked may leave, and then the work is stopped below.
            await asyncio.wait([task])
        finally:
            self._running.pop(assignment, None)
            task.cancel()
        if results:
            return results[0]
        problem = "Execution was cancelled" if task.cancelled() else "Execution failed: internal error"
        return CliResult(False, "", 0.0, problem, INTERNAL_ERROR)

    async def _carry_out(self, order: ExecuteOrder, provider_id: str) -> CliResult:
        seconds = order.options.timeout / 1000
        try:
            provider = await self._usable(provider_id)
            if self.lab.faults.on("D-26"):
                await asyncio.sleep(SIMULATED_SECONDS)
                return CliResult(True, f"Executed: {provider.id}", SIMULATED_SECONDS * 1000, None, 0)
            prompt = _prompt(order)
            async with asyncio.timeout(seconds):
                completion = await self._ask(provider, prompt, order.options.max_tokens, seconds)
        except ProviderError as error:
            return CliResult(False, "", 0.0, str(error))
        except TimeoutError:
            return CliResult(False, "", 0.0, f"The model did not answer within {order.options.timeout:g} ms")
        settings = {"TEMPERATURE": f"{order.options.temperature:g}", "MAX_TOKENS": str(order.options.max_tokens)}
        task = AgentTask(
            prompt, completion, order.options.output_format, order.options.container_type, order.options.priority,
            seconds, settings,
        )  # fmt: skip
        return await self.agents.carry_out(task)

    async def _usable(self, provider_id: str) -> Provider:
        provider = self.availability.find(provider_id)
        if provider is None:
            raise ProviderError(f"Unknown provider: {provider_id}")
        state = await self.availability.state(provider)
        if state.problem:
            raise ProviderError(f"Provider {provider_id} is not available: {state.problem}")
        return provider

    async def _ask(self, provider: Provider, prompt: str, max_tokens: int, seconds: float) -> str:
        tokens = min(max_tokens, provider.max_tokens)
        if provider.vendor is None:
            return await self.availability.model.answer(prompt, tokens)
        return await self.availability.gateway.answer(provider, prompt, tokens, seconds)

    def _parsed(self, result: CliResult, order: ExecuteOrder) -> object:
        """The output as an object where it is one, and text was not asked for; else trimmed text; raw when broken."""
        if order.options.output_format == "text" or self.lab.faults.on("cli-output-unparsed"):
            return result.output.strip()
        parsed = _object_in(result.output)
        if parsed is not None:
            return parsed
        return result.output if order.options.output_format == "json" else result.output.strip()


def _prompt(order: ExecuteOrder) -> str:
    """What to carry out. Raises ProviderError when there is nothing, or a command line that is not allowed."""
    prompt = checked(order.options.command) if order.options.command else order.prompt
    if not prompt.strip():
        raise ProviderError("prompt is required")
    return prompt


def _object_in(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
