"""``Tasks``: orders and the tasks they are made of (contract 5.1, WRK-06)."""

import uuid
from dataclasses import dataclass
from typing import Literal

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import Page, Text, add, change, listing, missing, one
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.storage.databases import Database

TaskStatus = Literal["pending", "in_progress", "completed", "failed", "cancelled"]


class OrderRef(Options):
    """An order by its id."""

    order_id: Text


class TaskRef(Options):
    """A task by its uuid."""

    task_uuid: Text


class NewOrder(Options):
    """An order to take; an id is made up when none is given."""

    title: Text
    id: Text | None = None


class NewTask(OrderRef):
    """A task of an order."""

    title: Text
    task_uuid: Text | None = None


class TaskChange(TaskRef):
    """A task's new status."""

    status: TaskStatus


class OrderQuery(Page):
    """Which orders; None means any."""

    status: Text | None = None


ALL_ORDERS = OrderQuery()


@dataclass(frozen=True)
class Tasks:
    """Orders and tasks of DB_OPS. Every method raises Refusal 500 under fault, DatabaseDownError."""

    lab: Lab

    @exposed
    def get_tasks_for_order(self, order: str | OrderRef) -> Json:
        """All tasks of one order, oldest first; none for an order that is not known."""
        order_id = order if isinstance(order, str) else order.order_id
        rows = self._ops().rows("SELECT * FROM tasks WHERE order_id = ? ORDER BY id", (order_id,))
        return {"success": True, "tasks": rows}

    @exposed
    def get_task(self, task: str | TaskRef) -> Json:
        """One task."""
        return self._task(task if isinstance(task, str) else task.task_uuid)

    @exposed
    def create_task(self, task: NewTask) -> Json:
        """Add a task to an order that is there."""
        if not listing(self._ops(), "orders", {"id": task.order_id}):
            return missing("order")
        row = {"order_id": task.order_id, "title": task.title, "task_uuid": task.task_uuid or str(uuid.uuid4())}
        if listing(self._ops(), "tasks", {"task_uuid": row["task_uuid"]}):
            return {"success": False, "error": "task already exists"}
        return {"success": True, "task": add(self._ops(), "tasks", row)}

    @exposed
    def update_task_status(self, asked: TaskChange) -> Json:
        """Move a task on."""
        change(self._ops(), "tasks", {"task_uuid": asked.task_uuid}, {"status": asked.status})
        return self._task(asked.task_uuid)

    @exposed
    def create_order(self, order: NewOrder) -> Json:
        """Take an order."""
        row = {"id": order.id or f"order-{uuid.uuid4()}", "title": order.title}
        if listing(self._ops(), "orders", {"id": row["id"]}):
            return {"success": False, "error": "order already exists"}
        return {"success": True, "order": add(self._ops(), "orders", row)}

    @exposed
    def get_order(self, order: str | OrderRef) -> Json:
        """One order."""
        return one("order", listing(self._ops(), "orders", {"id": order if isinstance(order, str) else order.order_id}))

    @exposed
    def list_orders(self, query: OrderQuery = ALL_ORDERS) -> Json:
        """Orders, newest first."""
        return {"success": True, "orders": listing(self._ops(), "orders", {"status": query.status}, query.limit)}

    def _task(self, task_uuid: str) -> Json:
        return one("task", listing(self._ops(), "tasks", {"task_uuid": task_uuid}))

    def _ops(self) -> Database:
        if self.lab.faults.on("rpc-tasks-fails"):
            raise Refusal(500, e4("Tasks failed"))
        return self.lab.databases.ops
