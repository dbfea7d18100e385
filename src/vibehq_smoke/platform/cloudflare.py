"""Operator channel through Cloudflare's HTTP API: reads a deployed D1 database."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import Skipped
from .api import Api
from .operator import OperatorError, Reading, Row, rows_of

API = "https://api.cloudflare.com"
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.IGNORECASE)


class Cloudflare(Reading):
    """SQL by the D1 query endpoint. ``databases`` maps bindings to database ids or names; names are looked up once."""

    name = "cloudflare"

    def __init__(self, api: Api, account_id: str, databases: Mapping[str, str]) -> None:
        self._api = api
        self._account = f"/client/v4/accounts/{account_id}/d1/database"
        self._databases = databases
        self._ids: dict[str, str] = {}

    async def sql(self, db: str, select: str, params: Sequence[object]) -> list[Row]:
        """``POST …/d1/database/<id>/query``."""
        path = f"{self._account}/{await self._id(db)}/query"
        result = await self._result("POST", path, json={"sql": select, "params": list(params)})
        return rows_of(result[0].get("results") if isinstance(result, list) and result else None)

    async def _id(self, db: str) -> str:
        name = self._databases.get(db)
        if name is None:
            raise Skipped(f"no database is configured for {db}: set databases in the operator section")
        if _ID.match(name):
            return name
        if name not in self._ids:
            found = await self._result("GET", self._account, params={"name": name})
            exact = [one["uuid"] for one in rows_of(found) if one.get("name") == name and "uuid" in one]
            if not exact:
                raise OperatorError(f"the account has no database named {name!r}")
            self._ids[name] = str(exact[0])
        return self._ids[name]

    async def _result(self, method: str, path: str, **options: Any) -> Any:
        reply = await self._api.request(method, path, **options)
        body = reply.json()
        if not isinstance(body, dict) or not body.get("success"):
            errors = body.get("errors") if isinstance(body, dict) else None
            said = "; ".join(str(error.get("message")) for error in errors or () if isinstance(error, dict))
            raise OperatorError(said or f"status {reply.status}", unreachable=reply.status >= 500)
        return body.get("result")
