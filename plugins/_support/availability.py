"""Which AI providers the router says can be used (contract 8.1, AIP-02, AIP-03, AIP-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from vibehq_smoke import Skipped
from vibehq_smoke.platform.dialects import Paths

from .api_models import Camel
from .fields import Flag, Name, Text
from .router import ask_for, assert_refused

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

WORKERS_AI = "workers-ai"
GATEWAY = "ai-gateway-"
NOBODY = "smoke-none"

_TIERS = ("low", "medium", "high")


class Provider(Camel):
    """A provider that is registered with the router."""

    provider_id: Annotated[Name, Paths("providerId", "id")]
    cost_tier: Literal["low", "medium", "high"]
    available: Flag
    configured: Flag | None = None
    """None where the platform does not tell."""
    reason: Text | None = None


class _Providers(Camel):
    providers: list[Provider]


async def providers(hq: Hq) -> list[Provider]:
    """All that are registered. Raises Violation."""
    return (await ask_for(hq, _Providers, "checkProviderStatus")).providers


async def workers_ai(hq: Hq) -> Provider:
    """The provider on the platform itself. Raises Violation."""
    found = (await ask_for(hq, _Providers, "checkProviderStatus", providerId=WORKERS_AI)).providers
    assert found, "checkProviderStatus knows no provider workers-ai"
    assert found[0].provider_id == WORKERS_AI, f"asked for workers-ai, it tells of {found[0].provider_id}"
    return found[0]


async def cheapest(hq: Hq) -> str:
    """The id of a provider to give small tasks to: workers-ai, or else the cheapest that is there. Raises Skipped."""
    there = [provider for provider in await providers(hq) if provider.available]
    if not there:
        raise Skipped("no AI provider is available (AIP-02 and AIP-03 say why)")
    chosen = min(there, key=lambda provider: (provider.provider_id != WORKERS_AI, _TIERS.index(provider.cost_tier)))
    if chosen.provider_id != WORKERS_AI:
        hq.note(f"workers-ai is not available, so the task went to {chosen.provider_id}")
    return chosen.provider_id


async def assert_gateway(hq: Hq) -> None:
    """Every configured provider behind the gateway is available, and so listed. Raises Skipped when none is."""
    behind = [provider for provider in await providers(hq) if provider.provider_id.startswith(GATEWAY)]
    idle = [provider for provider in behind if provider.configured is False]
    gone = [provider for provider in behind if provider.configured and not provider.available]
    assert not gone, "; ".join(
        f"{provider.provider_id} is configured, but not available: {provider.reason or 'no reason is given'}"
        for provider in gone
    )
    there = {provider.provider_id for provider in behind if provider.available}
    if not there:
        raise Skipped("no provider behind the AI gateway is configured: set AI_GATEWAY_URL and a <PROVIDER>_API_KEY")
    untold = [provider.provider_id for provider in behind if provider.configured is None and not provider.available]
    if names := [provider.provider_id for provider in idle] + untold:
        hq.note(f"not configured, so not judged: {', '.join(names)}")
    await _assert_listed(hq, there)


async def assert_unknown(hq: Hq) -> None:
    """A provider that nobody knows has no status. Raises Violation."""
    await assert_refused(hq, "checkProviderStatus", providerId=NOBODY)


async def _assert_listed(hq: Hq, there: set[str]) -> None:
    listed = {provider.provider_id for provider in (await ask_for(hq, _Providers, "listAvailableProviders")).providers}
    assert there <= listed, f"listAvailableProviders leaves out {', '.join(sorted(there - listed))}, which can be used"
