"""The one seam between a check and everything outside of its process, so that it can be recorded and replayed.

This is the direct way: what is asked, is asked. ``proof`` has the two others (docs/decisions/010-proof-by-replay.md).
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from .browser import Browser
    from .callbacks import Listener
    from .operator import Backend
    from .wire import Sender


class Connection(Protocol):
    """An open WebSocket, as far as checks use it: that of ``websockets``, or one that stands for it."""

    transport: Any

    async def recv(self) -> Any:
        """The next frame. Raises ConnectionClosed."""

    async def send(self, message: str) -> None:
        """Send a frame. Raises ConnectionClosed."""

    async def close(self) -> None:
        """Say goodbye."""


class Outside:
    """What one check reaches, directly."""

    keeps_evidence = True
    """Whether anybody will want to see what the check saw; a replay has it on tape."""

    def sender(self, real: Sender) -> Sender:
        """What carries HTTP requests."""
        return real

    def backend(self, real: Backend | None) -> Backend | None:
        """The operator channel, if there is one."""
        return real

    def browser(self, real: Browser) -> Browser:
        """What opens pages."""
        return real

    def tab(self, real: Any) -> Any:
        """A tab of the browser."""
        return real

    async def dial(
        self,
        path: str,  # noqa: ARG002 - as in ask
        real: Callable[[], Awaitable[Connection]],
    ) -> Connection:
        """Open a WebSocket at ``path``."""
        return await real()

    @contextlib.asynccontextmanager
    async def serve(
        self, listener: Listener, real: Callable[[Listener], AbstractAsyncContextManager[None]]
    ) -> AsyncIterator[None]:
        """Let callbacks come to ``listener`` for the length of the block."""
        async with real(listener):
            yield

    async def ask(
        self,
        what: str,  # noqa: ARG002 - who writes it down wants to know
        question: Any,  # noqa: ARG002 - as above
        find: Callable[[], Awaitable[Any]],
    ) -> Any:
        """What ``find`` gives, or raises: something in JSON that depends on the world and not on this process.

        ``what`` names the kind of question (``command``, ``dns`` ...), ``question`` says in JSON what is asked.
        """
        return await find()

    def seen(self, source: Any, value: Any) -> Any:  # noqa: ARG002 - others want to know where it is from
        """``value``, the JSON that was parsed out of ``source`` (a reply, or the text of a frame)."""
        return value

    def judged(self, told: Any, model: Any = None, status: bool = False) -> Any:  # noqa: ARG002 - as in seen
        """``told``, an answer or a part of one, of which the check judges the status, or the shape by ``model``."""
        return told


OutsideOf: TypeAlias = Callable[[str], Outside]
"""From the id of a check (empty for what checks share) to what it reaches."""


def direct(check: str) -> Outside:  # noqa: ARG001 - the same for all
    """The direct way, for every check."""
    return Outside()
