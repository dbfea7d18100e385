"""Operator channel of the embedded platform: JSON over HTTP on a port of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Never

from ..errors import Skipped
from .api import Api
from .operator import HttpsDoor, OperatorError, Row, rows_of
from .reply import Reply


class Embedded:
    """All verbs. ``api`` is a client of the channel's own port."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def sql(self, db: str, select: str, params: Sequence[object]) -> list[Row]:
        """``POST /sql``; 503 means that the database itself does not answer."""
        body = {"db": db, "select": select, "params": list(params)}
        return rows_of(_given(await self._api.post("/sql", json=body), "results"))

    async def rpc(self, binding: str, method: str, args: Sequence[object]) -> Any:
        """``POST /rpc``."""
        body = {"binding": binding, "method": method, "args": list(args)}
        return _given(await self._api.post("/rpc", json=body), "result")

    async def cron(self, expression: str) -> Any:
        """``POST /cron``: what the handler's end was (``ok`` or ``exception``), as ``outcome``, and its log lines."""
        return _body(await self._api.post("/cron", json={"cron": expression}))

    async def logs(self, since: int) -> list[Row]:
        """``GET /logs``."""
        value = _body(await self._api.get("/logs", params={"since": since}))
        return rows_of(value.get("logs", value.get("lines")) if isinstance(value, dict) else value)

    async def fault(self, id: str, on: bool) -> None:  # noqa: A002 - the channel's own words
        """``POST /fault``."""
        _body(await self._api.post("/fault", json={"id": id, "on": on}))

    async def https(self) -> HttpsDoor:
        """``GET /tls``, which opens the https port when it is first asked for."""
        reply = await self._api.get("/tls")
        return HttpsDoor(str(_given(reply, "url")), str(_given(reply, "ca_pem")))


def _given(reply: Reply, key: str) -> Any:
    body = _body(reply)
    if not isinstance(body, dict) or key not in body:
        raise OperatorError(f"the answer has no {key!r}")
    return body[key]


def _body(reply: Reply) -> Any:
    body = reply.json()
    if reply.status >= 300:
        _refuse(reply, body)
    return body


def _refuse(reply: Reply, body: Any) -> Never:
    reason = body.get("error") if isinstance(body, dict) else None
    if reply.status == 501:
        raise Skipped(f"the embedded platform cannot do this yet: {reason or reply.path}")
    raise OperatorError(str(reason or f"status {reply.status}"), unreachable=reply.status == 503)
