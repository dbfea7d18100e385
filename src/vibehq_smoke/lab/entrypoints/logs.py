"""``Logging`` and ``ContainerMonitoringOps``: what services and containers say about their work (INF-08, WRK-07)."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import LongText, Page, Text, add, change, listing
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.storage.oplog import write_operation


class LogEntry(Options):
    """One line of the operation log."""

    source: Text
    operation: Text
    level: Literal["debug", "info", "warn", "error", "critical"] = "info"
    details: Any = None
    order_id: Text | None = None
    task_uuid: Text | None = None


class LogQuery(Page):
    """Which lines; None means any."""

    source: Text | None = None
    operation: Text | None = None
    level: Text | None = None
    order_id: Text | None = None
    task_uuid: Text | None = None


ALL_LOGS = LogQuery()


class ContainerText(Options):
    """A line or a problem of a container."""

    container_id: Text
    text: LongText


class ContainerProcess(Options):
    """A process that runs in a container."""

    container_id: Text
    pid: Annotated[int, Field(ge=1)]
    command: LongText


class ContainerQuery(Page):
    """Which container; None means any."""

    container_id: Text | None = None


ALL_CONTAINERS = ContainerQuery()


@dataclass(frozen=True)
class Logging:
    """The operation log of DB_OPS."""

    lab: Lab

    @exposed
    def log(self, entry: LogEntry) -> Json:
        """Add one line; ``{success, id}``. Raises Refusal 500 under fault, DatabaseDownError."""
        if self.lab.faults.on("rpc-logging-fails"):
            raise Refusal(500, e4("Logging failed"))
        ops = self.lab.databases.ops
        if self.lab.faults.on("operation-log-lost"):
            return {"success": True, "id": 0}
        number = write_operation(ops, entry.source, entry.operation, entry.level, entry.details)
        if entry.order_id or entry.task_uuid:
            subject = {"order_id": entry.order_id, "task_uuid": entry.task_uuid}
            change(ops, "operation_logs", {"id": number}, subject)
        return {"success": True, "id": number}

    @exposed
    def get_logs(self, query: LogQuery = ALL_LOGS) -> Json:
        """Lines, newest first. Raises Refusal 500 under fault, DatabaseDownError."""
        if self.lab.faults.on("rpc-logging-fails"):
            raise Refusal(500, e4("Logging failed"))
        wanted = query.model_dump(exclude={"limit"})
        return {"success": True, "logs": listing(self.lab.databases.ops, "operation_logs", wanted, query.limit)}


@dataclass(frozen=True)
class ContainerMonitoringOps:
    """Lines, errors and processes of containers."""

    lab: Lab

    @exposed
    def record_log(self, entry: ContainerText) -> Json:
        """Keep a line that a container wrote."""
        row = {"container_id": entry.container_id, "line": entry.text}
        return {"success": True, "log": add(self.lab.databases.ops, "container_logs", row)}

    @exposed
    def record_error(self, entry: ContainerText) -> Json:
        """Keep a problem of a container."""
        row = {"container_id": entry.container_id, "message": entry.text}
        return {"success": True, "error_event": add(self.lab.databases.ops, "container_errors", row)}

    @exposed
    def record_process(self, process: ContainerProcess) -> Json:
        """Keep that a process was started."""
        return {"success": True, "process": add(self.lab.databases.ops, "container_processes", process.model_dump())}

    @exposed
    def get_logs(self, query: ContainerQuery = ALL_CONTAINERS) -> Json:
        """Lines, newest first."""
        return {"success": True, "logs": self._listing("container_logs", query)}

    @exposed
    def get_errors(self, query: ContainerQuery = ALL_CONTAINERS) -> Json:
        """Problems, newest first."""
        return {"success": True, "errors": self._listing("container_errors", query)}

    @exposed
    def get_processes(self, query: ContainerQuery = ALL_CONTAINERS) -> Json:
        """Processes that were started, newest first; the CLI agents' among them (contract 8.4)."""
        return {"success": True, "processes": self._listing("container_processes", query)}

    def _listing(self, table: str, query: ContainerQuery) -> list[Json]:
        return listing(self.lab.databases.ops, table, {"container_id": query.container_id}, query.limit)
