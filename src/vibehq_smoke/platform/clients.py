"""Everything that speaks to the target on behalf of one check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from .api import Api, Wiring, Worker
from .csrf import Csrf
from .identity import Identity, Known
from .recorder import Recorder
from .secrets import Secrets, Service
from .sessions import Sessions

if TYPE_CHECKING:
    from ..config import Target

ORCHESTRATOR = "orchestrator"


@dataclass
class Clients:
    """The clients of one check, each made when it is first asked for: most checks use one or two."""

    target: Target
    wiring: Wiring
    recorder: Recorder
    sessions: Sessions
    csrf: Csrf
    secrets: Secrets

    @cached_property
    def api(self) -> Api:
        """The orchestrator, signed in."""
        unset = self.target.auth.kind == "none"
        hint = f"no session: set kind in [targets.{self.target.name}.auth]" if unset else ""
        return self._orchestrator(self.sessions, sends_csrf=True, hint=hint)

    @cached_property
    def anonymous(self) -> Api:
        """The orchestrator without a credential, but with the CSRF pair on writes."""
        return self._orchestrator(Known(), sends_csrf=True)

    @cached_property
    def bare(self) -> Api:
        """The orchestrator with neither."""
        return self._orchestrator(Known())

    @cached_property
    def service(self) -> Api:
        """The orchestrator with the service credential."""
        return self._orchestrator(Service(self.secrets))

    @cached_property
    def workers(self) -> Mapping[str, Worker]:
        """The configured workers by name."""
        return MappingProxyType(
            {
                name: Worker(self.wiring, self.recorder, worker.url, name=name, type=worker.type, identity=Known())
                for name, worker in self.target.workers.items()
            }
        )

    def _orchestrator(self, identity: Identity, *, sends_csrf: bool = False, hint: str = "") -> Api:
        return Api(
            self.wiring,
            self.recorder,
            self.target.base_url,
            name=ORCHESTRATOR,
            identity=identity,
            csrf=self.csrf,
            sends_csrf=sends_csrf,
            hint=hint,
        )
