"""Questions that wait for a person, and those that are answered without one (contract 1.4 ``hil``, 5.1)."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.storage.databases import Database, Row
from vibehq_smoke.lab.storage.oplog import write_operation

THRESHOLD = 0.8
# Below this share of its words a pattern has nothing to do with a question.
LEAST_OVERLAP = 0.5


@dataclass(frozen=True)
class Suggestion:
    """An automated answer and how far to trust it, 0..1."""

    answer: str
    confidence: float


def open_request(
    lab: Lab, question: str, *, order_id: str | None = None, conversation_id: str | None = None,
    context: object = None,
) -> Row:  # fmt: skip
    """Store a question and answer it if a known pattern fits; the row of ``hil_requests``.

    With a confidence of 0.8 and more the request is ``resolved`` by automation; below, it stays ``pending`` with the
    suggestion beside it. `context` is any JSON value. Raises DatabaseDownError.
    """
    ops = lab.databases.ops
    found = suggest(question, ops.rows("SELECT * FROM hil_answer_patterns ORDER BY id"))
    sure = found is not None and found.confidence >= THRESHOLD
    row: Row = {
        "order_id": order_id, "conversation_id": conversation_id, "question": question,
        "context": None if context is None else json.dumps(context), "created_at": now_iso(),
        "confidence": found.confidence if found else None, "suggested_response": found.answer if found else None,
        "status": "resolved" if sure else "pending", "user_response": found.answer if found and sure else None,
        "answered_by": "automation" if sure else None, "resolved_at": now_iso() if sure else None,
    }  # fmt: skip
    number = ops.insert("hil_requests", row)
    details = {"id": number, "status": row["status"], "confidence": row["confidence"]}
    write_operation(ops, "orchestrator", "hil.open", "info", details)
    return stored(ops, number)


def stored(ops: Database, number: int) -> Row:
    """The request with this id. Raises LookupError when there is none, DatabaseDownError."""
    row = ops.row("SELECT * FROM hil_requests WHERE id = ?", (number,))
    if row is None:
        raise LookupError(number)
    return row


def suggest(question: str, patterns: Iterable[Row]) -> Suggestion | None:
    """The best answer that the patterns have: certainty times share of the pattern's words in the question.

    `patterns` are rows of ``hil_answer_patterns``. None when no pattern has half of its words in the question.
    """
    words = set(re.findall(r"[a-z]+", question.lower()))
    best: Suggestion | None = None
    for pattern in patterns:
        wanted = json.loads(pattern["words"])
        overlap = sum(any(word.startswith(stem) for word in words) for stem in wanted) / len(wanted)
        confidence = round(pattern["certainty"] * overlap, 4)
        if overlap >= LEAST_OVERLAP and (best is None or confidence > best.confidence):
            best = Suggestion(pattern["answer"], confidence)
    return best
