"""The providers that are registered by default (contract 8.1)."""

from dataclasses import dataclass
from typing import Literal

from vibehq_smoke.lab.serving.replies import Json

Tier = Literal["low", "medium", "high"]
TIERS: tuple[Tier, ...] = ("low", "medium", "high")
TASK_TYPES = ("generate", "fix", "refactor", "optimize")
CONTEXTS = ("github", "local", "container")
PRIORITIES = ("low", "medium", "high", "critical")
WORKERS_AI = "workers-ai"


@dataclass(frozen=True)
class Provider:
    """One provider. `vendor` is what the gateway calls it (None for the model binding), `key_name` its secret."""

    id: str
    name: str
    tier: Tier
    model: str
    max_tokens: int
    cost_per_token: float
    vendor: str | None = None
    key_name: str | None = None

    def as_json(self) -> Json:
        """What the RPC methods tell of it."""
        return {
            "id": self.id, "providerId": self.id, "name": self.name, "model": self.model, "costTier": self.tier,
            "maxTokens": self.max_tokens, "costPerToken": self.cost_per_token,
            "capabilities": {
                "taskTypes": list(TASK_TYPES), "contexts": list(CONTEXTS), "priorities": list(PRIORITIES),
            },
        }  # fmt: skip


def _gateway(vendor: str, tier: Tier, model: str, max_tokens: int, cost: float) -> Provider:
    return Provider(
        f"ai-gateway-{vendor}", f"AI Gateway ({vendor})", tier, model, max_tokens, cost, vendor,
        f"{vendor.upper()}_API_KEY",
    )  # fmt: skip


# The order decides between equals (contract 8.2).
PROVIDERS = (
    Provider(WORKERS_AI, "Workers AI", "low", "lab-text-model", 4096, 0.000001),
    _gateway("openai", "high", "gpt-4", 128_000, 0.00003),
    _gateway("anthropic", "high", "claude-3-sonnet", 200_000, 0.000015),
    _gateway("google", "medium", "gemini-pro", 32_768, 0.0000025),
    _gateway("mistral", "low", "mistral-medium", 32_768, 0.00000025),
    _gateway("groq", "low", "mixtral-8x7b-32768", 8_192, 0.0000002),
)


def provider(provider_id: str) -> Provider | None:
    """The provider with this id, or None."""
    return next((known for known in PROVIDERS if known.id == provider_id), None)
