"""Components (contract 1.2 to 1.4) and what each cannot be judged without (1.6, R4, R8).

A part of a component that others need by itself is written with a colon: ``auth:session`` is "somebody can sign in",
``rpc-gateway:Logging`` one of the 18 entrypoints. A need on a part is a need on its component too.

1.6 has more arrows than this: those to databases are left out where the contract shows that the component answers
without them (the orchestrator does without DB_HEALTH, ERR-02; no cheap RPC call touches DB_PROJECTS or DB_CHATS,
INF-07), and those from workers to the gateway, since a worker responds without it (2.6).
"""

from collections.abc import Iterable

from vibehq_smoke.lab.workers.roster import ROSTER

DATABASES = ("d1-ops", "d1-projects", "d1-chats", "d1-health")
FACTORIES = tuple(post.component for post in ROSTER if post.type == "factory")
SPECIALISTS = tuple(post.component for post in ROSTER if post.type == "specialist")
WORKERS = (*FACTORIES, *SPECIALISTS)
HUBS = ("ws-patch-hub", "hub-health", "hub-ops")
OTHERS = (
    "orchestrator", "auth", "health-api", "health-protocol", "health-ops", "rpc-gateway", "analytics-api", "patch-api",
    "patch-manager", "delivery-api", "ops-scan", "cron", "ai-router", "ai-workers", "ai-gateway", "cli-agents", "hil",
    "specialist-queue", "specialist-log", "mission-control", "analytics-ui", "terminal-ui", "terminal-server",
    "sentry-tunnel", "github-webhook", "platform-status", "code-quality-monitor", "ai-binding", "do-rate-limit",
    "do-sandbox", "kv-config", "r2-templates", "assets", "version-meta",
)  # fmt: skip
COMPONENTS = (*DATABASES, *WORKERS, *HUBS, *OTHERS)

_UPSTREAM = {
    "auth": "orchestrator",
    "auth:session": "d1-ops",
    "rpc-gateway": "orchestrator",
    "rpc-gateway:Logging": "d1-ops",
    "rpc-gateway:Tasks": "d1-ops",
    "rpc-gateway:PatchOps": "d1-ops",
    "rpc-gateway:HealthOps": "d1-health",
    "health-api": "auth:session d1-health",
    "health-protocol": "orchestrator",
    "health-ops": "rpc-gateway:HealthOps",
    "analytics-api": "auth:session d1-ops",
    "patch-api": "auth:session d1-ops",
    "ops-scan": "orchestrator d1-ops",
    "cron": "orchestrator ops-scan d1-health",
    "ws-patch-hub": "orchestrator",
    "hub-health": "orchestrator",
    "hub-ops": "orchestrator",
    "ai-router": "rpc-gateway:AIProviderOps d1-ops",
    "ai-workers": "rpc-gateway:AIProviderOps",
    "ai-gateway": "rpc-gateway:AIProviderOps",
    "cli-agents": "rpc-gateway:AIProviderOps",
    "mission-control": "auth:session",
    "analytics-ui": "mission-control",
    "terminal-ui": "auth:session",
    "terminal-server": "auth:session",
}

_EXPLAINS = {"auth": ("cron", "ops-scan")}
"""Arrows of 1.6 that explain a broken component and hold nobody up: a schedule scans without a session."""


def component_of(need: str) -> str:
    """The component that a need, which may be a part, belongs to."""
    return need.partition(":")[0]


def upstream(needs: Iterable[str]) -> frozenset[str]:
    """`needs` and everything that they need in turn."""
    found: set[str] = set()
    waiting = list(needs)
    while waiting:
        need = waiting.pop()
        if need not in found:
            found.add(need)
            waiting += [component_of(need), *_UPSTREAM.get(need, "").split()]
    return frozenset(found)


def explains(part: str, component: str) -> bool:
    """Whether a part that is gone explains that another component is broken (1.6)."""
    cause = component_of(part)
    return cause != component and (part in upstream([component]) or component in _EXPLAINS.get(cause, ()))
