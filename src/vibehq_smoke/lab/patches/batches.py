"""Batches of patch operations: checked, applied to a document, rolled back (contract API-05, 9.2)."""

import asyncio
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.patches.announcements import Announcer
from vibehq_smoke.lab.patches.json_patch import PatchError, Step, apply_step
from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.storage.databases import Row
from vibehq_smoke.lab.storage.oplog import write_operation

WORKSPACE = "workspace"


class RollbackError(Exception):
    """A batch cannot be rolled back; the text says why."""


@dataclass(frozen=True)
class Order:
    """A valid batch: under which patch id, what, on which document, and how.

    `dry_run` applies nothing; `rollback_on_failure` leaves the document alone unless all steps succeed.
    """

    patch_id: str
    steps: Sequence[Step]
    metadata: Json
    document: str = WORKSPACE
    dry_run: bool = True
    rollback_on_failure: bool = True


@dataclass(frozen=True)
class Batches:
    """Tables ``patch_batches`` and ``patch_documents``. All methods raise DatabaseDownError."""

    lab: Lab
    announcer: Announcer

    async def apply(self, order: Order) -> Json:
        """Apply a batch, or go through the motions of it; ``{success, appliedOperations, failedOperations, …}``.

        With ``rollbackId``, and the events it left. `success` is false when a step failed.
        """
        began = time.perf_counter()
        before = self._content(order.document)
        number = self._begin(order, before)
        events = [self._note(order, "PATCH_PROCESSING_STARTED")]
        checked = {"operations": len(order.steps), "duration_ms": _elapsed(began)}
        events.append(self._note(order, "PATCH_VALIDATION_COMPLETED", checked))
        errors: list[str] = []
        if not order.dry_run:
            after, errors = await asyncio.to_thread(_applied, before, order.steps, order.rollback_on_failure)
            if not errors or not order.rollback_on_failure:
                errors += self._store(order.document, before, after)
            kind = "PATCH_PROCESSING_FAILED" if errors else "PATCH_PROCESSING_COMPLETED"
            outcome = {"errors": len(errors), "duration_ms": _elapsed(began)}
            events.append(self._note(order, kind, outcome, failed=bool(errors)))
        undone = bool(errors) and order.rollback_on_failure
        applied = 0 if undone else len(order.steps) - len(errors)
        self._finish(number, applied, len(errors))
        return {
            "success": not errors, "appliedOperations": applied, "failedOperations": len(errors), "errors": errors,
            "events": events, "rollbackId": number,
        }  # fmt: skip

    def roll_back(self, number: str, reason: str) -> int:
        """Put the document back to what it was before a batch; how many operations that undid.

        Raises LookupError for an unknown batch, RollbackError for one that cannot be undone.
        """
        ops = self.lab.databases.ops
        batch = ops.row("SELECT * FROM patch_batches WHERE id = ?", (number,))
        if batch is None:
            raise LookupError(number)
        self._announce(batch, "PATCH_ROLLBACK_INITIATED", reason)
        try:
            self._refuse_rollback(batch)
        except RollbackError as error:
            self._announce(batch, "PATCH_ROLLBACK_FAILED", str(error), failed=True)
            raise
        with ops.transaction():
            self._write(batch["document"], batch["before_content"])
            ops.run(
                "UPDATE patch_batches SET status = 'rolled_back', reason = ?, updated_at = ? WHERE id = ?",
                (reason, now_iso(), number),
            )
        self._announce(batch, "PATCH_ROLLBACK_COMPLETED", reason)
        return int(batch["applied"])

    def history(self, patch_id: str | None, limit: int, offset: int) -> tuple[list[Json], int]:
        """Batches, newest first, and how many there are in all."""
        ops = self.lab.databases.ops
        where = " FROM patch_batches WHERE ?1 IS NULL OR patch_id = ?1"
        page = " ORDER BY created_at DESC, rowid DESC LIMIT ?2 OFFSET ?3"
        rows = ops.rows("SELECT *" + where + page, (patch_id, limit, offset))
        return [as_batch(row) for row in rows], ops.scalar("SELECT count(*)" + where, (patch_id,))

    def newest(self, patch_id: str) -> Row | None:
        """The row of the last batch of a patch, or None."""
        return self.lab.databases.ops.row(
            "SELECT * FROM patch_batches WHERE patch_id = ? ORDER BY rowid DESC LIMIT 1", (patch_id,)
        )

    def _begin(self, order: Order, before: str) -> str:
        number = str(uuid.uuid4())
        row: Row = {
            "id": number, "patch_id": order.patch_id, "document": order.document, "dry_run": order.dry_run,
            "status": "processing", "total": len(order.steps), "before_content": before, "created_at": now_iso(),
            "updated_at": now_iso(),
        }  # fmt: skip
        self.lab.databases.ops.insert("patch_batches", row)
        return number

    def _finish(self, number: str, applied: int, failed: int) -> None:
        ops = self.lab.databases.ops
        ops.run(
            "UPDATE patch_batches SET status = ?, applied = ?, failed = ?, updated_at = ? WHERE id = ?",
            ("failed" if failed else "completed", applied, failed, now_iso(), number),
        )
        if failed:
            write_operation(ops, "orchestrator", "patch.apply", "error", {"batch": number, "failed": failed})

    def _refuse_rollback(self, batch: Row) -> None:
        if batch["dry_run"] or not batch["applied"]:
            raise RollbackError("the batch changed nothing")
        if batch["status"] == "rolled_back":
            raise RollbackError("the batch is rolled back already")
        later = self.lab.databases.ops.scalar(
            "SELECT count(*) FROM patch_batches WHERE document = ? AND applied > 0 AND dry_run = 0"
            " AND status != 'rolled_back' AND rowid > (SELECT rowid FROM patch_batches WHERE id = ?)",
            (batch["document"], batch["id"]),
        )
        if later:
            raise RollbackError("later batches build on it: roll those back first")

    def _content(self, document: str) -> str:
        found = self.lab.databases.ops.scalar("SELECT content FROM patch_documents WHERE name = ?", (document,))
        return "{}" if found is None else str(found)

    def _store(self, document: str, before: str, after: str) -> list[str]:
        """Keep the new content; the error when somebody else was faster."""
        with self.lab.databases.ops.transaction():
            if self._content(document) != before:
                return ["the document was changed meanwhile"]
            self._write(document, after)
        return []

    def _write(self, document: str, content: str) -> None:
        self.lab.databases.ops.run(
            "INSERT INTO patch_documents (name, content, updated_at) VALUES (?1, ?2, ?3)"
            " ON CONFLICT (name) DO UPDATE SET content = ?2, updated_at = ?3",
            (document, content, now_iso()),
        )

    def _note(self, order: Order, kind: str, more: Json | None = None, *, failed: bool = False) -> Json:
        metadata = order.metadata | {"dryRun": order.dry_run} | (more or {})
        return self.announcer.add(order.patch_id, kind, "failure" if failed else "success", metadata)

    def _announce(self, batch: Row, kind: str, reason: str, *, failed: bool = False) -> None:
        metadata = {"rollbackId": batch["id"], "reason": reason}
        self.announcer.add(batch["patch_id"], kind, "failure" if failed else "success", metadata)


def _elapsed(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 3)


def as_batch(row: Row) -> Json:
    """A row of ``patch_batches`` as the API shows it."""
    return {
        "rollbackId": row["id"], "patchId": row["patch_id"], "document": row["document"],
        "dryRun": bool(row["dry_run"]), "status": row["status"],
        "operations": {"total": row["total"], "applied": row["applied"], "failed": row["failed"]},
        "reason": row["reason"], "createdAt": row["created_at"], "updatedAt": row["updated_at"],
    }  # fmt: skip


def _applied(content: str, steps: Sequence[Step], stop: bool) -> tuple[str, list[str]]:
    """The document after the steps, and what failed; the first failure ends it if `stop`."""
    document, errors = json.loads(content), []
    for number, step in enumerate(steps):
        try:
            document = apply_step(document, step)
        except (PatchError, RecursionError) as error:
            errors.append(f"operation {number} ({step.op} {step.path[:200]}): {error or 'nested too deeply'}")
            if stop:
                break
    return json.dumps(document), errors
