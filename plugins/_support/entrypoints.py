"""Calling the orchestrator's entrypoints as workers do (contract INF-07, INF-11). Needs a channel with RPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Violation

from .bindings import ENTRYPOINTS, ORCHESTRATOR, exports
from .reading import rows_of, value_of

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

    from .wrangler import Configs

OPERATION = "smoke_rpc"
GATEWAY = "ai-gateway-"
"""How the ids of providers behind the gateway begin (contract 8.1)."""


def _calls(hq: Hq) -> tuple[tuple[str, str, tuple[object, ...]], ...]:
    """Cheap calls, one to each of seven entrypoints."""
    entry = {"source": hq.tag, "operation": OPERATION, "level": "debug", "details": {"run": hq.run_id}}
    return (
        ("ORCHESTRATOR_LOGGING", "log", (entry,)),
        ("ORCHESTRATOR_TASKS", "getTasksForOrder", (f"{hq.tag}-none",)),
        ("ORCHESTRATOR_HEALTH_CHECK", "getConfiguredWorkers", ()),
        ("ORCHESTRATOR_HEALTH", "handleRequest", ({"getTestProfiles": {}},)),
        ("ORCHESTRATOR_AI_PROVIDER", "listAvailableProviders", ({},)),
        ("ORCHESTRATOR_OPS_MONITOR", "getRecentScans", ({"limit": 1},)),
        ("ORCHESTRATOR_HIL", "getHilRequests", ({"limit": 1},)),
    )


async def broken_entrypoints(hq: Hq) -> list[str]:
    """A line for each entrypoint that raises, or answers that it failed; the call that writes is in the ledger."""
    hq.created("log line", hq.tag, database="DB_OPS", table="operation_logs", where={"source": hq.tag})
    found = await hq.gather(*(_called(hq, *call) for call in _calls(hq)))
    return [line for line in found if line]


async def _called(hq: Hq, binding: str, method: str, arguments: tuple[object, ...]) -> str | None:
    name = f"{ENTRYPOINTS[binding]}.{method}"
    try:
        answer = await hq.operator.rpc(binding, method, *arguments)
    except Violation as violation:
        return f"{name} raises: {violation}"
    if value_of(answer, "success", "ok") is False:
        return f"{name} refuses: {value_of(answer, 'error')}"
    return None


def not_exported(hq: Hq, configs: Configs) -> list[str]:
    """Entrypoint classes that the orchestrator's main module does not export. Raises Violation without that module."""
    config = configs.of(ORCHESTRATOR)
    module = (config.main() if config else None) or hq.source / "orchestrator/worker/index.ts"
    try:
        exported = exports(module)
    except OSError as error:
        raise Violation(f"the orchestrator's main module cannot be read: {error}", kind="source") from None
    hq.recorder.add("source", f"{module.name} exports {len(exported)} name(s)", ", ".join(sorted(exported)))
    return [name for name in ENTRYPOINTS.values() if name not in exported]


async def gateway_providers(hq: Hq) -> list[dict[str, Any]]:
    """The providers behind the gateway, as the router tells them: whether there is a key, never the key.

    Raises Blocked when the router cannot be asked, Violation when its answer is wrong.
    """
    try:
        answer = await hq.operator.rpc("ORCHESTRATOR_AI_PROVIDER", "checkProviderStatus", {})
    except Violation as violation:
        raise Blocked(f"the providers cannot be asked for: {violation}", component="rpc-gateway") from None
    assert value_of(answer, "success") is True, f"checkProviderStatus refuses: {value_of(answer, 'error')}"
    known = rows_of(answer, "providers")
    if known is None or not all(isinstance(one, dict) and isinstance(one.get("available"), bool) for one in known):
        raise Violation("checkProviderStatus lists no providers with `available`", kind="shape")
    return [one for one in known if name_of(one).startswith(GATEWAY)]


def name_of(provider: dict[str, Any]) -> str:
    """The id of a provider."""
    return str(value_of(provider, "providerId", "id") or "")


def is_expected(provider: dict[str, Any]) -> bool:
    """Whether somebody gave it a key: what it says itself, else that it is available."""
    told = value_of(provider, "configured")
    return told if isinstance(told, bool) else bool(provider["available"])
