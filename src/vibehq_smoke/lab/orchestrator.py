"""The orchestrator: all its routes, and the order in which a request passes through its gates."""

from dataclasses import dataclass
from typing import Any, Protocol, cast

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from vibehq_smoke.lab import status_api
from vibehq_smoke.lab.accounts import Accounts
from vibehq_smoke.lab.analytics import AnalyticsApi
from vibehq_smoke.lab.api_faults import ApiFaults
from vibehq_smoke.lab.application import Guard, json_application
from vibehq_smoke.lab.auth import AuthApi, SessionGate
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.csrf import CsrfGate
from vibehq_smoke.lab.delivery import DeliveryApi
from vibehq_smoke.lab.front import HostRule, PathRule, ProcessFaults
from vibehq_smoke.lab.health_api import HealthApi
from vibehq_smoke.lab.health_protocol import ResultApi
from vibehq_smoke.lab.health_runs import HealthRuns
from vibehq_smoke.lab.health_store import RunStore
from vibehq_smoke.lab.health_tests import HealthTestsApi
from vibehq_smoke.lab.hil import HilApi
from vibehq_smoke.lab.ops_scan import OpsScanApi
from vibehq_smoke.lab.patch_events import PatchEvents
from vibehq_smoke.lab.patch_logs import PatchLogApi
from vibehq_smoke.lab.patches import PatchApi
from vibehq_smoke.lab.ratelimit import RateLimiter
from vibehq_smoke.lab.rpc import Rpc
from vibehq_smoke.lab.sockets import Sockets
from vibehq_smoke.lab.specialists import SpecialistApi


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

    @classmethod
    def of(cls, lab: Lab) -> "Orchestrator":
        """The orchestrator over the lab's databases."""
        store = RunStore(lab.databases, lab.faults)
        return cls(lab, Accounts(lab.databases.ops, lab.secrets.jwt_key), HealthRuns(lab, store), Rpc(lab))

    def app(self) -> ASGIApp:
        """host rule → path rule → rate limit → CSRF → session → handler, and an answer whatever happens."""
        faults = self.lab.faults
        routed = json_application(self._api_routes(), faults)
        api = ApiFaults(RateLimiter(CsrfGate(routed, faults), faults), faults, self.lab.secrets.service_token)
        services = json_application([*ResultApi(self.lab, self.runs).routes(), *self.rpc.routes()], faults)
        front = ProcessFaults(HostRule(PathRule(api, services), faults), faults)
        return Guard(front, "orchestrator", self.lab.log)

    def _api_routes(self) -> list[BaseRoute]:
        auth = AuthApi(self.accounts)
        sockets = Sockets(self.lab, self.accounts)
        events = PatchEvents(self.lab.databases.ops)
        groups: tuple[Group, ...] = (
            auth,
            HealthApi(self.lab, self.runs.store, self.runs),
            HealthTestsApi(self.lab, self.runs.store),
            AnalyticsApi(self.lab, events),
            PatchApi(self.lab, events),
            PatchLogApi(self.lab, events),
            DeliveryApi(self.lab),
            OpsScanApi(self.lab),
            HilApi(self.lab),
            SpecialistApi(self.lab),
            sockets,
        )
        private = [self._guarded(*entry) for group in groups for entry in group.private()]
        return [*status_api.routes(), *auth.public(), *sockets.public(), *private]

    def _guarded(self, method: str, path: str, handler: object) -> BaseRoute:
        gate = Middleware(SessionGate, accounts=self.accounts, faults=self.lab.faults)
        endpoint = cast("Any", handler)  # Starlette wants a callable of one of several shapes
        if method == "WEBSOCKET":
            return WebSocketRoute(path, endpoint, middleware=[gate])
        return Route(path, endpoint, methods=[method], middleware=[gate])
