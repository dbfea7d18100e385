"""What slow databases cost: time that is owed by whoever used them, and paid without holding up anybody else.

A query cannot wait on the loop that all of the lab shares, so a slow database notes a debt. An answer pays before
its first byte, background work before its next step.
"""

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Message, Send

SECONDS_EACH = 1.5


@dataclass
class Debt:
    """The slow databases used by one request or one piece of background work, each counted once until paid."""

    owed: set[str] = field(default_factory=set)

    def begin(self) -> "Debt":
        """Owe it from here on in the current context."""
        _DEBT.set(self)
        return self

    def seconds(self) -> float:
        """What is owed; nothing is afterwards."""
        owed = len(self.owed) * SECONDS_EACH
        self.owed.clear()
        return owed

    def paying(self, send: Send) -> Send:
        """`send`, which pays before it passes anything on."""

        async def pay_and_send(message: Message) -> None:
            if self.owed:
                await asyncio.sleep(self.seconds())
            await send(message)

        return pay_and_send


_DEBT: ContextVar[Debt | None] = ContextVar("debt", default=None)


def owe(database: str) -> None:
    """Note that `database` was used and is slow. Where nobody pays (while the lab starts) nothing is owed."""
    debt = _DEBT.get()
    if debt is not None:
        debt.owed.add(database)


@dataclass(frozen=True)
class PaidWork:
    """`work`, which pays what it owes whenever it waits for something: awaiting this runs it."""

    work: Coroutine[Any, Any, None]
    debt: Debt

    def __await__(self) -> Generator[Any, Any, None]:
        """Drive the work step by step; a cancellation reaches it at the step where it waits."""
        resume, value = self.work.send, None
        while True:
            try:
                waiting = resume(value)
            except StopIteration:
                return
            try:
                if self.debt.owed:
                    yield from asyncio.sleep(self.debt.seconds()).__await__()
                value = yield waiting
                resume = self.work.send
            except BaseException as error:
                if isinstance(waiting, asyncio.Future) and not waiting.done():
                    waiting.cancel()  # the task would have done so, had it waited for this directly
                resume, value = self.work.throw, error
