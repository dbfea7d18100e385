"""``Specialist``: orders, results, activity and queue of the specialists (contract 5.1)."""

import uuid
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import FIRST_PAGE, Page, Text, add, change, listing, one
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.oplog import write_operation

Score = Annotated[float, Field(ge=0, le=1, strict=False)]


class Activity(Options):
    """Something a specialist did."""

    specialist: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
    activity: Text
    identifier: Text | None = None
    level: Literal["debug", "info", "warn", "error", "critical"] = "info"
    details: Any = None


class ActivityQuery(Page):
    """Which specialist's activity."""

    specialist: Text


class NewOrder(Options):
    """An order to the specialists."""

    order_type: Text
    id: Text | None = None
    status: Text = "pending"


class OrderRef(Options):
    """An order by its id."""

    id: Text


class OrderChange(OrderRef):
    """An order's new status."""

    status: Text


class Resolution(Options):
    """What became of a conflict; the newest word on a pull request's branch counts."""

    repo: Text
    pr_number: Annotated[int, Field(ge=1)]
    head_branch: Text
    status: Text


class ResolutionQuery(Page):
    """Which repository; None means any."""

    repo: Text | None = None


class DeliveryReport(Options):
    """A report over one phase of a project."""

    project_id: Text
    phase: Text
    version: Annotated[int, Field(ge=1)] = 1
    compliance_score: Score | None = None
    report: dict[str, Any] = Field(default_factory=dict)


class ReportQuery(Page):
    """Which project's reports; None means any phase."""

    project_id: Text
    phase: Text | None = None


class QueueItem(Options):
    """Work for a specialist; `priority` 0 (low) to 2 (high)."""

    specialist_type: Text
    trigger_event: Text
    priority: Annotated[int, Field(ge=0, le=2)] = 0
    payload: dict[str, Any] | None = None


class QueueQuery(Page):
    """Which items; None means any."""

    specialist_type: Text | None = None
    status: Literal["pending", "processing", "completed", "failed"] | None = None


ALL_RESOLUTIONS = ResolutionQuery()
WHOLE_QUEUE = QueueQuery()


@dataclass(frozen=True)
class Specialist:
    """The specialists' tables of DB_OPS. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    def log_activity(self, entry: Activity) -> Json:
        """A line in the operation log with source ``specialist.<name>``."""
        details = {"identifier": entry.identifier, "details": entry.details}
        source = f"specialist.{entry.specialist}"
        number = write_operation(self.lab.databases.ops, source, entry.activity, entry.level, details)
        return {"success": True, "id": number}

    @exposed
    def get_activity(self, query: ActivityQuery) -> Json:
        """What a specialist did, newest first."""
        wanted = {"source": f"specialist.{query.specialist}"}
        return {"success": True, "logs": listing(self.lab.databases.ops, "operation_logs", wanted, query.limit)}

    @exposed
    def create_order(self, order: NewOrder) -> Json:
        """Take an order; not successful when its id is taken."""
        row = order.model_dump() | {"id": order.id or str(uuid.uuid4())}
        if listing(self.lab.databases.ops, "ops_orders", {"id": row["id"]}):
            return {"success": False, "error": "order already exists"}
        return {"success": True, "order": add(self.lab.databases.ops, "ops_orders", row)}

    @exposed
    def get_order(self, order: OrderRef) -> Json:
        """One order."""
        return one("order", listing(self.lab.databases.ops, "ops_orders", {"id": order.id}))

    @exposed
    def update_order_status(self, asked: OrderChange) -> Json:
        """Move an order on."""
        change(self.lab.databases.ops, "ops_orders", {"id": asked.id}, {"status": asked.status})
        return self.get_order(asked)

    @exposed
    def record_conflict_resolution(self, asked: Resolution) -> Json:
        """Keep what became of a conflict; one row per repository, pull request and branch."""
        ops = self.lab.databases.ops
        key = asked.model_dump(exclude={"status"})
        if not change(ops, "ops_conflict_resolutions", key, {"status": asked.status}):
            add(ops, "ops_conflict_resolutions", asked.model_dump())
        return one("resolution", listing(ops, "ops_conflict_resolutions", key))

    @exposed
    def get_conflict_resolutions(self, query: ResolutionQuery = ALL_RESOLUTIONS) -> Json:
        """Conflicts, newest first."""
        rows = listing(self.lab.databases.ops, "ops_conflict_resolutions", {"repo": query.repo}, query.limit)
        return {"success": True, "resolutions": rows}

    @exposed
    def save_delivery_report(self, report: DeliveryReport) -> Json:
        """Store a report; not successful when that version is there already."""
        ops = self.lab.databases.ops
        key = report.model_dump(include={"project_id", "phase", "version"})
        if listing(ops, "ops_delivery_reports", key):
            return {"success": False, "error": "report version already exists"}
        return {"success": True, "report": add(ops, "ops_delivery_reports", report.model_dump())}

    @exposed
    def get_delivery_reports(self, query: ReportQuery) -> Json:
        """Reports of a project, newest first."""
        wanted = {"project_id": query.project_id, "phase": query.phase}
        rows = listing(self.lab.databases.ops, "ops_delivery_reports", wanted, query.limit)
        return {"success": True, "reports": rows}

    @exposed
    def enqueue(self, item: QueueItem) -> Json:
        """Put work into the queue of a specialist."""
        return {"success": True, "item": add(self.lab.databases.ops, "specialist_queues", item.model_dump())}

    @exposed
    def get_queue(self, query: QueueQuery = WHOLE_QUEUE) -> Json:
        """What waits and what was done, newest first."""
        wanted = {"specialist_type": query.specialist_type, "status": query.status}
        return {"success": True, "items": listing(self.lab.databases.ops, "specialist_queues", wanted, query.limit)}

    @exposed
    def get_triggers(self, page: Page = FIRST_PAGE) -> Json:
        """What starts which specialist by itself."""
        return {"success": True, "triggers": listing(self.lab.databases.ops, "specialist_triggers", {}, page.limit)}
