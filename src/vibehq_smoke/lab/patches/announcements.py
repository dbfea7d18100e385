"""Patch events as they happen: stored, and told to those who listen on ``/ws`` (contract PAT-03, PAT-04)."""

import re
from dataclasses import dataclass

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.patches.events import PatchEvents
from vibehq_smoke.lab.serving.replies import Json

TASK = re.compile(r"task-(\d{1,18})")
OUTCOMES = {"_COMPLETED": "completed", "_FAILED": "failed"}


@dataclass(frozen=True)
class Announcer:
    """Adds patch events. Raises DatabaseDownError."""

    lab: Lab
    events: PatchEvents

    def add(
        self, patch_id: str, event_type: str, status: str, metadata: Json | None, *,
        created_at: str | None = None, key: str | None = None,
    ) -> Json:  # fmt: skip
        """Store an event, publish it, and move the task on that it is about; the ``PatchEvent``."""
        if key is not None and self.lab.faults.on("patch-event-not-stored"):
            stored: Json = {
                "id": key, "patchId": patch_id, "eventType": event_type, "status": status,
                "createdAt": created_at or now_iso(), "metadata": metadata,
            }  # fmt: skip
        else:
            stored = self.events.add(patch_id, event_type, status, metadata, created_at=created_at, key=key)
            self._move_task(patch_id, event_type)
        frame = {"id": str(stored["id"]), "type": "event", "payload": stored}
        self.lab.hub_patches.publish({"patch-events", f"patch-{patch_id}"}, frame)
        return stored

    def _move_task(self, patch_id: str, event_type: str) -> None:
        """``task-<digits>`` names a task; an event that completes or fails it changes its row (contract PAT-03)."""
        task = TASK.match(patch_id)
        outcome = next((state for ending, state in OUTCOMES.items() if event_type.endswith(ending)), None)
        if task and outcome:
            self.events.ops.run("UPDATE tasks SET status = ? WHERE id = ?", (outcome, int(task[1])))
