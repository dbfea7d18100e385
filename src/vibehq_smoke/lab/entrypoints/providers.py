"""``AIProviderOps``: the AI provider router by RPC (contract 2.7, part 8). Its failures are answers, not exceptions."""

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import exposed
from vibehq_smoke.lab.entrypoints.provider_orders import (
    ALL_PROVIDERS,
    WHOLE_HISTORY,
    AssignmentRef,
    AssignOrder,
    HistoryQuery,
    ProviderQuery,
    StatusChange,
)
from vibehq_smoke.lab.providers.agents import CliAgents
from vibehq_smoke.lab.providers.availability import Availability
from vibehq_smoke.lab.providers.execution import ExecuteOrder, Executions
from vibehq_smoke.lab.providers.gateway import GatewayClient
from vibehq_smoke.lab.providers.model import TextModel
from vibehq_smoke.lab.providers.records import Records
from vibehq_smoke.lab.providers.router import Choice, Criteria, choose
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import DatabaseDownError


@dataclass(frozen=True)
class AIProviderOps:
    """The eight methods of contract 8.3; each answers ``{success, error?, …}`` whatever happens."""

    lab: Lab

    @cached_property
    def availability(self) -> Availability:
        """Which providers can be used."""
        gateway = GatewayClient(self.lab.gateway_url, self.lab.secrets.vault, self.lab.client)
        return Availability(self.lab, TextModel(self.lab.faults), gateway)

    @cached_property
    def executions(self) -> Executions:
        """What runs at present."""
        return Executions(self.lab, self.availability, CliAgents(self.lab, self.lab.secrets.vault), self.records)

    @property
    def records(self) -> Records:
        """What is stored of assignments and executions."""
        return Records(self.lab)

    @exposed
    async def assign_provider(self, order: AssignOrder) -> Json:
        """AIP-01, AIP-04: choose by score or by hand, and record the choice."""
        return await self._answered(lambda: self._assign(order.task_id, order.wanted()))

    @exposed
    async def execute_task(self, order: ExecuteOrder) -> Json:
        """AIP-05 to AIP-08: carry a task out with a CLI agent, and record the execution."""
        return await self._answered(lambda: self._execute(order))

    @exposed
    async def check_provider_status(self, query: ProviderQuery = ALL_PROVIDERS) -> Json:
        """AIP-02, AIP-03, AIP-09: one provider, or all, as they are now."""
        if query.provider_id is None:
            return {"success": True, "providers": [state.as_json() for state in await self.availability.states()]}
        provider = self.availability.find(query.provider_id)
        if provider is None:
            return _failed(f"Unknown provider: {query.provider_id}") | {"providers": []}
        return {"success": True, "providers": [(await self.availability.state(provider)).as_json()]}

    @exposed
    async def list_available_providers(self, _query: ProviderQuery = ALL_PROVIDERS) -> Json:
        """INF-07: the providers that tasks can go to."""
        states = await self.availability.states()
        return {"success": True, "providers": [state.as_json() for state in states if state.available]}

    @exposed
    async def get_provider_stats(self, query: ProviderQuery = ALL_PROVIDERS) -> Json:
        """What was assigned to providers and what became of it."""
        return await self._answered(lambda: _at_once({"stats": self.records.stats(query.provider_id)}))

    @exposed
    async def get_assignment_history(self, query: HistoryQuery = WHOLE_HISTORY) -> Json:
        """AIP-04: assignments, newest first."""
        task = query.patch_id or query.task_id
        limit = min(query.limit, 100)
        return await self._answered(
            lambda: _at_once({"assignments": self.records.history(task, query.provider_id, limit)})
        )

    @exposed
    async def cancel_assignment(self, asked: AssignmentRef) -> Json:
        """End an assignment that has not ended, and stop what runs under it."""
        return await self._answered(lambda: self._move(asked.assignment_id, "cancelled"))

    @exposed
    async def update_assignment_status(self, asked: StatusChange) -> Json:
        """Set the status of an assignment that has not ended."""
        return await self._answered(lambda: self._move(asked.assignment_id, asked.status))

    async def _assign(self, task_id: str, criteria: Criteria) -> Json:
        choice = await self._choice(criteria)
        if choice is None:
            return _failed(f"No suitable AI provider for {criteria.problem() or 'this task: none is available'}")
        return choice.as_json() | {"taskId": task_id, "assignmentId": self.records.assign(task_id, choice, criteria)}

    async def _choice(self, criteria: Criteria) -> Choice | None:
        if self.lab.faults.on("manual-override-ignored"):
            criteria = criteria.model_copy(update={"manual_provider": None})
        dearest = self.lab.faults.on("router-ignores-cost")
        return choose(criteria, await self.availability.available(), dearest=dearest)

    async def _execute(self, order: ExecuteOrder) -> Json:
        if order.assignment_id is not None:
            found = self.records.assignment(order.assignment_id)
            if found is None or found["status"] != "assigned":
                return _failed(f"No assignment {order.assignment_id} that waits")
        else:
            found = self.records.waiting(order.task_id, order.provider_id)
        if found is not None:
            return await self.executions.execute(order, found["id"], found["provider_id"])
        if order.provider_id is not None:
            reason = {"confidence": 1.0, "reason": f"Direct execution: {order.provider_id}"}
            number = self.records.add_assignment(order.task_id, order.provider_id, order.options.priority, reason)
            return await self.executions.execute(order, number, order.provider_id)
        assigned = await self._assign(order.task_id, Criteria(priority=order.options.priority))
        if not assigned.get("success", True):
            return assigned
        return await self.executions.execute(order, assigned["assignmentId"], assigned["providerId"])

    async def _move(self, number: int, status: str) -> Json:
        if not self.records.move(number, status):
            return _failed("No such assignment, or it has ended")
        if status == "cancelled":
            self.executions.cancel(number)
        return {"assignmentId": number, "status": status}

    async def _answered(self, work: Callable[[], Awaitable[Json]]) -> Json:
        try:
            return {"success": True} | await work()
        except DatabaseDownError as error:
            return _failed(str(error))
        except sqlite3.Error as error:
            return _failed(f"database error: {type(error).__name__}")


def _failed(error: str) -> Json:
    return {"success": False, "error": error}


async def _at_once(answer: Json) -> Json:
    return answer
