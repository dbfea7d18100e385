"""What a CLI agent finds in its environment: names by kind of container, made from scratch (contract 8.4, AIP-07)."""

import os
import sys
from collections.abc import Mapping
from typing import Literal

from vibehq_smoke.lab.providers.vault import AGENT_KEYS, TOOL_SECRETS

ContainerType = Literal["cli-agent", "ai-provider", "git-ops"]
PATH = "/usr/local/bin:/usr/bin:/bin"
AUTHOR = {
    "GIT_AUTHOR_NAME": "Vibe HQ", "GIT_AUTHOR_EMAIL": "agent@vibehq.test",
    "GIT_COMMITTER_NAME": "Vibe HQ", "GIT_COMMITTER_EMAIL": "agent@vibehq.test",
}  # fmt: skip


def environment(
    kind: ContainerType, vault: Mapping[str, str], home: str, gateway_url: str, settings: Mapping[str, str]
) -> dict[str, str]:
    """All variables of a container of this kind; `settings` are those of one task (TEMPERATURE, MAX_TOKENS)."""
    base = {"HOME": home, "PATH": PATH, "SHELL": "/bin/sh", "NODE_ENV": "production", "LOG_LEVEL": "info", **settings}
    context = {"CLI_EXECUTION_CONTEXT": "vibe-hq-container", "CLI_AGENT_VERSION": "1.0.0"}
    chosen: dict[ContainerType, dict[str, str]] = {
        "cli-agent": context | _from(vault, TOOL_SECRETS),
        "ai-provider": context | _from(vault, AGENT_KEYS) | {"AI_GATEWAY_URL": gateway_url},
        "git-ops": _from(vault, ("GITHUB_TOKEN",)) | AUTHOR,
    }
    return base | chosen[kind] | required_by_system()


def required_by_system() -> dict[str, str]:
    """What a process cannot start without on this system."""
    return {"SYSTEMROOT": os.environ["SYSTEMROOT"]} if sys.platform == "win32" else {}


def _from(vault: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: vault[name] for name in names if name in vault}
