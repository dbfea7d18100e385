"""ops-conflict-specialist: merge conflicts, resolved by rule (contract FAC-06)."""

import asyncio
import fnmatch
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import httpx
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.openapi.describe import accepts
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import check_model, path_int, read_object
from vibehq_smoke.lab.workers.desk import Desk, RpcError
from vibehq_smoke.lab.workers.order import Order
from vibehq_smoke.lab.workers.specialists.merge import (
    Hunk,
    MarkerError,
    Piece,
    merge,
    parse_markers,
    resolve,
    with_markers,
)

NAMESPACE = "conflict-resolutions"
MISSING = "Invalid order: missing required fields"
REQUIRED = ("repo", "pr_number", "head_branch", "files")
MAX_LINES = 2000
Content = Annotated[str, Field(max_length=200_000)]
Keep = Literal["auto", "ours", "theirs", "union"]


class ConflictFile(Order):
    """One file: either `content` with conflict markers, or the three texts."""

    path: Annotated[str, Field(min_length=1, max_length=500)]
    content: Content | None = None
    base: Content = ""
    ours: Content | None = None
    theirs: Content | None = None


class Rule(Order):
    """For paths that match `pattern` (as in a shell), keep this."""

    pattern: Annotated[str, Field(min_length=1, max_length=200)]
    keep: Keep


class ConflictOrder(Order):
    """Body of ``POST /resolve``. The first rule that matches a path decides, else `strategy`."""

    repo: Annotated[str, Field(min_length=1, max_length=200)]
    pr_number: Annotated[int, Field(ge=1, lt=2**31)]
    head_branch: Annotated[str, Field(min_length=1, max_length=200)]
    files: Annotated[list[ConflictFile], Field(min_length=1, max_length=50)]
    strategy: Keep = "auto"
    rules: list[Rule] = Field(default_factory=list, max_length=50)

    def keep(self, path: str) -> Keep:
        """What to keep in the file `path`."""
        found = (rule.keep for rule in self.rules if fnmatch.fnmatchcase(path, rule.pattern))
        return next(found, self.strategy)


@dataclass(frozen=True)
class ConflictSpecialist:
    """The speciality of ops-conflict-specialist."""

    desk: Desk
    description: str = "Resolves merge conflicts: three-way where it is beyond doubt, else by the order's rules."
    crons: tuple[str, ...] = ()

    def routes(self) -> list[BaseRoute]:
        """Its routes (contract 1.2)."""
        return [
            Route("/resolve", self.resolve, methods=["POST"]),
            Route("/status/{id}", self.status, methods=["GET"]),
        ]

    async def scheduled(self, cron: str) -> None:
        """Nothing is due at any `cron`."""

    @accepts(ConflictOrder)
    async def resolve(self, request: Request) -> Response:
        """Resolve the files of an order and record what became of it; 400 says what is wrong with the order."""
        content = await read_object(request, e4)
        if not content and self.desk.on("conflict-accepts-empty"):
            return JSONResponse({"success": True, "status": "resolved", "files": []})
        missing = [name for name in REQUIRED if content.get(name) in (None, "", [])]
        if missing:
            raise Refusal(400, {"error": MISSING, "missing": missing})
        order = check_model(content, ConflictOrder, e4, "Invalid order")
        files = await asyncio.to_thread(_resolved, order)  # comparing long texts takes a while
        conflicts = sum(file["unresolved"] for file in files)
        status = "needs-review" if conflicts else "resolved"
        number = await self._recorded(order, status)
        outcome: Json = {
            "success": conflicts == 0, "id": number, "status": status, "repo": order.repo,
            "pr_number": order.pr_number, "head_branch": order.head_branch, "strategy": order.strategy,
            "unresolved": conflicts, "files": files, "resolved_at": now_iso(),
        }  # fmt: skip
        self.desk.lab.kv.put(NAMESPACE, str(number), outcome)
        self.desk.note("info", "conflict handled", id=number, status=status, files=len(files), unresolved=conflicts)
        return JSONResponse(outcome)

    async def status(self, request: Request) -> Response:
        """What became of an order, by the id that resolving it gave; 404 for any other."""
        number = path_int(request, "id", e4)
        found = self.desk.lab.kv.get(NAMESPACE, str(number))
        if found is None:
            raise Refusal(404, e4("Resolution not found"))
        return JSONResponse(found)

    async def _recorded(self, order: ConflictOrder, status: str) -> int:
        """Id of the row in ``ops_conflict_resolutions``. Raises Refusal 500 when it cannot be written."""
        row: dict[str, Any] = {"repo": order.repo, "prNumber": order.pr_number, "headBranch": order.head_branch}
        try:
            answer = await self.desk.call("ORCHESTRATOR_OPS", "recordConflictResolution", [row | {"status": status}])
        except (httpx.HTTPError, RpcError) as error:
            raise Refusal(500, e4("Resolution could not be recorded", type(error).__name__)) from error
        if not isinstance(answer, dict) or not answer.get("success"):
            raise Refusal(500, e4("Resolution could not be recorded"))
        return int(answer["resolution"]["id"])


def _resolved(order: ConflictOrder) -> list[Json]:
    return [_resolved_file(file, order.keep(file.path)) for file in order.files]


def _resolved_file(file: ConflictFile, keep: Keep) -> Json:
    """Raises Refusal 400 when the file says neither markers nor both sides, or is too long."""
    lines: list[str] = []
    decided = open_ = 0
    for piece in _pieces(file):
        if isinstance(piece, Hunk):
            chosen = resolve(piece, keep)
            lines += with_markers(piece) if chosen is None else chosen
            decided, open_ = decided + (chosen is not None), open_ + (chosen is None)
        else:
            lines.append(piece)
    text = "".join(f"{line}\n" for line in lines)
    return {"path": file.path, "keep": keep, "resolved": decided, "unresolved": open_, "content": text}


def _pieces(file: ConflictFile) -> list[Piece]:
    texts = [text.splitlines() for text in (file.base, file.ours, file.theirs, file.content) if text is not None]
    if any(len(lines) > MAX_LINES for lines in texts):
        raise Refusal(400, e4("Invalid order", f"{file.path}: more than {MAX_LINES} lines"))
    if file.content is not None:
        try:
            return parse_markers(file.content)
        except MarkerError as error:
            raise Refusal(400, e4("Invalid order", f"{file.path}: {error}")) from error
    if file.ours is None or file.theirs is None:
        raise Refusal(400, e4("Invalid order", f"{file.path}: content, or ours and theirs, is expected"))
    return merge(file.base.splitlines(), file.ours.splitlines(), file.theirs.splitlines())
