"""``OpsMonitorOps``: scans of the operation log by RPC (contract AUT-05, INF-07)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options, exposed
from vibehq_smoke.lab.entrypoints.tables import FIRST_PAGE, Page, change, listing, one
from vibehq_smoke.lab.operations.scanner import OpsScanner
from vibehq_smoke.lab.serving.replies import Json


class ScanOrder(Options):
    """What to scan."""

    type: Literal["full", "incremental"] = "incremental"


INCREMENTAL = ScanOrder()


class IssueQuery(Page):
    """Which issues; None means any."""

    status: Literal["open", "resolved"] | None = None


ALL_ISSUES = IssueQuery()


class RowRef(Options):
    """A scan or an issue by its number."""

    id: Annotated[int, Field(ge=1, lt=2**63)]


@dataclass(frozen=True)
class OpsMonitorOps:
    """Scans and issues of DB_OPS. Every method raises DatabaseDownError."""

    lab: Lab

    @exposed
    async def run_scan(self, order: ScanOrder = INCREMENTAL) -> Json:
        """Scan now and announce it, as the cron does; ``{success, scan: ScanResult}``."""
        return {"success": True, "scan": await OpsScanner(self.lab).scan(order.type)}

    @exposed
    def get_recent_scans(self, page: Page = FIRST_PAGE) -> Json:
        """Scans, newest first."""
        return {"success": True, "scans": listing(self.lab.databases.ops, "ops_scans", {}, page.limit)}

    @exposed
    def get_scan(self, scan: RowRef) -> Json:
        """One scan."""
        return one("scan", listing(self.lab.databases.ops, "ops_scans", {"id": scan.id}))

    @exposed
    def get_issues(self, query: IssueQuery = ALL_ISSUES) -> Json:
        """Issues that scans have filed, newest first."""
        rows = listing(self.lab.databases.ops, "ops_issues", {"status": query.status}, query.limit)
        return {"success": True, "issues": rows}

    @exposed
    def resolve_issue(self, issue: RowRef) -> Json:
        """Close an issue."""
        values = {"status": "resolved", "resolved_at": now_iso()}
        change(self.lab.databases.ops, "ops_issues", {"id": issue.id}, values)
        return one("issue", listing(self.lab.databases.ops, "ops_issues", {"id": issue.id}))
