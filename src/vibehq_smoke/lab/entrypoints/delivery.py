"""``Delivery`` and ``PatchOps``: reports of patches on their way, and the events of patches (contract 5.1, 9.2)."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import Page, Text, add, change, listing, one
from vibehq_smoke.lab.patches.events import EventFilter, PatchEvents
from vibehq_smoke.lab.serving.replies import Json

ReportStatus = Literal["generating", "pending", "retrying", "delivered", "failed"]
EventStatus = Literal["success", "failure", "error", "in_progress", "pending", "applied"]


class NewReport(Options):
    """A delivery that begins."""

    patch_id: Text
    destination: Text
    metadata: dict[str, Any] | None = None


class ReportRef(Options):
    """A report by its number."""

    id: Annotated[int, Field(ge=1, lt=2**63)]


class ReportChange(ReportRef):
    """What became of a delivery."""

    status: ReportStatus
    error: Text | None = None


class ReportQuery(Page):
    """Which reports; None means any."""

    patch_id: Text | None = None
    status: ReportStatus | None = None


ALL_REPORTS = ReportQuery()


class NewEvent(Options):
    """An event of a patch; one with an `id` that is known already is not stored twice."""

    patch_id: Text
    event_type: Annotated[str, Field(pattern=r"^PATCH_[A-Z_]{1,60}$")]
    status: EventStatus
    metadata: dict[str, Any] | None = None
    id: Text | None = None


class EventQuery(Page):
    """Which events; None means any."""

    patch_id: Text | None = None
    event_type: Text | None = None
    status: EventStatus | None = None

    def filter(self) -> EventFilter:
        """The same as a filter over the table."""
        return EventFilter(event_type=self.event_type, patch_id=self.patch_id, status=self.status)


ALL_EVENTS = EventQuery()


@dataclass(frozen=True)
class Delivery:
    """Delivery reports of DB_OPS. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    def create_report(self, report: NewReport) -> Json:
        """Store a report that has not been attempted yet."""
        row = report.model_dump() | {"created_at": now_iso()}
        return {"success": True, "report": add(self.lab.databases.ops, "delivery_reports", row)}

    @exposed
    def get_report(self, report: ReportRef) -> Json:
        """One report."""
        return one("report", listing(self.lab.databases.ops, "delivery_reports", {"id": report.id}))

    @exposed
    def list_reports(self, query: ReportQuery = ALL_REPORTS) -> Json:
        """Reports, newest first."""
        wanted = {"patch_id": query.patch_id, "status": query.status}
        rows = listing(self.lab.databases.ops, "delivery_reports", wanted, query.limit)
        return {"success": True, "reports": rows}

    @exposed
    def update_status(self, asked: ReportChange) -> Json:
        """Set what became of a delivery."""
        values = {"status": asked.status, "error": asked.error, "last_attempt_at": now_iso()}
        change(self.lab.databases.ops, "delivery_reports", {"id": asked.id}, values)
        return self.get_report(asked)


@dataclass(frozen=True)
class PatchOps:
    """Events of patches in DB_OPS. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    def record_event(self, event: NewEvent) -> Json:
        """Store an event; the ``PatchEvent`` (contract 2.0)."""
        stored = self._events().add(event.patch_id, event.event_type, event.status, event.metadata, key=event.id)
        return {"success": True, "event": stored}

    @exposed
    def get_events(self, query: EventQuery = ALL_EVENTS) -> Json:
        """Events, newest first, and how many there are altogether."""
        found = self._events().page(query.filter(), min(query.limit, 100))
        return {"success": True, "events": found, "total": self._events().count(query.filter())}

    @exposed
    def get_stats(self, query: EventQuery = ALL_EVENTS) -> Json:
        """Number of events, by type and by status."""
        events, wanted = self._events(), query.filter()
        return {
            "success": True, "totalEvents": events.count(wanted), "byEventType": events.group("event_type", wanted),
            "byStatus": events.group("status", wanted),
        }  # fmt: skip

    def _events(self) -> PatchEvents:
        return PatchEvents(self.lab.databases.ops)
