"""Calling the orchestrator's entrypoints as workers do (contract INF-07, INF-11). Needs a channel with RPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from vibehq_smoke import Blocked, Violation

from . import rpc_models
from .bindings import ENTRYPOINTS, ORCHESTRATOR, exports
from .reading import read, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vibehq_smoke.platform import Hq
    from vibehq_smoke.platform.dialects import Dialect

    from .rpc_models import Provider
    from .wrangler import Configs

OPERATION = "smoke_rpc"
GATEWAY = "ai-gateway-"
"""How the ids of providers behind the gateway begin (contract 8.1)."""

REGISTERED = tuple(f"{GATEWAY}{name}" for name in ("openai", "anthropic", "google", "mistral", "groq"))
"""Those of the contract (8.1), whether they have a key or not."""


class _Call(NamedTuple):
    """A cheap call of an entrypoint, and what it must return."""

    binding: str
    method: str
    arguments: tuple[object, ...]
    model: type[Dialect]


def _calls(hq: Hq) -> tuple[_Call, ...]:
    """One to each of seven entrypoints."""
    entry = {"source": hq.tag, "operation": OPERATION, "level": "debug", "details": {"run": hq.run_id}}
    one = ({"limit": 1},)
    return (
        _Call("ORCHESTRATOR_LOGGING", "log", (entry,), rpc_models.Done),
        _Call("ORCHESTRATOR_TASKS", "getTasksForOrder", (f"{hq.tag}-none",), rpc_models.NoTasks),
        _Call("ORCHESTRATOR_HEALTH_CHECK", "getConfiguredWorkers", (), rpc_models.ConfiguredWorkers),
        _Call("ORCHESTRATOR_HEALTH", "handleRequest", ({"getTestProfiles": {}},), rpc_models.TestProfiles),
        _Call("ORCHESTRATOR_AI_PROVIDER", "listAvailableProviders", ({},), rpc_models.Providers),
        _Call("ORCHESTRATOR_OPS_MONITOR", "getRecentScans", one, rpc_models.OneScan),
        _Call("ORCHESTRATOR_HIL", "getHilRequests", one, rpc_models.OneRequest),
    )


async def broken_entrypoints(hq: Hq) -> list[str]:
    """A line for each entrypoint that raises, says that it failed, or returns something else.

    The call that writes is in the ledger.
    """
    hq.created("log line", hq.tag, database="DB_OPS", table="operation_logs", where={"source": hq.tag})
    found = await hq.gather(*(_called(hq, call) for call in _calls(hq)))
    return [line for line in found if line]


async def _called(hq: Hq, call: _Call) -> str | None:
    name = f"{ENTRYPOINTS[call.binding]}.{call.method}"
    try:
        answer = await hq.operator.rpc(call.binding, call.method, *call.arguments)
    except Violation as violation:
        return f"{name} raises: {violation}"
    if said := _refusal(answer):
        return f"{name} refuses: {said}"
    try:
        returned = read(hq, call.model, answer, f"what {name} returns")
    except Violation as violation:
        return str(violation)
    if isinstance(returned, rpc_models.ConfiguredWorkers) and hq.workers:
        known = {worker.name for worker in returned.workers}
        return None if known & hq.workers.keys() else f"{name} names none of the workers that the target has"
    return None


def _refusal(answer: Any) -> str | None:
    """What an answer that says no gives as the reason."""
    return str(value_of(answer, "error")) if value_of(answer, "success", "ok") is False else None


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


async def gateway_providers(hq: Hq) -> list[Provider]:
    """The providers behind the gateway, as the router tells them: whether there is a key, never the key.

    Raises Blocked when the router cannot be asked, Violation when its answer is wrong.
    """
    try:
        answer = await hq.operator.rpc("ORCHESTRATOR_AI_PROVIDER", "checkProviderStatus", {})
    except Violation as violation:
        raise Blocked(f"the providers cannot be asked for: {violation}", component="rpc-gateway") from None
    said = _refusal(answer)
    assert said is None, f"checkProviderStatus refuses: {said}"
    known = read(hq, rpc_models.Providers, answer, "what checkProviderStatus returns").providers
    return [provider for provider in known if provider.id.startswith(GATEWAY)]


def unregistered(providers: Iterable[Provider]) -> list[str]:
    """Providers behind the gateway that the router registers by default, and that are not among ``providers``."""
    known = {provider.id for provider in providers}
    return [name for name in REGISTERED if name not in known]
