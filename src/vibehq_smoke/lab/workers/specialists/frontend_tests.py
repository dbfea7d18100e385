"""ops-frontend-testing-specialist: pages of this platform, fetched and judged (contract 1.2)."""

import uuid
from dataclasses import dataclass
from typing import Annotated, Literal

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
from vibehq_smoke.lab.workers.specialists.frontend_templates import TEMPLATES, files, listing
from vibehq_smoke.lab.workers.specialists.page_checks import check_page, origin

NAMESPACE = "frontend-test-results"
Url = Annotated[str, Field(pattern=r"^[^\s\x00-\x1f\x7f]+$", max_length=2000)]


class ConfigOrder(Order):
    """Body of ``POST /config/generate`` and ``/setup/quick``: which page, from which template."""

    url: Url
    template: Literal["smoke", "responsive", "cross-browser"] = "smoke"
    name: Annotated[str, Field(pattern=NAME_PATTERN)] = "page"


class TestOrder(Order):
    """Body of ``POST /tests/execute``."""

    __test__ = False  # pytest would take the name for a test class

    url: Url


class WorkerOrder(Order):
    """Body of ``POST /cloudflare/test``: the name of a worker."""

    worker: Annotated[str, Field(pattern=NAME_PATTERN)]


class LocalOrder(Order):
    """Body of ``POST /local/test``: a path of the orchestrator."""

    path: Annotated[str, Field(pattern=r"^/[^\s\\\x00-\x1f\x7f]*$", max_length=2000)] = "/"


@dataclass(frozen=True)
class FrontendTestSpecialist:
    """The speciality of ops-frontend-testing-specialist. It fetches pages of this lab and no others."""

    desk: Desk
    description: str = "Fetches pages of the platform and judges them; writes browser test configurations."
    crons: tuple[str, ...] = ()

    def routes(self) -> list[BaseRoute]:
        """Its routes; ``GET /`` is what every worker has."""
        return [
            Route("/health", self.health, methods=["GET"]),
            Route("/templates", self.templates, methods=["GET"]),
            Route("/config/generate", self.config, methods=["POST"]),
            Route("/setup/quick", self.setup, methods=["POST"]),
            Route("/tests/execute", self.execute, methods=["POST"]),
            Route("/cloudflare/test", self.worker, methods=["POST"]),
            Route("/local/test", self.local, methods=["POST"]),
            Route("/tests/results/{result_id}", self.result, methods=["GET"]),
        ]

    async def scheduled(self, cron: str) -> None:
        """Nothing is due at any `cron`."""

    async def health(self, _request: Request) -> Response:
        """Whether this process works."""
        body = {"status": "healthy", "service": self.desk.target.name, "templates": len(TEMPLATES)}
        return JSONResponse(body | {"browser": None, "timestamp": now_iso()})

    async def templates(self, _request: Request) -> Response:
        """Kinds of page tests."""
        found = listing()
        return JSONResponse({"templates": found, "count": len(found)})

    @accepts(ConfigOrder)
    async def config(self, request: Request) -> Response:
        """Files of a browser test for a page, to be run elsewhere: there is no browser here."""
        order = await read_model(request, ConfigOrder, e4)
        return JSONResponse({"success": True, "template": order.template, "files": self._files(order)})

    @accepts(ConfigOrder)
    async def setup(self, request: Request) -> Response:
        """The files as `config`, and a first test of the page."""
        order = await read_model(request, ConfigOrder, e4)
        made = self._files(order)
        result = await self._tested("setup", self._ours(order.url))
        return JSONResponse({"success": True, "template": order.template, "files": made, "test": result})

    @accepts(TestOrder)
    async def execute(self, request: Request) -> Response:
        """Fetch a page of this platform and judge it."""
        order = await read_model(request, TestOrder, e4)
        return JSONResponse({"success": True} | await self._tested("page", self._ours(order.url)))

    @accepts(WorkerOrder)
    async def worker(self, request: Request) -> Response:
        """Ask a worker of this platform who it is; 404 when there is none of that name."""
        order = await read_model(request, WorkerOrder, e4)
        target = next((one for one in self.desk.lab.workers if one.name == order.worker), None)
        if target is None:
            raise Refusal(404, e4("Worker not found"))
        return JSONResponse({"success": True} | await self._tested("worker", f"{target.url}/", page=False))

    @accepts(LocalOrder)
    async def local(self, request: Request) -> Response:
        """Fetch a path of the orchestrator and judge the page."""
        order = await read_model(request, LocalOrder, e4)
        return JSONResponse({"success": True} | await self._tested("local", self.desk.lab.base_url + order.path))

    async def result(self, request: Request) -> Response:
        """A result by its id; 404 for an unknown one."""
        found = self.desk.lab.kv.get(NAMESPACE, request.path_params["result_id"])
        if found is None:
            raise Refusal(404, e4("Test result not found"))
        return JSONResponse(found)

    def _files(self, order: ConfigOrder) -> dict[str, str]:
        return files(TEMPLATES[order.template], self._ours(order.url), order.name)

    def _ours(self, url: str) -> str:
        """`url`, when it is of this platform. Raises Refusal 400 for any other."""
        if origin(url) not in self._origins():
            raise Refusal(400, e4("Invalid url", "only pages of this platform are tested"))
        return url

    def _origins(self) -> frozenset[str]:
        return frozenset({self.desk.lab.base_url, *(worker.url for worker in self.desk.lab.workers)})

    async def _tested(self, kind: str, url: str, *, page: bool = True) -> Json:
        results = await check_page(self.desk.lab.client, url, self._origins())
        # A worker's answer is JSON, so what is asked of pages does not apply.
        wanted = results if page else [found for found in results if found["name"] in ("reachable", "status", "time")]
        failed = sum(found["status"] == "failed" for found in wanted)
        outcome: Json = {
            "testId": str(uuid.uuid4()), "kind": kind, "url": url, "status": "failed" if failed else "passed",
            "total": len(wanted), "failed": failed, "results": wanted, "completedAt": now_iso(),
        }  # fmt: skip
        self.desk.lab.kv.put(NAMESPACE, outcome["testId"], outcome)
        self.desk.note("info", "page tested", kind=kind, url=url, status=outcome["status"])
        return outcome
