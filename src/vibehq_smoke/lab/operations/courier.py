"""Delivering reports in the background, with attempts and an end (contract 1.4 ``delivery-api``)."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.storage.databases import DatabaseDownError, Row
from vibehq_smoke.lab.storage.oplog import write_operation

MAX_ATTEMPTS = 3
# Seconds before the first attempt (the report is being written) and before each further one.
GAPS = (0.5, 1.0, 2.0)


class DeliveryError(Exception):
    """A destination did not take a report; the text says why."""


@dataclass(frozen=True)
class Courier:
    """Brings reports to the lab's own destinations: the table ``delivery_sinks``."""

    lab: Lab

    def dispatch(self, number: int) -> None:
        """Deliver the report with this id in the background; ``delivered`` or, after three attempts, ``failed``."""
        self.lab.background.start(self._deliver(number))

    async def _deliver(self, number: int) -> None:
        for gap in GAPS:
            await asyncio.sleep(gap)
            try:
                if self._attempt(number):
                    return
            except DatabaseDownError as down:
                self.lab.log.write("delivery", "warn", "delivery postponed", report=number, error=str(down))

    def _attempt(self, number: int) -> bool:
        """One attempt; whether the matter is closed."""
        ops = self.lab.databases.ops
        report = ops.row("SELECT * FROM delivery_reports WHERE id = ?", (number,))
        if report is None or report["status"] in ("delivered", "failed"):
            return True
        try:
            self._hand_over(report)
            status, error = "delivered", None
        except (DeliveryError, OSError) as problem:
            last = report["attempts"] + 1 >= MAX_ATTEMPTS
            status, error = "failed" if last else "retrying", str(problem) or type(problem).__name__
        ops.run(
            "UPDATE delivery_reports SET attempts = attempts + 1, status = ?, error = ?, last_attempt_at = ?"
            " WHERE id = ?",
            (status, error, now_iso(), number),
        )
        level = {"delivered": "info", "retrying": "warn", "failed": "error"}[status]
        details = {"reportId": number, "destination": report["destination"], "status": status, "error": error}
        write_operation(ops, "orchestrator", "delivery.attempt", level, details)
        return status != "retrying"

    def _hand_over(self, report: Row) -> None:
        """Raises DeliveryError when the destination does not take it, OSError when it cannot be written."""
        sink = self.lab.databases.ops.row("SELECT * FROM delivery_sinks WHERE name = ?", (report["destination"],))
        if sink is None:
            raise DeliveryError("unknown destination")
        if not sink["enabled"]:
            raise DeliveryError("destination is switched off")
        if sink["kind"] == "refuse":
            raise DeliveryError("destination refused the report")
        if sink["kind"] == "file":
            folder = self.folder / sink["name"]
            folder.mkdir(parents=True, exist_ok=True)
            kept = {name: report[name] for name in ("id", "patch_id", "created_at")}
            content = kept | {"metadata": json.loads(report["metadata"]) if report["metadata"] else None}
            (folder / f"report-{report['id']}.json").write_text(json.dumps(content) + "\n", encoding="utf-8")

    @property
    def folder(self) -> Path:
        """Where destinations of kind ``file`` keep what they get."""
        return self.lab.databases.ops.path.parent / "delivered"
