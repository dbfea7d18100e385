"""The target for ordinary, synchronous pytest tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from ..models import CheckSpec, Mode, Priority
from ..session import Session

if TYPE_CHECKING:
    from ..platform import Api, Hq, Reply

T = TypeVar("T")

SPEC = CheckSpec(
    id="pytest",
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

    def __init__(self, session: Session) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="vibehq-smoke-fixture", daemon=True)
        self._platform = session.open_platform()
        self._thread.start()
        self.hq: Hq = self._platform.hq(SPEC)

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
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def __enter__(self) -> VibeHQ:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wait(self._platform.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
