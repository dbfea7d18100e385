"""Which AI providers the router says can be used (contract 8.1, AIP-02, AIP-03, AIP-09)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from vibehq_smoke import Skipped
from vibehq_smoke.platform.dialects import Paths

from .api_models import Camel
from .distinct import distinct
from .fields import Flag, Name, Text
from .router import ask_for, assert_refused

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

WORKERS_AI = "workers-ai"
GATEWAY = "ai-gateway-"
REGISTERED = frozenset(f"{GATEWAY}{vendor}" for vendor in ("openai", "anthropic", "google", "mistral", "groq"))
"""Behind the gateway by default (contract 8.1)."""

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
    providers: Annotated[list[Provider], distinct("provider_id")]


async def providers(hq: Hq) -> list[Provider]:
    """All that are registered. Raises Violation."""
    return (await ask_for(hq, _Providers, "checkProviderStatus")).providers


async def provider_of(hq: Hq, provider_id: str) -> Provider:
    """The one with this id, and nothing of others. Raises Violation."""
    found = (await ask_for(hq, _Providers, "checkProviderStatus", providerId=provider_id)).providers
    assert found, f"checkProviderStatus knows no provider {provider_id}"
    others = [provider.provider_id for provider in found if provider.provider_id != provider_id]
    assert not others, f"asked for {provider_id}, checkProviderStatus tells of {', '.join(others)}"
    return found[0]


async def workers_ai(hq: Hq) -> Provider:
    """The provider on the platform itself. Raises Violation."""
    return await provider_of(hq, WORKERS_AI)


async def cheapest(hq: Hq) -> str:
    """The id of a provider to give small tasks to: workers-ai, or else the cheapest that is there. Raises Skipped."""
    if (await workers_ai(hq)).available:
        return WORKERS_AI
    there = [provider for provider in await providers(hq) if provider.available]
    if not there:
        raise Skipped("no AI provider is available (AIP-02 and AIP-03 say why)")
    chosen = min(there, key=lambda provider: _TIERS.index(provider.cost_tier)).provider_id
    hq.note(f"{WORKERS_AI} is not available, so the task went to {chosen}")
    return chosen


async def assert_gateway(hq: Hq) -> None:
    """Every configured provider behind the gateway is available, and so listed. Raises Skipped when none is."""
    behind = [provider for provider in await providers(hq) if provider.provider_id.startswith(GATEWAY)]
    idle = [provider for provider in behind if provider.configured is False]
    gone = [provider for provider in behind if provider.configured and not provider.available]
    assert not gone, "; ".join(
        f"{provider.provider_id} is configured, but not available: {provider.reason or 'no reason is given'}"
        for provider in gone
    )
    there = [provider for provider in behind if provider.available]
    if not there:
        raise Skipped("no provider behind the AI gateway is configured: set AI_GATEWAY_URL and a <PROVIDER>_API_KEY")
    untold = [provider.provider_id for provider in behind if provider.configured is None and not provider.available]
    if names := [provider.provider_id for provider in idle] + untold:
        hq.note(f"not configured, so not judged: {', '.join(names)}")
    if unknown := sorted(REGISTERED - {provider.provider_id for provider in behind}):
        hq.degraded(f"checkProviderStatus tells nothing of {', '.join(unknown)}")
    await _assert_listed(hq, there)


async def assert_unknown(hq: Hq) -> None:
    """A provider that nobody knows has no status. Raises Violation."""
    await assert_refused(hq, "checkProviderStatus", providerId=NOBODY)


async def _assert_listed(hq: Hq, there: list[Provider]) -> None:
    """The list of what can be used agrees with the status of each. Raises Violation."""
    everything = (await ask_for(hq, _Providers, "listAvailableProviders")).providers
    told = {provider.provider_id: provider for provider in there}
    listed = {one.provider_id: one for one in everything if one.provider_id.startswith(GATEWAY)}
    lacking, surplus = sorted(told.keys() - listed), sorted(listed.keys() - told)
    assert not lacking, f"listAvailableProviders leaves out {', '.join(lacking)}, which can be used"
    assert not surplus, f"listAvailableProviders holds {', '.join(surplus)}, which checkProviderStatus denies"
    other = [name for name in sorted(listed) if _gist(listed[name]) != _gist(told[name])]
    assert not other, f"listAvailableProviders and checkProviderStatus contradict each other about {', '.join(other)}"


def _gist(provider: Provider) -> tuple[object, ...]:
    return provider.available, provider.configured, provider.cost_tier
