"""The orchestrator: all its routes, and the order in which a request passes through its gates."""

from dataclasses import dataclass
from typing import Any, Protocol, cast

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from vibehq_smoke.lab.accounts.auth import AuthApi, SessionGate
from vibehq_smoke.lab.accounts.csrf import CsrfGate
from vibehq_smoke.lab.accounts.users import Accounts
from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.rpc import Rpc
from vibehq_smoke.lab.health.api import HealthApi
from vibehq_smoke.lab.health.protocol import ResultApi
from vibehq_smoke.lab.health.runs import HealthRuns
from vibehq_smoke.lab.health.store import RunStore
from vibehq_smoke.lab.health.test_records import HealthTestsApi
from vibehq_smoke.lab.live.sockets import Sockets
from vibehq_smoke.lab.operations import status
from vibehq_smoke.lab.operations.delivery import DeliveryApi
from vibehq_smoke.lab.operations.hil import HilApi
from vibehq_smoke.lab.operations.scan import OpsScanApi
from vibehq_smoke.lab.operations.specialist_log import SpecialistApi
from vibehq_smoke.lab.patches.analytics import AnalyticsApi
from vibehq_smoke.lab.patches.api import PatchApi
from vibehq_smoke.lab.patches.events import PatchEvents
from vibehq_smoke.lab.patches.logs import PatchLogApi
from vibehq_smoke.lab.serving.api_faults import ApiFaults
from vibehq_smoke.lab.serving.application import Guard, json_application
from vibehq_smoke.lab.serving.front import HostRule, PathRule, ProcessFaults
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
        return [*status.routes(), *auth.public(), *sockets.public(), *private]

    def _guarded(self, method: str, path: str, handler: object) -> BaseRoute:
        gate = Middleware(SessionGate, accounts=self.accounts, faults=self.lab.faults)
        endpoint = cast("Any", handler)  # Starlette wants a callable of one of several shapes
        if method == "WEBSOCKET":
            return WebSocketRoute(path, endpoint, middleware=[gate])
        return Route(path, endpoint, methods=[method], middleware=[gate])
