"""``hq``: the platform as one check sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..errors import Skipped, nearest
from ..models import CheckSpec
from . import waiting
from .api import Api, Worker
from .browser import Browser
from .callbacks import Listener, listen
from .clients import Clients
from .ledger import Ledger, Where
from .operator import Backend, Operator
from .outside import Outside
from .page import Page
from .recorder import Recorder
from .secrets import Secrets
from .sessions import Sessions
from .websocket import Socket, open_socket

if TYPE_CHECKING:
    from ..config import Target
    from ..config.suites import LatencyBudget

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Hq:
    """What a check is given. One per check; everything it does is recorded in :attr:`recorder`."""

    def __init__(
        self,
        *,
        target: Target,
        run_id: str,
        spec: CheckSpec,
        recorder: Recorder,
        clients: Clients,
        sessions: Sessions,
        secrets: Secrets,
        backend: Backend | None,
        browser: Browser,
        ledger: Ledger,
        deadline_s: float,
        read_only: bool,
        outside: Outside | None = None,
        latency_budget: LatencyBudget | None = None,
    ) -> None:
        self.target = target
        """The deployment under test, as configured."""
        self.run_id = run_id
        self.tag = f"smoke-{run_id}"
        """Marks everything that this run creates (rule R5)."""
        self.spec = spec
        """The check itself."""
        self.recorder = recorder
        """The evidence of this check."""
        self._clients = clients
        self.read_only = read_only
        """Whether checks that write stay away from this target."""
        self.latency_budget = latency_budget
        """What the suite's latency gates allow requests of this check, the strictest of all that speak of it."""
        self._sessions = sessions
        self._secrets = secrets
        self._backend = backend
        self._browser = browser
        self._ledger = ledger
        self._deadline_s = deadline_s
        self._outside = outside or Outside()

    # -- the parts of the target -------------------------------------------------------------

    @cached_property
    def api(self) -> Api:
        """The orchestrator, signed in; the CSRF pair goes along on writes under ``/api/`` (R7)."""
        return self._clients.api

    @cached_property
    def anonymous(self) -> Api:
        """The orchestrator without a credential; writes still carry a valid CSRF pair."""
        return self._clients.anonymous

    @cached_property
    def bare(self) -> Api:
        """The orchestrator with neither a credential nor a CSRF pair."""
        return self._clients.bare

    @cached_property
    def service(self) -> Api:
        """The orchestrator with the service credential, as workers call it; no CSRF pair (contract 3.3)."""
        return self._clients.service

    @cached_property
    def workers(self) -> Mapping[str, Worker]:
        """Clients of the configured workers by name; they send no credential by themselves (R8)."""
        return self._clients.workers

    def worker(self, name: str) -> Worker:
        """The worker ``name``. Raises Skipped when it is not configured."""
        if name in self.workers:
            return self.workers[name]
        near = nearest(name, self.workers)
        hint = f"; did you mean {near!r}?" if near else ""
        raise Skipped(f"no worker {name!r}: set it in [targets.{self.target.name}.workers]{hint}")

    @property
    def cheap_worker(self) -> Worker:
        """The worker to bother when any will do: the first specialist, else the first. Raises Skipped without any."""
        if not self.workers:
            raise Skipped(f"no workers: set [targets.{self.target.name}.workers]")
        specialists = [worker for worker in self.workers.values() if worker.type == "specialist"]
        return specialists[0] if specialists else next(iter(self.workers.values()))

    def service_headers(self) -> dict[str, str]:
        """The headers of the service credential; empty when the target has none (contract 3.3). Raises Skipped."""
        return dict(self._secrets.service().headers)

    async def fresh_session(self) -> Api:
        """The orchestrator with a session of its own; :attr:`api` where the target cannot sign in. Raises Blocked."""
        identity = await self._sessions.fresh(self.anonymous, self.recorder)
        return self.api if identity is None else self.api.with_identity(identity)

    @property
    def has_operator(self) -> bool:
        """Whether the target has an operator channel."""
        return self._backend is not None

    @property
    def operator(self) -> Operator:
        """The operator channel. Raises Skipped when the target has none."""
        if self._backend is None:
            raise Skipped(f"no operator channel: set kind in [targets.{self.target.name}.operator]")
        return Operator(self._backend, self.recorder, self.read_only)

    @property
    def has_browser(self) -> bool:
        """Whether pages can be opened in a browser."""
        return self._browser.missing is None

    @property
    def source(self) -> Path:
        """The checkout of the platform. Raises Skipped when the target has none."""
        if self.target.source is None:
            raise Skipped(f"no source checkout: set source in [targets.{self.target.name}]")
        return self.target.source

    # -- writing -----------------------------------------------------------------------------

    def tagged(self, **fields: Any) -> dict[str, Any]:
        """The body that starts a health run which can be found again (HLT-01, R5); ``fields`` overrule the defaults.

        Workers in ``worker_filters`` stand for their names.
        """
        body: dict[str, Any] = {
            "trigger_type": "on_demand",
            "trigger_source": self.tag,
            "timeout_minutes": 2,
            "include_unit_tests": True,
            "include_performance_tests": False,
            "include_integration_tests": False,
        } | fields
        filters = body.get("worker_filters")
        if isinstance(filters, list | tuple):
            body["worker_filters"] = [one.name if isinstance(one, Worker) else one for one in filters]
        return body

    def created(
        self,
        kind: str,
        id: str | int,  # noqa: A002 - the word that the record uses
        *,
        database: str | None = None,
        table: str | None = None,
        where: Where | None = None,
    ) -> None:
        """Enter what the check just created into the ledger (Q25); ``table`` and ``where`` give the clean-up SQL.

        ``where`` maps columns to values, or names the one column that holds ``id`` (column ``id`` when left out).
        """
        self._ledger.enter(self.spec.id, kind, id, database=database, table=table, where=where)

    # -- what the check says -----------------------------------------------------------------

    def degraded(self, reason: str, *, about: str | None = None) -> None:
        """Right, but drifting, slow or flaky: the check goes on, and ends as ``degraded`` unless it fails.

        ``about`` is the component to accuse when it is not the check's own; of several drifts the first decides.
        """
        self.recorder.degraded(reason, about)

    def note(self, text: str) -> None:
        """A remark in the result that does not change the outcome."""
        self.recorder.note(text)

    def log(self, text: str) -> None:
        """A line in the check's own log."""
        self.recorder.log.append(self.recorder.redactor.text(text))

    # -- waiting -----------------------------------------------------------------------------

    async def poll(
        self,
        probe: Callable[[], Awaitable[T]],
        until: Callable[[T], bool],
        *,
        what: str,
        timeout: float = 60.0,  # noqa: ASYNC109 - a ceiling for polling, not for one await
        first: float = 1.0,
        every: float = 2.0,
    ) -> T:
        """Call ``probe`` until ``until`` holds for its value (R6): after ``first`` seconds, then every ``every``.

        Raises Violation ``timeout`` after ``timeout`` seconds, quoting ``what`` and the last value.
        """
        return await waiting.poll(self.recorder, probe, until, what=what, timeout=timeout, first=first, every=every)

    @overload
    async def gather(self, first: Awaitable[A], second: Awaitable[B], /) -> tuple[A, B]: ...

    @overload
    async def gather(self, first: Awaitable[A], second: Awaitable[B], third: Awaitable[C], /) -> tuple[A, B, C]: ...

    @overload
    async def gather(self, *awaitables: Awaitable[T]) -> tuple[T, ...]: ...

    async def gather(self, *awaitables: Awaitable[Any]) -> tuple[Any, ...]:
        """Await all at once; the results in order. The first failure cancels the others and is raised as it is."""
        return tuple(await waiting.gather(*awaitables))

    async def ask(self, what: str, question: Any, find: Callable[[], Awaitable[Any]]) -> Any:
        """What ``find`` gives: anything from outside of this process that none of the ways below leads to.

        ``what`` is a word for its kind, ``question`` what is asked, and both it and the answer must be JSON: then a
        recording holds them, and the check can be proved (``vibehq-smoke prove``).
        """
        return await self._outside.ask(what, question, find)

    # -- other ways in -----------------------------------------------------------------------

    @asynccontextmanager
    async def websocket(self, path: str, api: Api | None = None) -> AsyncIterator[Socket]:
        """Open a WebSocket at ``path``, with the credential of ``api`` (by default the signed-in one).

        Raises Violation ``websocket`` when the handshake is rejected, Unreachable when nothing answers, Skipped when it
        wants a session and the target configures none.
        """
        client = api or self.api
        headers = await client.websocket_headers()
        async with open_socket(
            client.url,
            path,
            headers,
            self.recorder,
            deadline_s=self._deadline_s,
            verify_tls=self.target.verify_tls,
            hint=client.hint,
            outside=self._outside,
        ) as socket:
            yield socket

    @asynccontextmanager
    async def page(self, path: str) -> AsyncIterator[Page]:
        """Open a page of the platform in the browser, signed in as :attr:`api` is; each page has cookies of its own.

        What the page asked for, dialled and complained about becomes evidence, with a picture of its end.
        Raises Skipped without a browser, Blocked when signing in failed, Unreachable when nothing answers.
        """
        credential = await self._sessions.credential(self.recorder)
        async with self._browser.page(credential, self.recorder) as page:
            await page.open(path)
            yield page

    def callbacks(self, answers: Sequence[int] = (200,)) -> AbstractAsyncContextManager[Listener]:
        """Listen for workers' callbacks; ``answers`` are the statuses given in turn, the last repeats.

        Raises Skipped when workers cannot reach this machine.
        """
        host = self.target.callback_host
        if host is None and not self._is_here():
            raise Skipped(f"workers cannot call this machine back: set callback_host in [targets.{self.target.name}]")
        return listen(self.recorder, answers, host=host, outside=self._outside)

    def _is_here(self) -> bool:
        """Whether the target runs on this machine, so that its workers find a listener on loopback."""
        host = self.target.base_url.partition("://")[2]
        return host.rpartition(":")[0] in _LOOPBACK or host in _LOOPBACK
