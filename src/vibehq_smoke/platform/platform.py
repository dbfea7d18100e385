"""``Platform``: one per run; what all checks share of the way to the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from ..models import CheckSpec, Mode, Priority
from ..redact import Redactor
from .api import Api, Wiring
from .blame import Blame
from .browser import Browser
from .clients import Clients
from .cloudflare import API as CLOUDFLARE_API
from .cloudflare import Cloudflare
from .csrf import Csrf
from .embedded import Embedded
from .hq import Hq
from .identity import Credential, Known
from .ledger import Ledger
from .operator import Backend
from .outside import Outside, OutsideOf, direct
from .pool import Pool
from .recorder import Recorder
from .secrets import Secrets
from .sessions import Sessions
from .silence import Silence
from .wire import Sender
from .wrangler import Wrangler

if TYPE_CHECKING:
    import httpx

    from ..config import Target
    from ..config.suites import LatencyBudget

PREFLIGHT = CheckSpec.model_construct(
    id="preflight", category="preflight", title="the platform answers", component="orchestrator",
    priority=Priority.P0, mode=Mode.HTTP,
)  # fmt: skip
"""Stands for a check while the components are asked whether they answer at all."""


class Platform:
    """The run's view of the target. Make one per run, and close it on the event loop that used it.

    ``started`` is the ``time.monotonic()`` at which the run began. ``in_flight`` caps exchanges per origin.
    ``read_only`` None takes the target's own setting. ``budgets`` are the suite's latency gates by scope.
    ``transport`` replaces the network, for tests; ``outside`` stands between each check and everything outside.
    """

    def __init__(
        self,
        target: Target,
        *,
        run_id: str,
        started: float,
        redactor: Redactor,
        in_flight: int = 32,
        exchange_deadline_s: float = 10.0,
        read_only: bool | None = None,
        budgets: Mapping[str, LatencyBudget] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        outside: OutsideOf = direct,
    ) -> None:
        self.target = target
        self.run_id = run_id
        self.started = started
        self.redactor = redactor
        self.read_only = target.read_only if read_only is None else read_only
        self.budgets = budgets or {}
        self.ledger = Ledger()
        self._deadline_s = exchange_deadline_s
        self._outside = outside
        shared = outside("")
        self._sender = _sender(transport, in_flight, verify_tls=target.verify_tls)
        self._elsewhere = _sender(transport, in_flight, verify_tls=True)
        self._blame = Blame(target.network_probe)
        self._silence = Silence()
        own = self._recorder(shared)
        quiet = self._wiring(None, shared)
        bare = Api(quiet, own, target.base_url, name="orchestrator", identity=Known())
        self._csrf = Csrf(bare, redactor)
        channel = self._channel(quiet)
        self._secrets = Secrets(target, redactor, channel)
        front = Api(
            quiet, own, target.base_url, name="orchestrator", identity=Known(), csrf=self._csrf, sends_csrf=True
        )  # fmt: skip
        self._sessions = Sessions(target, front, own, self._csrf, self._secrets)
        self._backend = self._operator(quiet, channel)
        self._browser = Browser(target)

    async def open(self) -> None:
        """Fetch what the embedded operator channel lends. Happens by itself before the first exchange."""
        await self._secrets.prepare()

    async def close(self) -> None:
        """Stop signing in, close the browser and every connection. Safe to call again."""
        for closing in (self._sessions, self._csrf, self._secrets, self._browser, self._sender, self._elsewhere):
            await closing.close()

    def hq(self, spec: CheckSpec) -> Hq:
        """The platform for one check, with a fresh recorder."""
        outside = self._outside(spec.id)
        recorder = self._recorder(outside)
        return Hq(
            target=self.target,
            run_id=self.run_id,
            spec=spec,
            recorder=recorder,
            clients=self._clients(recorder, spec, outside),
            sessions=self._sessions,
            secrets=self._secrets,
            backend=outside.backend(self._backend),
            browser=outside.browser(self._browser),
            outside=outside,
            ledger=self.ledger,
            deadline_s=self._deadline_s,
            read_only=self.read_only,
            latency_budget=self._budget(spec),
        )

    def _budget(self, spec: CheckSpec) -> LatencyBudget | None:
        """The strictest of the budgets that speak of the check, as the gates read them."""
        scopes = dict.fromkeys(("all", spec.category, spec.family, spec.id))
        said = [self.budgets[scope] for scope in scopes if scope in self.budgets]
        return reduce(lambda one, two: one.strictest(two), said) if said else None

    def preflight_hq(self) -> Hq:
        """The platform for asking, before any check, which components answer (rule R4)."""
        return self.hq(PREFLIGHT)

    def forget_silence(self) -> None:
        """Let whoever was silent have the ordinary deadline again: what comes next is another run."""
        self._silence.forget()

    def _recorder(self, outside: Outside | None = None) -> Recorder:
        return Recorder(self.started, self.redactor, outside)

    def _wiring(self, spec: CheckSpec | None, outside: Outside) -> Wiring:
        """``spec`` None: for the platform's own requests, which count towards no budget and lend nothing first."""
        if spec is None:
            return Wiring(outside.sender(self._sender), self._blame, self._deadline_s, silence=self._silence)
        return Wiring(
            outside.sender(self._sender),
            self._blame,
            self._deadline_s,
            prepare=self._secrets.prepare,
            silence=self._silence,
        )

    def _clients(self, recorder: Recorder, spec: CheckSpec, outside: Outside) -> Clients:
        wiring = self._wiring(spec, outside)
        return Clients(self.target, wiring, recorder, self._sessions, self._csrf, self._secrets)

    def _channel(self, wiring: Wiring) -> Api | None:
        """A client of the embedded operator channel. Its exchanges are kept as SQL and RPC, not as HTTP."""
        operator = self.target.operator
        if operator.kind != "embedded" or operator.url is None:
            return None
        return Api(wiring, self._recorder(), operator.url, name="operator channel", identity=Known())

    def _operator(self, wiring: Wiring, channel: Api | None) -> Backend | None:
        operator = self.target.operator
        databases = {str(binding): name for binding, name in operator.databases.items()}
        if operator.kind == "wrangler":
            return Wrangler(operator.directory or Path.cwd(), databases, remote=operator.remote)
        if operator.kind == "cloudflare" and operator.api_token is not None and operator.account_id is not None:
            held = Known(Credential.bearer(operator.api_token.get_secret_value()))
            # a target may do without a valid certificate, but its owner's API token goes only where one is shown
            wiring = replace(wiring, sender=self._elsewhere)
            api = Api(wiring, self._recorder(), CLOUDFLARE_API, name="Cloudflare", identity=held)
            return Cloudflare(api, operator.account_id, databases)
        return Embedded(channel) if channel is not None else None


def _sender(transport: httpx.AsyncBaseTransport | None, in_flight: int, *, verify_tls: bool) -> Sender:
    if transport is None:
        return Pool(in_flight=in_flight, verify_tls=verify_tls)
    from .transport import ThroughHttpx  # importing httpx takes longer than many a run

    return ThroughHttpx(transport)
