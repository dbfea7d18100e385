"""The parts of the platform and what each cannot work without (contract 1.2 to 1.4 and 1.6)."""

from vibehq_smoke import Component, hookimpl


@hookimpl
def vibehq_components() -> list[Component]:
    """Every component of the contract, in the order in which reports show them."""
    return [*_stores(), *_core(), *_health(), *_patches(), *_operations(), *_ai(), *_interface(), *_workers()]


def _stores() -> list[Component]:
    """What the orchestrator binds (contract 1.3)."""
    return [
        _part("d1-ops", "Database of operations, patches, deliveries, scans, users and sessions."),
        _part("d1-projects", "Database of projects and their requirements."),
        _part("d1-chats", "Database of conversations."),
        _part("d1-health", "Database of health runs, test profiles, test results and summaries."),
        _part("kv-config", "Key-value store with the overrides of the platform's configuration."),
        _part("r2-templates", "Bucket of application templates."),
        _part("do-rate-limit", "Durable object that counts requests for the rate limits."),
        _part("do-sandbox", "Durable object that runs containers."),
        _part("do-codegen", "Durable object that generates applications.", "do-sandbox"),
        _part("ai-binding", "Access to the models that run on the platform itself."),
        _part("assets", "Static files of the user interface, with their single-page fallback."),
        _part("version-meta", "Which deployment of the orchestrator is running."),
    ]


def _core() -> list[Component]:
    return [
        _part(
            "orchestrator",
            "The control plane: every API goes through it.",
            "assets",
            "kv-config",
            "d1-ops",
            "d1-health",
        ),
        _part(
            "auth", "Sessions, bearer ids, CSRF protection and rate limits.", "orchestrator", "d1-ops", "do-rate-limit"
        ),
        _part(
            "rpc-gateway",
            "The entrypoints that workers call the orchestrator through.",
            *("orchestrator", "d1-ops", "d1-projects", "d1-chats", "d1-health"),
        ),
        _part("platform-status", "The public status message.", "orchestrator"),
        _part("sentry-tunnel", "Forwards error reports of the user interface.", "orchestrator"),
        _part("github-webhook", "Takes in events of GitHub.", "orchestrator", "d1-ops"),
    ]


def _health() -> list[Component]:
    return [
        _part(
            "health-api",
            "Starts health runs and tells how runs and workers are.",
            *("orchestrator", "auth", "d1-health", "d1-ops"),
        ),
        # The contract also names the worker itself. Which worker that is depends on the target, and one dead
        # worker does not explain a wrong answer of another: checks name the worker when they block on it.
        _part(
            "health-protocol",
            "What workers and orchestrator say to each other during a health check.",
            *("orchestrator", "rpc-gateway", "ai-binding"),
        ),
        _part("hub-health", "Broadcasts the progress of health runs.", "orchestrator", "health-api"),
        _part("health-ops", "Test profiles, results, AI usage and summaries by RPC.", "rpc-gateway", "d1-health"),
    ]


def _patches() -> list[Component]:
    return [
        _part("analytics-api", "Logs, statistics and trends of patch events.", "orchestrator", "auth", "d1-ops"),
        _part(
            "patch-api", "Applies patches and records their events.", "orchestrator", "auth", "rpc-gateway", "d1-ops"
        ),
        _part("ws-patch-hub", "Broadcasts patch events.", "orchestrator", "patch-api"),
        _part("patch-manager", "The command line that edits files by patches.", "patch-api"),
        _part("delivery-api", "Keeps reports of what was delivered where.", "orchestrator", "auth", "d1-ops"),
    ]


def _operations() -> list[Component]:
    return [
        _part("ops-scan", "Scans the operation logs and files issues.", "orchestrator", "auth", "d1-ops"),
        _part("hub-ops", "Broadcasts the results of scans.", "orchestrator", "ops-scan"),
        _part("cron", "Scheduled scans and health runs.", "orchestrator", "ops-scan", "hub-ops", "health-api"),
        _part("hil", "Questions that wait for a person's answer.", "orchestrator", "auth", "d1-ops"),
        _part("specialist-queue", "Triggers specialists by events.", "d1-ops"),
        _part("specialist-log", "What specialists report of their work.", "orchestrator", "auth", "d1-ops"),
        _part("code-quality-monitor", "Quarantines agents that break the rules.", "orchestrator"),
    ]


def _ai() -> list[Component]:
    return [
        # Models on the platform or behind the gateway: either will do, so neither is a need.
        _part("ai-router", "Chooses a provider for a task and runs it.", "rpc-gateway", "d1-ops", "cli-agents"),
        _part("ai-workers", "Models that run on the platform itself.", "ai-binding"),
        _part("ai-gateway", "Models of other providers, behind the gateway."),
        _part("cli-agents", "Agents with a command line, in containers.", "do-sandbox"),
    ]


def _interface() -> list[Component]:
    return [
        _part(
            "mission-control",
            "The dashboard of the whole platform.",
            *("assets", "auth", "health-api", "analytics-api", "hub-health"),
        ),
        _part("analytics-ui", "The trend charts inside the dashboard.", "mission-control", "analytics-api"),
        _part("terminal-server", "Streams a container's terminal.", "do-sandbox"),
        _part("terminal-ui", "The terminal panel of a chat.", "assets", "auth", "terminal-server"),
    ]


def _workers() -> list[Component]:
    """Factories, specialists and other workers (contract 1.2); all log through the orchestrator."""
    return [
        _part("agent-factory", "Builds agents.", "rpc-gateway"),
        _part("data-factory", "Builds data services.", "rpc-gateway"),
        _part("services-factory", "Builds services.", "rpc-gateway"),
        _part("ui-factory", "Builds user interfaces.", "rpc-gateway"),
        _part("conflict-specialist", "Resolves merge conflicts.", "rpc-gateway", "ai-binding"),
        _part("delivery-report-specialist", "Writes delivery reports.", "rpc-gateway", "ai-binding"),
        _part("cloud-worker-retrofit", "Retrofits existing code for the platform.", "rpc-gateway"),
        _part("cloudflare-expert", "Reviews orders and code for Cloudflare.", "rpc-gateway"),
        _part("health-specialist", "Runs test profiles by schedule and summarises them.", "health-ops", "ai-binding"),
        _part("unit-test-specialist", "Runs unit test suites.", "rpc-gateway"),
        _part("frontend-testing-specialist", "Runs browser test suites.", "rpc-gateway"),
        _part("ops-specialist", "Conflict and report functions inside the orchestrator.", "orchestrator"),
        _part("base-worker", "The plain application worker.", "rpc-gateway"),
    ]


def _part(id: str, title: str, *needs: str) -> Component:  # noqa: A002 - what every record calls it
    return Component(id=id, title=title, needs=needs)
