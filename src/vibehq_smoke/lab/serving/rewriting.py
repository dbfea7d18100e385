"""Changing answers on their way out: for faults that damage what the rest of the lab said correctly."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send


@dataclass(frozen=True)
class Answer:
    """A complete JSON answer: status, value of its content-type header, body."""

    status: int
    content_type: str
    body: bytes

    def json(self) -> Any:
        """What the body says. Raises ValueError when it is not JSON after all."""
        return json.loads(self.body)

    def saying(self, content: object) -> "Answer":
        """The same answer with another body."""
        return replace(self, body=json.dumps(content, separators=(",", ":")).encode())


@dataclass
class Rewriter:
    """A `send` that collects a JSON answer and sends what `change` makes of it; anything else passes as it is."""

    send: Send
    change: Callable[[Answer], Answer]
    _start: Message | None = None
    _parts: list[bytes] = field(default_factory=list)

    async def __call__(self, message: Message) -> None:
        """Take one message of the answer."""
        if message["type"] == "http.response.start" and "json" in _content_type(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self.send(message)
        else:
            self._parts.append(message.get("body", b""))
            if not message.get("more_body"):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        answer = Answer(start["status"], _content_type(start), b"".join(self._parts))
        if answer.body:  # the answer to HEAD has none
            answer = self.change(answer)
            start["status"] = answer.status
            MutableHeaders(scope=start).update(
                {"content-type": answer.content_type, "content-length": str(len(answer.body))}
            )
        await self.send(start)
        await self.send({"type": "http.response.body", "body": answer.body})


def _content_type(start: Message) -> str:
    return MutableHeaders(scope=start).get("content-type", "")
