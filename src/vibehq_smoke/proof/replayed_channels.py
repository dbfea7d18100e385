"""The ways to a platform, on a stage: requests, the operator's channel, sockets."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..platform.headers import Headers
from ..platform.operator import HttpsDoor, OperatorError, Row
from ..platform.wire import Request, Transit, WireFailure
from .failing import fail
from .notebook import asked
from .questions import Asked

if TYPE_CHECKING:
    from .aligning import Ids
    from .questions import Known
    from .replay import Replayed


class ReplayedSender:
    """HTTP: requests that were sent before are answered."""

    def __init__(self, outside: Replayed) -> None:
        self._outside = outside

    async def send(self, request: Request, transit: Transit, deadline_s: float) -> None:
        """Fill ``transit`` with what was answered, when it was."""
        stage = self._outside.stage
        found = stage.find(_asked(request))
        if found is None:
            raise WireFailure("unreachable", "nobody recorded an answer to this")
        answer = stage.answer(found)
        took = answer["ms"] / 1000 if "ms" in answer else found.seen.took
        if took > deadline_s:
            await asyncio.sleep(deadline_s)
            transit.total_ms = deadline_s * 1000
            raise WireFailure("timeout", f"no answer within {deadline_s:g} s")
        await asyncio.sleep(max(took, found.seen.took))  # it may have waited for its turn
        transit.total_ms = took * 1000
        if "failure" in answer:
            raise WireFailure(*answer["failure"])
        body = stage.ids.translate(answer["body"])
        transit.status = answer["status"]
        transit.headers = _headers(found, answer["headers"], stage.ids)
        transit.body = bytearray(body.encode("latin-1" if answer.get("latin") else "utf-8", "surrogatepass"))
        transit.received = len(transit.body)
        transit.first_byte_ms = transit.total_ms
        self._outside.delivered(found, transit, request.url)

    async def close(self) -> None:
        """Nothing is open."""


class ReplayedBackend:
    """The operator's channel."""

    def __init__(self, outside: Replayed) -> None:
        self._outside = outside

    async def sql(self, db: str, select: str, params: Sequence[object]) -> list[Row]:
        """Rows."""
        return await self._given("sql", [db, select, list(params)])  # type: ignore[no-any-return]

    async def rpc(self, binding: str, method: str, args: Sequence[object]) -> Any:
        """What a method returned."""
        return await self._given("rpc", [binding, method, list(args)])

    async def cron(self, expression: str) -> Any:
        """What came of an event."""
        return await self._given("cron", [expression])

    async def logs(self, since: int) -> list[Row]:
        """Log lines."""
        return await self._given("logs", [since])  # type: ignore[no-any-return]

    async def fault(self, id: str, on: bool) -> None:  # noqa: A002 - the protocol's
        """Nothing came of it."""
        await self._given("fault", [id, on])

    async def https(self) -> HttpsDoor:
        """An address."""
        return HttpsDoor(*await self._given("https", []))

    async def _given(self, verb: str, args: list[Any]) -> Any:
        stage = self._outside.stage
        found = stage.find(Asked("operator", {"verb": verb, "args": json.loads(json.dumps(args, default=str))}))
        if found is None:
            raise OperatorError("nobody recorded an answer to this", unreachable=True)
        answer = stage.answer(found)
        await asyncio.sleep(answer["ms"] / 1000 if "ms" in answer else found.seen.took)
        if "error" in answer:
            fail(answer["error"])
        return self._outside.told(found, ["value"], stage.ids.translated(answer["value"]))


class _Transport:
    def abort(self) -> None:
        """There is nothing to cut."""


class ReplayedSocket:
    """A socket on which frames come as they came, each after what it had waited for."""

    def __init__(self, outside: Replayed, found: Known, events: list[dict[str, Any]]) -> None:
        self.transport = _Transport()
        self._outside = outside
        self._found = found
        self._coming = [event for event in events if event["way"] != "out"]
        self._next = 0
        self._opened = asyncio.get_running_loop().time()

    async def recv(self) -> Any:
        """The next frame."""
        from websockets.exceptions import ConnectionClosedError
        from websockets.frames import Close

        if self._next >= len(self._coming):
            await asyncio.get_running_loop().create_future()  # nothing ever comes
        event = self._coming[self._next]
        await self._outside.stage.due(event["cause"], self._opened)
        self._next += 1
        if event["way"] == "end":
            raise ConnectionClosedError(Close(*event["close"]) if event["close"] else None, None)
        text = self._outside.stage.ids.translate(event["text"])
        self._outside.delivered(self._found, text, self._next - 1)
        return text

    async def send(self, message: str) -> None:  # noqa: ARG002 - the answers are known
        """Send a frame, on which others may have waited."""
        self._outside.stage.stir()

    async def close(self) -> None:
        """Nothing is open."""


def _headers(found: Known, fields: list[list[str]], ids: Ids) -> Headers:
    """The header fields of an answer; as a rule they are the recorded ones, and name no id of this replay."""
    if fields is found.seen.answer.get("headers") and ids.translate(found.header_text) == found.header_text:
        return found.headers
    return Headers((name, ids.translate(value)) for name, value in fields)


@functools.lru_cache(maxsize=2_000)
def _asked(request: Request) -> Asked:
    """The same for the same request: most are sent in every replay of a check, and polls many times in one."""
    return Asked("http", asked(request))
