"""``/api/specialists/log`` and ``/api/factories`` (contract WRK-07, ERR-01)."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.names import FACTORY_PATTERN
from vibehq_smoke.lab.openapi.describe import accepts, asks, text, whole
from vibehq_smoke.lab.serving.replies import Json, Refusal, e1
from vibehq_smoke.lab.serving.requests import Body, query_int, read_model
from vibehq_smoke.lab.storage.databases import Row
from vibehq_smoke.lab.storage.oplog import write_operation

Text = Annotated[str, Field(min_length=1, max_length=200)]


class Activity(Body):
    """Body of ``POST /api/specialists/log``."""

    specialist: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
    activity: Text
    identifier: Text | None = None
    level: Literal["debug", "info", "warn", "error", "critical"] = "info"
    details: Any = None


class AnyFactory(Body):
    """Body of ``POST /api/factories`` while ``factory-name-unchecked`` is on."""

    name: Text
    repo_owner: Text | None = None
    repo_name: Text | None = None
    path: Text | None = None


class NewFactory(AnyFactory):
    """Body of ``POST /api/factories``."""

    name: Annotated[str, Field(pattern=FACTORY_PATTERN)]


@dataclass(frozen=True)
class SpecialistApi:
    """Handlers of the specialists' log and the list of factories."""

    lab: Lab

    def private(self) -> list[tuple[str, str, object]]:
        """(method, path, handler) of the routes for signed-in users."""
        return [
            ("POST", "/api/specialists/log", self.add),
            ("GET", "/api/specialists/log/{specialist}", self.read),
            ("GET", "/api/factories", self.factories),
            ("POST", "/api/factories", self.add_factory),
        ]

    @accepts(Activity)
    async def add(self, request: Request) -> Response:
        """WRK-07: a line in ``operation_logs`` with source ``specialist.<name>``."""
        entry = await read_model(request, Activity, e1)
        if self.lab.faults.on("specialist-log-lost"):
            return JSONResponse({"ok": True})
        details = {"identifier": entry.identifier, "details": entry.details}
        write_operation(self.lab.databases.ops, f"specialist.{entry.specialist}", entry.activity, entry.level, details)
        return JSONResponse({"ok": True})

    @asks(whole("limit", 1, 100), text("identifier"))
    async def read(self, request: Request) -> Response:
        """WRK-07: the lines of one specialist, newest first, of one identifier if asked."""
        limit = query_int(request, "limit", 25, e1, high=100, clamp=True)
        rows = self.lab.databases.ops.rows(
            "SELECT * FROM operation_logs WHERE source = ?1"
            " AND (?2 IS NULL OR json_extract(details, '$.identifier') = ?2) ORDER BY id DESC LIMIT ?3",
            (f"specialist.{request.path_params['specialist']}", request.query_params.get("identifier"), limit),
        )
        return JSONResponse({"ok": True, "logs": [_as_line(row) for row in rows]})

    async def factories(self, _request: Request) -> Response:
        """All factories known to the platform."""
        if self.lab.faults.on("D-16"):
            raise Refusal(500, e1("Internal server error", "query builder has no such method"))
        return JSONResponse(
            {"ok": True, "factories": self.lab.databases.ops.rows("SELECT * FROM factories ORDER BY id")}
        )

    @accepts(NewFactory)
    async def add_factory(self, request: Request) -> Response:
        """Register a factory; 409 when the name is taken."""
        unchecked = self.lab.faults.on("factory-name-unchecked")
        factory = await read_model(request, AnyFactory if unchecked else NewFactory, e1)
        ops = self.lab.databases.ops
        if ops.row("SELECT 1 FROM factories WHERE name = ?", (factory.name,)):
            raise Refusal(409, e1("Factory already exists"))
        ops.insert("factories", factory.model_dump())
        return JSONResponse({"ok": True, "name": factory.name}, 201)


def _as_line(row: Row) -> Json:
    return {
        "timestamp": row["created_at"],
        "activity": row["operation"],
        "level": row["level"],
        "details": json.loads(row["details"]) if row["details"] else None,
    }
