"""``POST /api/ai-provider/clarify``: an agent's question about its order (contract 2.7, AIP-09).

The answer is made of what DB_OPS knows about the order. When that says little about the question, a person is asked.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Options
from vibehq_smoke.lab.openapi.describe import accepts
from vibehq_smoke.lab.operations.hil_requests import open_request
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import check_model, read_object
from vibehq_smoke.lab.storage.databases import Database, Row

REQUIRED = ("orderId", "providerName", "question")
CONFIDENT = 0.5
SHORTEST_WORD = 3
STOP_WORDS = frozenset(
    {"and", "are", "can", "does", "for", "from", "has", "have", "how", "order", "should", "that", "the", "this", "task",
     "what", "when", "where", "which", "who", "why", "with"}
)  # fmt: skip
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Question(Options):
    """Body of the request."""

    order_id: Text
    provider_name: Text
    question: Annotated[str, Field(min_length=1, max_length=20_000)]
    conversation_id: Text | None = None


@dataclass(frozen=True)
class Reply:
    """What is known of the question, and the share of its words that this covers (0 to 1)."""

    text: str
    confidence: float


@dataclass(frozen=True)
class ClarifyApi:
    """Handler of the clarifier."""

    lab: Lab

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [("POST", "/api/ai-provider/clarify", self.clarify)]

    @accepts(Question)
    async def clarify(self, request: Request) -> Response:
        """Store the question with its answer; ask a person when the answer is not worth much."""
        body = await read_object(request, e4)
        missing = [name for name in REQUIRED if body.get(name) in (None, "")]
        if missing and self.lab.faults.on("clarify-accepts-empty"):
            return JSONResponse({"success": True, "response": "", "confidence": 0.0, "status": "open"})
        if missing:
            raise Refusal(400, e4(f"Missing required fields: {', '.join(missing)}"))
        return JSONResponse(self._answered(check_model(body, Question, e4, "Invalid request body")))

    def _answered(self, question: Question) -> Json:
        ops = self.lab.databases.ops
        conversation = question.conversation_id or str(uuid.uuid4())
        reply = answer(question.question, facts(ops, question.order_id))
        asked = None
        if reply.confidence < CONFIDENT:
            context = {"providerName": question.provider_name, "confidence": reply.confidence, "response": reply.text}
            asked = open_request(
                self.lab, question.question, order_id=question.order_id, conversation_id=conversation, context=context
            )
        solution = reply.text if asked is None else asked["user_response"]
        status = "resolved" if solution else "escalated"
        row: Row = {
            "order_id": question.order_id, "conversation_id": conversation, "provider_name": question.provider_name,
            "question": question.question, "response": reply.text, "solution": solution, "status": status,
            "hil_triggered": int(asked is not None), "created_at": now_iso(),
        }  # fmt: skip
        return {
            "success": True, "id": ops.insert("ai_provider_conversations", row), "conversationId": conversation,
            "response": reply.text, "solution": solution, "confidence": reply.confidence, "status": status,
            "hilTriggered": asked is not None, "hilRequestId": asked["id"] if asked else None,
        }  # fmt: skip


def facts(ops: Database, order_id: str) -> list[str]:
    """A sentence for the order, each of its tasks, and each question about it that was resolved."""
    order = ops.row("SELECT title, status FROM orders WHERE id = ?", (order_id,))
    if order is None:
        return []
    found = [f"The order is {order['title']!r} and its status is {order['status']}."]
    tasks = ops.rows("SELECT title, status FROM tasks WHERE order_id = ? ORDER BY id LIMIT 100", (order_id,))
    found += [f"The task {task['title']!r} has the status {task['status']}." for task in tasks]
    solved = "SELECT question, solution FROM ai_provider_conversations WHERE order_id = ? AND status = 'resolved'"
    found += [f"{row['question']} {row['solution']}" for row in ops.rows(f"{solved} LIMIT 100", (order_id,))]
    return found


def answer(question: str, known: Sequence[str]) -> Reply:
    """The facts that share words with the question, the best first, and how many of its words they cover."""
    wanted = words_of(question)
    shared = [(fact, wanted & words_of(fact)) for fact in known]
    fitting = sorted((pair for pair in shared if pair[1]), key=lambda pair: -len(pair[1]))
    covered = set().union(*(words for _, words in fitting))
    confidence = round(len(covered) / len(wanted), 2) if wanted else 0.0
    return Reply(" ".join(fact for fact, _ in fitting[:3]) or "Nothing is known about this.", confidence)


def words_of(text: str) -> set[str]:
    """The words that carry meaning, in lower case."""
    found = set(re.findall(r"\w+", text.lower()))
    return {word for word in found if len(word) >= SHORTEST_WORD and word not in STOP_WORDS}
