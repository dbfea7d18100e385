"""cloud-worker-retrofit: turns a foreign Worker into one of the platform (contract 1.2)."""

import asyncio
import json
import re
import uuid
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from vibehq_smoke.lab.clock import now_iso
from vibehq_smoke.lab.names import NAME_PATTERN
from vibehq_smoke.lab.openapi.describe import accepts
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import read_model
from vibehq_smoke.lab.workers.desk import Desk
from vibehq_smoke.lab.workers.order import Order
from vibehq_smoke.lab.workers.specialists.worker_source import Analysis, analyse

NAMESPACE = "retrofits"
HANDLER_IMPORT = "import { handleHealthCheck } from '@shared/handlers/healthCheckHandler';\n"
_DEFAULT = re.compile(r"^([ \t]*)export[ \t]+default\b[ \t]*", re.MULTILINE)
_TAIL = """
export default {
\t...retrofitted,
\tasync fetch(request, env, ctx) {
\t\tif (new URL(request.url).pathname.startsWith('/health-check/')) return handleHealthCheck(request, env, ctx);
\t\treturn retrofitted.fetch(request, env, ctx);
\t},
};
"""


class SourceOrder(Order):
    """Body of ``POST /analyze`` and ``/retrofit``: the text of a Worker's main module, and its name."""

    source: Annotated[str, Field(min_length=1, max_length=200_000)]
    name: Annotated[str, Field(pattern=NAME_PATTERN)] = "retrofitted-worker"


@dataclass(frozen=True)
class Retrofit:
    """The speciality of cloud-worker-retrofit."""

    desk: Desk
    description: str = "Analyses a Worker's source and adds what the platform asks of a worker."
    crons: tuple[str, ...] = ()

    def routes(self) -> list[BaseRoute]:
        """Its routes."""
        return [
            Route("/analyze", self.analyze, methods=["POST"]),
            Route("/retrofit", self.retrofit, methods=["POST"]),
            Route("/status/{retrofit_id}", self.status, methods=["GET"]),
        ]

    async def scheduled(self, cron: str) -> None:
        """Nothing is due at any `cron`."""

    @accepts(SourceOrder)
    async def analyze(self, request: Request) -> Response:
        """What the source exports, binds and serves, and what the rules find in it."""
        order = await read_model(request, SourceOrder, e4)
        analysis = await asyncio.to_thread(analyse, order.source)
        return JSONResponse({"success": True, "name": order.name, "analysis": analysis.as_json()})

    @accepts(SourceOrder)
    async def retrofit(self, request: Request) -> Response:
        """The source with the health-check protocol mounted, and the wrangler file that goes with it."""
        order = await read_model(request, SourceOrder, e4)
        analysis = await asyncio.to_thread(analyse, order.source)
        if not analysis.default_export:
            raise Refusal(400, e4("Invalid source", "no default export to build upon"))
        retrofit_id = str(uuid.uuid4())
        changed, changes = retrofitted(order.source, analysis)
        outcome: Json = {
            "retrofitId": retrofit_id, "name": order.name, "status": "completed", "changes": changes,
            "files": {"worker/index.ts": changed, "wrangler.jsonc": wrangler_file(order.name, analysis)},
            "openFindings": list(analysis.findings), "completedAt": now_iso(),
        }  # fmt: skip
        self.desk.lab.kv.put(NAMESPACE, retrofit_id, outcome)
        self.desk.note("info", "worker retrofitted", retrofit_id=retrofit_id, changes=len(changes))
        return JSONResponse({"success": True} | outcome)

    async def status(self, request: Request) -> Response:
        """What became of a retrofit; 404 for an id that none has."""
        found = self.desk.lab.kv.get(NAMESPACE, request.path_params["retrofit_id"])
        if found is None:
            raise Refusal(404, e4("Retrofit not found"))
        return JSONResponse(found)


def retrofitted(source: str, analysis: Analysis) -> tuple[str, list[str]]:
    """The source with what is missing added, and what was changed. A source that lacks nothing stays as it is."""
    if not analysis.missing_health_paths:
        return source, []
    body = _DEFAULT.sub(r"\1const retrofitted = ", source, count=1)
    changes = [f"mounted {path}" for path in analysis.missing_health_paths]
    return HANDLER_IMPORT + body.rstrip() + "\n" + _TAIL, changes


def wrangler_file(name: str, analysis: Analysis) -> str:
    """A wrangler file as every worker of the platform has one (contract 1.5, INF-06, INF-10, INF-12, INF-13)."""
    content = {
        "name": name,
        "main": "worker/index.ts",
        "compatibility_date": "2025-10-01",
        "vars": {"WORKER_NAME": name, "WORKER_TYPE": "application"},
        "observability": {"enabled": True, "head_sampling_rate": 1},
        "version_metadata": {"binding": "CF_VERSION_METADATA"},
        "services": [
            {"binding": "ORCHESTRATOR_LOGGING", "service": "vibehq-orchestrator", "entrypoint": "Logging"},
            {"binding": "ORCHESTRATOR_TASKS", "service": "vibehq-orchestrator", "entrypoint": "Tasks"},
        ],
    }
    own = [binding for binding in analysis.bindings if not binding.startswith("ORCHESTRATOR_")]
    remark = f"// Bind what the source uses as well: {', '.join(own)}\n" if own else ""
    return remark + json.dumps(content, indent=2) + "\n"
