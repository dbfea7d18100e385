"""The 18 service bindings of contract 1.5 and the platform resources of 1.3, as data."""

from vibehq_smoke.lab.entrypoints.registry import ENTRYPOINTS

ORCHESTRATOR = "vibehq-orchestrator"

# binding -> entrypoint class of the orchestrator
PAIRS = tuple((binding, entrypoint) for binding, entrypoint, _ in ENTRYPOINTS)

# those the orchestrator calls through bindings of its own
OWN_PAIRS = tuple(pair for pair in PAIRS if pair[0] in ("ORCHESTRATOR_PATCH", "ORCHESTRATOR_HEALTH"))

# binding -> worker that the orchestrator calls
SPECIALISTS = (
    ("CONFLICT_SPECIALIST", "ops-conflict-specialist"),
    ("DELIVERY_REPORT_SPECIALIST", "ops-delivery-report-specialist"),
)

# binding -> Durable Object class of the orchestrator
OBJECTS = (
    ("DORateLimitStore", "DORateLimitStore"),
    ("CodeGenObject", "CodeGenObject"),
    ("Sandbox", "Sandbox"),
)

# the broadcast hubs and the terminal: binding -> Durable Object class
HUBS = (
    ("HEALTH_CHECK_BROADCAST", "HealthCheckBroadcast"),
    ("OPS_MONITOR_BROADCAST", "OpsMonitorBroadcast"),
    ("TERMINAL_SERVER", "TerminalServer"),
)

CRONS = ("0 2 * * *", "0 */4 * * *")
COMPATIBILITY_DATE = "2025-06-01"
