"""The specialists' queue: events that match a trigger become work (contract 5.1, ``specialist-queue``)."""

import asyncio
import json
import sqlite3
from dataclasses import dataclass

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.operations.queue_work import WorkError, perform
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import DatabaseDownError, Row
from vibehq_smoke.lab.storage.oplog import write_operation

POLL_SECONDS = 0.2
STATUSES = ("pending", "processing", "completed", "failed")


@dataclass(frozen=True)
class SpecialistQueue:
    """Table ``specialist_queues``: filled by triggers, emptied by `work`."""

    lab: Lab

    def trigger(self, event: str, payload: Json) -> list[Row]:
        """Queue the event for each specialist whose trigger it meets; the queued rows. Raises DatabaseDownError."""
        triggers = self.lab.databases.ops.rows(
            "SELECT * FROM specialist_triggers WHERE trigger_event = ? AND enabled = 1 ORDER BY id", (event,)
        )
        met = [row for row in triggers if meets(payload, json.loads(row["conditions"]))]
        return [self.enqueue(row["specialist_type"], event, payload) for row in met]

    def enqueue(self, specialist: str, event: str, payload: Json, priority: int | None = None) -> Row:
        """Queue work for one specialist whatever its triggers say.

        Priority is 0..2 (urgent), by default what the payload says, else 0. Raises DatabaseDownError.
        """
        said = payload.get("priority") if priority is None else priority
        row: Row = {
            "specialist_type": specialist, "trigger_event": event, "payload": json.dumps(payload),
            "priority": said if type(said) is int and 0 <= said <= 2 else 0, "created_at": now_iso(),
        }  # fmt: skip
        number = self.lab.databases.ops.insert("specialist_queues", row)
        found = self.lab.databases.ops.row("SELECT * FROM specialist_queues WHERE id = ?", (number,))
        assert found is not None
        return as_entry(found)

    def listing(self, status: str | None, specialist: str | None, limit: int, offset: int) -> tuple[list[Row], int]:
        """Entries, newest first, and how many there are in all. Raises DatabaseDownError."""
        ops = self.lab.databases.ops
        where = " FROM specialist_queues WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR specialist_type = ?2)"
        page = " ORDER BY id DESC LIMIT ?3 OFFSET ?4"
        rows = ops.rows("SELECT *" + where + page, (status, specialist, limit, offset))
        return [as_entry(row) for row in rows], ops.scalar("SELECT count(*)" + where, (status, specialist))

    async def work(self) -> None:
        """For ever: take the most urgent pending entry and do it; up to `max_retries` more tries when it fails."""
        while True:
            try:
                busy = await self._step()
            except (DatabaseDownError, sqlite3.Error):
                busy = False
            if not busy:
                await asyncio.sleep(POLL_SECONDS)

    async def _step(self) -> bool:
        ops = self.lab.databases.ops
        entry = ops.row("SELECT * FROM specialist_queues WHERE status = 'pending' ORDER BY priority DESC, id LIMIT 1")
        if entry is None:
            return False
        ops.run(
            "UPDATE specialist_queues SET status = 'processing', started_at = ? WHERE id = ?", (now_iso(), entry["id"])
        )
        try:
            payload: Json = json.loads(entry["payload"] or "{}")
            result = await asyncio.to_thread(perform, entry["specialist_type"], payload)
        except WorkError as error:
            self._failed(entry, str(error))
        else:
            ops.run(
                "UPDATE specialist_queues SET status = 'completed', result = ?, error = NULL, completed_at = ?"
                " WHERE id = ?",
                (json.dumps(result), now_iso(), entry["id"]),
            )
            self._log(entry, "info", "completed", None)
        return True

    def _failed(self, entry: Row, error: str) -> None:
        again = entry["retry_count"] < entry["max_retries"]
        self.lab.databases.ops.run(
            "UPDATE specialist_queues SET status = ?, retry_count = retry_count + ?, error = ?, completed_at = ?"
            " WHERE id = ?",
            ("pending" if again else "failed", int(again), error, None if again else now_iso(), entry["id"]),
        )
        self._log(entry, "warn" if again else "error", "retrying" if again else "failed", error)

    def _log(self, entry: Row, level: str, status: str, error: str | None) -> None:
        details = {"queueId": entry["id"], "event": entry["trigger_event"], "status": status, "error": error}
        source = f"specialist.{entry['specialist_type']}"
        write_operation(self.lab.databases.ops, source, "queue.process", level, details)


def meets(payload: Json, conditions: Json) -> bool:
    """Whether a payload fulfils all conditions: ``min_<key>`` is a least number, any other key a value."""
    for name, wanted in conditions.items():
        key = name.removeprefix("min_")
        said = payload.get(key)
        if name.startswith("min_"):
            if type(said) not in (int, float) or said < wanted:
                return False
        elif said != wanted:
            return False
    return True


def as_entry(row: Row) -> Row:
    """A row with its JSON columns parsed."""
    return row | {name: json.loads(row[name]) if row[name] else None for name in ("payload", "result")}
