"""cloudflare-expert-specialist: advice on Workers by written rules (contract 1.2). No model is asked."""

import asyncio
import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.openapi.describe import accepts, asks, whole
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import query_int, read_model
from vibehq_smoke.lab.workers.desk import Desk
from vibehq_smoke.lab.workers.order import Order
from vibehq_smoke.lab.workers.specialists.cloudflare_topics import advice_on, review_order
from vibehq_smoke.lab.workers.specialists.code_rules import findings, score

NAMESPACE = "cloudflare-expert-history"
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]


class Question(Order):
    """Body of ``POST /consult``."""

    question: Annotated[str, Field(min_length=1, max_length=20_000)]
    specialist: Name = "anonymous"
    identifier: Name | None = None


class OrderReview(Order):
    """Body of ``POST /review/order``: the order as an object with text in it."""

    order: Annotated[dict[str, Any], Field(min_length=1)]
    specialist: Name = "anonymous"
    identifier: Name | None = None


class CodeReview(Order):
    """Body of ``POST /review/code``."""

    code: Annotated[str, Field(min_length=1, max_length=200_000)]
    filename: Annotated[str, Field(min_length=1, max_length=300)] = "worker.ts"
    specialist: Name = "anonymous"
    identifier: Name | None = None


@dataclass(frozen=True)
class CloudflareExpert:
    """The speciality of cloudflare-expert-specialist. What it said is kept by who asked."""

    desk: Desk
    description: str = "Answers questions on Workers and reviews orders and code, by written rules."
    crons: tuple[str, ...] = ()

    def routes(self) -> list[BaseRoute]:
        """Its routes."""
        return [
            Route("/consult", self.consult, methods=["POST"]),
            Route("/review/order", self.order, methods=["POST"]),
            Route("/review/code", self.code, methods=["POST"]),
            Route("/history/{specialist}", self.history, methods=["GET"]),
            Route("/history/{specialist}/{identifier}", self.history, methods=["GET"]),
        ]

    async def scheduled(self, cron: str) -> None:
        """Nothing is due at any `cron`."""

    @accepts(Question)
    async def consult(self, request: Request) -> Response:
        """What the rules say on the topics that the question names; none, when it names none."""
        asked = await read_model(request, Question, e4)
        found = advice_on(asked.question)
        said: Json = {"advice": found, "topics": [entry["topic"] for entry in found], "source": "rules"}
        return JSONResponse(self._kept("consult", asked.specialist, asked.identifier, said))

    @accepts(OrderReview)
    async def order(self, request: Request) -> Response:
        """What an order leaves open, and what it needs on the platform."""
        asked = await read_model(request, OrderReview, e4)
        said: Json = await asyncio.to_thread(review_order, asked.order) | {"source": "rules"}
        return JSONResponse(self._kept("review-order", asked.specialist, asked.identifier, said))

    @accepts(CodeReview)
    async def code(self, request: Request) -> Response:
        """What the rules find in the code, line by line, and a score 0..1."""
        asked = await read_model(request, CodeReview, e4)
        found = await asyncio.to_thread(findings, asked.code)
        said: Json = {"filename": asked.filename, "findings": found, "score": score(found), "source": "rules"}
        said["approved"] = not any(finding["severity"] in ("critical", "high") for finding in found)
        return JSONResponse(self._kept("review-code", asked.specialist, asked.identifier, said))

    @asks(whole("limit", 1, 100))
    async def history(self, request: Request) -> Response:
        """What a specialist was told, newest first; of one identifier if named. `limit` 1..100, default 25."""
        limit = query_int(request, "limit", 25, e4, high=100, clamp=True)
        specialist, identifier = request.path_params["specialist"], request.path_params.get("identifier")
        if len(specialist) > 100 or "/" in specialist:
            raise Refusal(400, e4("Invalid specialist"))
        prefix = f"{specialist}/" + (f"{identifier}/" if identifier else "")
        found = self.desk.lab.kv.newest(NAMESPACE, prefix, limit)
        return JSONResponse({"specialist": specialist, "identifier": identifier, "history": found, "count": len(found)})

    def _kept(self, kind: str, specialist: str, identifier: str | None, said: Json) -> Json:
        number = str(uuid.uuid4())
        entry = {"id": number, "kind": kind, "specialist": specialist, "identifier": identifier, "createdAt": now_iso()}
        self.desk.lab.kv.put(NAMESPACE, f"{specialist}/{identifier or ''}/{number}", entry | said)
        self.desk.note("info", "advice given", kind=kind, specialist=specialist)
        return {"success": True} | entry | said
