"""Keys of providers and agents, made up for one lab, and how logs speak of them (contract 8.4)."""

import secrets
from collections.abc import Mapping
from types import MappingProxyType

REDACTED = "[REDACTED]"
TELLTALE = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIALS")
# Two naming schemes live side by side: the gateway's and the agents' (contract 8.4).
GATEWAY_KEYS = ("ANTHROPIC_API_KEY", "MISTRAL_API_KEY")
AGENT_KEYS = ("JULES_API_KEY", "CODEX_API_KEY", "GEMINI_API_KEY", "CLAUDE_API_KEY", "CURSOR_API_KEY")
TOOL_SECRETS = ("GITHUB_TOKEN", "SSH_PRIVATE_KEY", "NPM_TOKEN")


def made_up() -> Mapping[str, str]:
    """Name → a value that opens nothing anywhere."""
    names = (*GATEWAY_KEYS, *AGENT_KEYS, *TOOL_SECRETS)
    return MappingProxyType({name: f"lab-{secrets.token_urlsafe(24)}" for name in names})


def is_secret(name: str) -> bool:
    """Whether logs must not show the value of the variable `name`."""
    return any(word in name.upper() for word in TELLTALE)


def for_logs(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with the values of secrets left out."""
    return {name: REDACTED if is_secret(name) else value for name, value in environment.items()}


def without_values(text: str, vault: Mapping[str, str]) -> str:
    """`text` with every value of the vault left out."""
    for value in vault.values():
        text = text.replace(value, REDACTED)
    return text
