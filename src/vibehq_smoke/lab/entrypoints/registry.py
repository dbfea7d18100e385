"""Which binding leads to which entrypoint: the 18 pairs (contract 1.5)."""

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from types import MappingProxyType

from vibehq_smoke.lab.context import Lab
from vibehq_smoke.lab.entrypoints.exposed import Gate

# binding, entrypoint class, module of this package
ENTRYPOINTS = (
    ("ORCHESTRATOR_GITHUB", "GitHub", "github"),
    ("ORCHESTRATOR_TASKS", "Tasks", "work"),
    ("ORCHESTRATOR_FACTORY", "Factory", "factories"),
    ("ORCHESTRATOR_DELIVERY", "Delivery", "delivery"),
    ("ORCHESTRATOR_LOGGING", "Logging", "logs"),
    ("ORCHESTRATOR_OPS", "Specialist", "specialist"),
    ("ORCHESTRATOR_OPS_MONITOR", "OpsMonitorOps", "scans"),
    ("ORCHESTRATOR_HEALTH_CHECK", "Health", "health"),
    ("ORCHESTRATOR_TEMPLATE", "TemplateOps", "factories"),
    ("ORCHESTRATOR_HIL", "HilOps", "hil"),
    ("ORCHESTRATOR_DATA", "DataOps", "data"),
    ("ORCHESTRATOR_PROJECTS", "ProjectsOps", "projects"),
    ("ORCHESTRATOR_CHATS", "ChatsOps", "projects"),
    ("ORCHESTRATOR_HEALTH", "HealthOps", "health"),
    ("ORCHESTRATOR_PATCH", "PatchOps", "delivery"),
    ("ORCHESTRATOR_AI_PROVIDER", "AIProviderOps", "providers"),
    ("ORCHESTRATOR_DOCS", "DocsOps", "data"),
    ("ORCHESTRATOR_CONTAINER_MONITORING", "ContainerMonitoringOps", "logs"),
)


def entrypoints(lab: Lab) -> Mapping[str, Gate]:
    """Binding → its entrypoint, which is made at its first call: all together they take long to import."""
    return MappingProxyType(
        {binding: Gate(name, partial(_made, module, name, lab)) for binding, name, module in ENTRYPOINTS}
    )


def _made(module: str, name: str, lab: Lab) -> object:
    # Both names come from the table above.
    entrypoint: object = getattr(import_module(f"{__package__}.{module}"), name)(lab)
    return entrypoint
