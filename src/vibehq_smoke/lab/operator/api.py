"""The operator channel (contract 2.0): ``sql``, ``rpc``, ``cron``, ``logs``, ``fault``, on a port of its own."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.rpc import Call, Rpc
from vibehq_smoke.lab.faults import UnknownFaultError
from vibehq_smoke.lab.openapi.documents import Documents
from vibehq_smoke.lab.operations.cron import CronJobs
from vibehq_smoke.lab.serving.application import Guard, json_application
from vibehq_smoke.lab.serving.replies import Json, Refusal, e4
from vibehq_smoke.lab.serving.requests import Body, query_choice, query_int, read_model
from vibehq_smoke.lab.storage.databases import Database, DatabaseDownError
from vibehq_smoke.lab.tls.authority import NoCertificatesError

READING = ("select", "with", "pragma", "explain", "values")
QUERY_SECONDS = 2.0
MAX_ROWS = 10_000
MAX_VALUE = 4 * 1024 * 1024
LOCAL_HOSTS = ("127.0.0.1", "localhost")


class Query(Body):
    """Body of ``/sql``: binding of the database, one reading statement, its parameters."""

    db: str
    select: str
    params: list[Any] = Field(default_factory=list)


class CronOrder(Body):
    """Body of ``/cron``: the expression, and the process whose handler gets it."""

    cron: str = Field(max_length=200)
    worker: str = "orchestrator"


class SwitchOrder(Body):
    """Body of ``/fault``."""

    id: str
    on: bool = True


@dataclass(frozen=True)
class OperatorApi:
    """Handlers of the operator channel.

    `jobs` says what is scheduled where; `apply_faults` brings ports and files in line after a switch was turned;
    `describe_tls` opens the https port.
    """

    lab: Lab
    rpc: Rpc
    jobs: tuple[CronJobs, ...]
    apply_faults: Callable[[], Awaitable[None]]
    describe_tls: Callable[[], Awaitable[Json]]
    documents: Documents

    def app(self) -> ASGIApp:
        """The application of the operator's port."""
        return Guard(LocalOnly(json_application(self._routes(), self.lab.faults)), "operator", self.lab.log)

    def _routes(self) -> list[BaseRoute]:
        return [
            Route("/ping", self.ping),
            Route("/credentials", self.credentials),
            Route("/sql", self.sql, methods=["POST"]),
            Route("/rpc", self.entrypoints),
            Route("/rpc", self.call, methods=["POST"]),
            Route("/cron", self.cron, methods=["POST"]),
            Route("/logs", self.logs),
            Route("/faults", self.faults),
            Route("/fault", self.fault, methods=["POST"]),
            Route("/tls", self.tls),
            Route("/openapi.json", self.openapi),
            Route("/openapi/{component}.json", self.openapi),
        ]

    async def ping(self, _request: Request) -> Response:
        """Is the lab there, and since when."""
        return JSONResponse({"ok": True, "base_url": self.lab.base_url, "started_at": self.lab.started_at})

    async def credentials(self, _request: Request) -> Response:
        """The account and the secrets made for this lab."""
        secrets = self.lab.secrets
        shown = {
            "email": secrets.email, "password": secrets.password, "service_token": secrets.service_token,
            "github_webhook_secret": secrets.github_webhook_secret, "sentry_dsn": secrets.sentry_dsn,
        }  # fmt: skip
        return JSONResponse(shown)

    async def sql(self, request: Request) -> Response:
        """Rows of one reading statement; 400 for any other, 503 when that database is down."""
        query = await read_model(request, Query, e4)
        base = self.lab.databases.by_binding(query.db)
        if base is None:
            raise Refusal(404, e4(f"Unknown database {query.db!r}", "DB_OPS, DB_PROJECTS, DB_CHATS or DB_HEALTH"))
        words = query.select.split(maxsplit=1)
        if not words or words[0].lower() not in READING:
            raise Refusal(400, e4("Only reading statements are allowed"))
        try:
            return JSONResponse({"results": await asyncio.to_thread(_bounded, base, query)})
        except DatabaseDownError as down:
            raise Refusal(503, e4(str(down))) from down
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
            raise Refusal(400, e4("Query failed", str(error))) from error

    async def call(self, request: Request) -> Response:
        """One RPC call; errors of the platform keep their status, a database that is down is 500."""
        return JSONResponse({"result": await self.rpc.invoke(await read_model(request, Call, e4))})

    async def entrypoints(self, _request: Request) -> Response:
        """Which bindings there are, with the entrypoint and the methods of each (contract 1.5)."""
        return JSONResponse(self.rpc.offered())

    async def cron(self, request: Request) -> Response:
        """Fire an expression at one process: whether its handler ended well, and the log lines it left meanwhile."""
        order = await read_model(request, CronOrder, e4)
        job = next((job for job in self.jobs if job.component == order.worker), None)
        if job is None:
            known = ", ".join(job.component for job in self.jobs)
            raise Refusal(404, e4(f"Nothing is scheduled on {order.worker!r}", f"{known} are"))
        before = self.lab.log.newest
        began = time.perf_counter()
        ok = await job.fire(order.cron)
        report = {
            "ok": ok, "outcome": "ok" if ok else "exception", "worker": order.worker, "cron": order.cron,
            "scheduled": order.cron in job.crons, "duration_ms": round((time.perf_counter() - began) * 1000, 3),
            "logs": self.lab.log.since(before),
        }  # fmt: skip
        return JSONResponse(report)

    async def logs(self, request: Request) -> Response:
        """Log lines after the number `since` (0 = all that are kept)."""
        since = query_int(request, "since", 0, e4, low=0, high=10**15)
        return JSONResponse(self.lab.log.since(since))

    async def faults(self, request: Request) -> Response:
        """All switches with their expected findings, and which are on; with ``?on=true`` only those that are."""
        only_on = query_choice(request, "on", ("true",), e4)
        wanted = [s for s in self.lab.faults.switches if not only_on or self.lab.faults.on(s.id)]
        # Working out the expected findings of hundreds of switches takes its time.
        entries = await asyncio.to_thread(lambda: [s.as_json() for s in wanted])
        return JSONResponse([entry | {"on": self.lab.faults.on(entry["id"])} for entry in entries])

    async def fault(self, request: Request) -> Response:
        """Turn a switch; answers once the change has taken effect."""
        order = await read_model(request, SwitchOrder, e4)
        try:
            switch = self.lab.faults.set(order.id, order.on)
        except UnknownFaultError as error:
            raise Refusal(404, e4(str(error))) from error
        await self.apply_faults()
        self.lab.log.write("operator", "info", "fault switched", fault=switch.id, on=order.on)
        return JSONResponse({"id": switch.id, "on": order.on})

    async def tls(self, _request: Request) -> Response:
        """The https port: ``{url, ca_pem, not_after}``; 501 where certificates cannot be made."""
        try:
            return JSONResponse(await self.describe_tls())
        except NoCertificatesError as error:
            raise Refusal(501, e4(str(error))) from error

    async def openapi(self, request: Request) -> Response:
        """The OpenAPI document of the orchestrator or of the worker that is named."""
        name = request.path_params.get("component", "orchestrator")
        found = await asyncio.to_thread(self.documents.of, name)
        if found is None:
            raise Refusal(404, e4(f"Unknown component {name!r}"))
        return JSONResponse(found)


@dataclass(frozen=True)
class LocalOnly:
    """ASGI wrapper: no request that a web page could have made (it would carry an Origin or another Host)."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass local tools on, refuse browsers."""
        headers = {name: value for name, value in scope["headers"] if name in (b"host", b"origin")}
        host = headers.get(b"host", b"").decode("latin-1").rpartition(":")[0]
        if scope["type"] != "http" or (b"origin" not in headers and host in LOCAL_HOSTS):
            await self.app(scope, receive, send)
        else:
            await JSONResponse(e4("The operator channel is for local tools only"), 403)(scope, receive, send)


def _bounded(base: Database, query: Query) -> list[dict[str, Any]]:
    deadline = time.monotonic() + QUERY_SECONDS
    with closing(base.read_only()) as connection:
        # Else `zeroblob(1000000000)` takes a gigabyte and, being one step of the program, all the time it wants.
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        rows: list[dict[str, Any]] = connection.execute(query.select, query.params).fetchmany(MAX_ROWS)
    return [{name: _json_value(value) for name, value in row.items()} for row in rows]


def _json_value(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value
