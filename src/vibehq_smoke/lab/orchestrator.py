"""The orchestrator: all its routes, and the order in which a request passes through its gates."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, cast

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from vibehq_smoke.lab.accounts.auth import AuthApi, SessionGate
from vibehq_smoke.lab.accounts.csrf import CsrfGate
from vibehq_smoke.lab.accounts.users import Accounts
from vibehq_smoke.lab.clock import Clock
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.rpc import Rpc
from vibehq_smoke.lab.health.api import HealthApi
from vibehq_smoke.lab.health.protocol import ResultApi
from vibehq_smoke.lab.health.runs import HealthRuns
from vibehq_smoke.lab.health.store import RunStore
from vibehq_smoke.lab.health.test_records import HealthTestsApi
from vibehq_smoke.lab.live.log_stream import LogStream
from vibehq_smoke.lab.live.sandboxes import Sandboxes
from vibehq_smoke.lab.live.sockets import Sockets
from vibehq_smoke.lab.live.terminal import Terminal
from vibehq_smoke.lab.openapi.credentials import of_private, of_public
from vibehq_smoke.lab.openapi.document import Section
from vibehq_smoke.lab.operations.courier import Courier
from vibehq_smoke.lab.operations.delivery import DeliveryApi
from vibehq_smoke.lab.operations.github_webhook import GithubWebhook
from vibehq_smoke.lab.operations.hil import HilApi
from vibehq_smoke.lab.operations.orchestrator_cron import OrchestratorCron
from vibehq_smoke.lab.operations.quality import QualityMonitor
from vibehq_smoke.lab.operations.quality_api import QualityApi
from vibehq_smoke.lab.operations.queue import SpecialistQueue
from vibehq_smoke.lab.operations.queue_api import QueueApi
from vibehq_smoke.lab.operations.scan import OpsScanApi
from vibehq_smoke.lab.operations.scanner import OpsScanner
from vibehq_smoke.lab.operations.sentry import SentryTunnel
from vibehq_smoke.lab.operations.specialist_log import SpecialistApi
from vibehq_smoke.lab.operations.status import StatusApi
from vibehq_smoke.lab.pages.site import Site
from vibehq_smoke.lab.patches.analytics import AnalyticsApi
from vibehq_smoke.lab.patches.api import PatchApi
from vibehq_smoke.lab.patches.event_api import PatchEventApi
from vibehq_smoke.lab.patches.events import PatchEvents
from vibehq_smoke.lab.patches.logs import PatchLogApi
from vibehq_smoke.lab.patches.stats import PatchStatsApi
from vibehq_smoke.lab.patches.trends import PatchTrendApi
from vibehq_smoke.lab.providers.clarify import ClarifyApi
from vibehq_smoke.lab.serving.api_faults import ApiFaults
from vibehq_smoke.lab.serving.application import Guard, json_application
from vibehq_smoke.lab.serving.component import ORCHESTRATOR_SLOW, Component
from vibehq_smoke.lab.serving.front import HostRule, PathRule
from vibehq_smoke.lab.serving.ratelimit import RateLimiter


class Group(Protocol):
    """A group of routes for signed-in users: (method or ``WEBSOCKET``, path, handler) each."""

    def private(self) -> list[tuple[str, str, object]]:
        """The routes."""
        ...


@dataclass(frozen=True)
class Orchestrator:
    """The orchestrator of one lab."""

    lab: Lab
    accounts: Accounts
    runs: HealthRuns
    rpc: Rpc
    scanner: OpsScanner

    @classmethod
    def of(cls, lab: Lab) -> "Orchestrator":
        """The orchestrator over the lab's databases."""
        store = RunStore(lab.databases, lab.faults)
        accounts = Accounts(lab.databases.ops, lab.secrets.jwt_key)
        return cls(lab, accounts, HealthRuns(lab, store), Rpc.of(lab), OpsScanner(lab))

    @property
    def queue(self) -> SpecialistQueue:
        """The specialists' queue."""
        return SpecialistQueue(self.lab)

    @property
    def cron(self) -> OrchestratorCron:
        """What it does on a schedule."""
        return OrchestratorCron(self.lab, self.scanner, self.runs)

    def app(self) -> ASGIApp:
        """host rule → path rule → rate limit → CSRF → session → handler, and an answer whatever happens."""
        faults = self.lab.faults
        routed = json_application([*self._public(), *self._private()], faults)
        token = self.lab.secrets.service_token
        api = ApiFaults(RateLimiter(CsrfGate(routed, faults, token), faults), faults, token)
        services = json_application([*self.rpc.routes(), *self._machines()], faults)
        front = HostRule(PathRule(api, services, Site.load(faults)), faults)
        whole = Component(front, Clock("orchestrator", faults), ORCHESTRATOR_SLOW)
        return Guard(whole, "orchestrator", self.lab.log)

    def standing(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """The work that goes on as long as the process lives."""
        return (self.runs.sweep(), self.lab.hub_patches.sweep(), self.queue.work())

    def sections(self) -> tuple[Section, ...]:
        """The routes that the OpenAPI document tells of; RPC, which stands for bindings, is not among them."""
        return (
            Section(self._public(), of_public, limited=True),
            Section(self._private(), of_private, limited=True),
            Section(self._machines()),
        )

    def _machines(self) -> list[BaseRoute]:
        return [*ResultApi(self.lab, self.runs).routes(), *self.cron.jobs().routes()]

    def _public(self) -> list[BaseRoute]:
        doors = (*SentryTunnel(self.lab, self.lab.secrets.sentry_dsn).routes(), *GithubWebhook(self.lab).routes())
        sockets = Sockets(self.lab, self.accounts).public()
        return [*StatusApi(self.lab.kv).routes(), *doors, *AuthApi(self.accounts).public(), *sockets]

    def _private(self) -> list[BaseRoute]:
        sandboxes = Sandboxes(self.lab)
        events = PatchEvents(self.lab.databases.ops)
        groups: tuple[Group, ...] = (
            AuthApi(self.accounts),
            HealthApi(self.lab, self.runs.store, self.runs),
            HealthTestsApi(self.lab, self.runs.store),
            AnalyticsApi(self.lab, events),
            PatchApi(self.lab, events),
            PatchEventApi(self.lab, events),
            PatchLogApi(self.lab, events),
            PatchStatsApi(self.lab, events),
            PatchTrendApi(self.lab),
            DeliveryApi(self.lab, Courier(self.lab)),
            OpsScanApi(self.lab, self.scanner),
            HilApi(self.lab),
            SpecialistApi(self.lab),
            ClarifyApi(self.lab),
            QueueApi(self.lab, self.queue),
            QualityApi(QualityMonitor(self.lab, self.queue)),
            Sockets(self.lab, self.accounts),
            sandboxes,
            Terminal(self.lab, sandboxes),
            LogStream(self.lab),
        )
        return [self._guarded(*entry) for group in groups for entry in group.private()]

    def _guarded(self, method: str, path: str, handler: object) -> BaseRoute:
        token = self.lab.secrets.service_token
        gate = Middleware(SessionGate, accounts=self.accounts, faults=self.lab.faults, service_token=token)
        endpoint = cast("Any", handler)  # Starlette wants a callable of one of several shapes
        if method == "WEBSOCKET":
            return WebSocketRoute(path, endpoint, middleware=[gate])
        return Route(path, endpoint, methods=[method], middleware=[gate])
