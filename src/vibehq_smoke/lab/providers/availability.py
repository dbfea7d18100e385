"""Which providers can be used right now (contract 8.1, AIP-02, AIP-03, INF-11)."""

import asyncio
from dataclasses import dataclass

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.providers.catalogue import PROVIDERS, Provider, provider
from vibehq_smoke.lab.providers.gateway import GatewayClient
from vibehq_smoke.lab.providers.model import TextModel
from vibehq_smoke.lab.serving.replies import Json


@dataclass(frozen=True)
class State:
    """A provider: whether it is `configured`, and why it cannot be used (None = it can)."""

    provider: Provider
    configured: bool
    problem: str | None

    @property
    def available(self) -> bool:
        """Whether tasks can go to it."""
        return self.problem is None

    def as_json(self) -> Json:
        """What the RPC methods tell of it; never a key, only whether there is one."""
        reason = {} if self.problem is None else {"reason": self.problem}
        return self.provider.as_json() | {"available": self.available, "configured": self.configured} | reason


@dataclass(frozen=True)
class Availability:
    """Asks the providers themselves."""

    lab: Lab
    model: TextModel
    gateway: GatewayClient

    async def state(self, known: Provider) -> State:
        """One provider as it is now."""
        if known.vendor is None:
            return State(known, True, None if self.model.available else "the AI binding is missing")
        if not self.gateway.configured(known):
            return State(known, False, f"not configured: {known.key_name} or the gateway's address is missing")
        return State(known, True, await self.gateway.problem(known))

    async def states(self) -> list[State]:
        """All providers as they are now, in the order of registration."""
        return list(await asyncio.gather(*(self.state(known) for known in PROVIDERS)))

    async def available(self) -> list[Provider]:
        """The providers that tasks can go to, in the order of registration."""
        return [state.provider for state in await self.states() if state.available]

    def find(self, provider_id: str) -> Provider | None:
        """The provider with this id; under fault any id is one."""
        if provider(provider_id) is None and self.lab.faults.on("unknown-provider-succeeds"):
            return PROVIDERS[0]
        return provider(provider_id)
