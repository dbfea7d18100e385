"""The target for ordinary, synchronous pytest tests."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ..models import CheckSpec, Mode, Priority
from ..proof.tape import TESTS

if TYPE_CHECKING:
    from ..platform import Api, Hq, Platform, Reply
    from ..session import Session

T = TypeVar("T")

SPEC = CheckSpec(
    id=TESTS,
    category="pytest",
    title="an ordinary test",
    component="orchestrator",
    priority=Priority.P1,
    mode=Mode.HTTP,
)


class BlockingApi:
    """One of the platform's HTTP clients, callable without ``await``."""

    def __init__(self, owner: VibeHQ, api: Api) -> None:
        self._owner = owner
        self._api = api

    def request(self, method: str, path: str, **options: Any) -> Reply:
        """Send one request; the options are those of ``hq.api.request``."""
        return self._owner.wait(self._api.request(method, path, **options))

    def get(self, path: str, **options: Any) -> Reply:
        """GET ``path``."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Reply:
        """POST to ``path``, with the CSRF pair where the contract wants one."""
        return self.request("POST", path, **options)


class VibeHQ:
    """What the fixture ``vibehq`` gives: the target's clients, and ``wait`` for anything asynchronous of ``hq``."""

    def __init__(self, platform: Platform, line: Line) -> None:
        self._platform = platform
        self._line = line
        self.hq: Hq = platform.hq(SPEC)

    @property
    def base_url(self) -> str:
        """The orchestrator's address."""
        return self._platform.target.base_url

    @property
    def api(self) -> BlockingApi:
        """The orchestrator, signed in."""
        return BlockingApi(self, self.hq.api)

    @property
    def anonymous(self) -> BlockingApi:
        """The orchestrator, without a credential."""
        return BlockingApi(self, self.hq.anonymous)

    def worker(self, name: str) -> BlockingApi:
        """One of the target's workers."""
        return BlockingApi(self, self.hq.worker(name))

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine of the platform object to its end and give its result."""
        return self._line.wait(coroutine)


class Line(Protocol):
    """Where the clients' coroutines run while a test waits for them."""

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine to its end and give its result."""


class LoopThread:
    """An event loop in a thread of its own: a test may have a loop itself."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="vibehq-smoke-fixture", daemon=True)
        self._thread.start()

    def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and block until it ended."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def stop(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextlib.contextmanager
def connected(session: Session) -> Iterator[VibeHQ]:
    """The target of a session, for the length of the block."""
    platform = session.open_platform()
    line = LoopThread()
    try:
        yield VibeHQ(platform, line)
    finally:
        line.wait(platform.close())
        line.stop()
