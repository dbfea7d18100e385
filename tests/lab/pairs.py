"""The 18 service bindings and the entrypoint classes behind them, as contract 1.5 lists them."""

PAIRS = {
    "ORCHESTRATOR_GITHUB": "GitHub", "ORCHESTRATOR_TASKS": "Tasks", "ORCHESTRATOR_FACTORY": "Factory",
    "ORCHESTRATOR_DELIVERY": "Delivery", "ORCHESTRATOR_LOGGING": "Logging", "ORCHESTRATOR_OPS": "Specialist",
    "ORCHESTRATOR_OPS_MONITOR": "OpsMonitorOps", "ORCHESTRATOR_HEALTH_CHECK": "Health",
    "ORCHESTRATOR_TEMPLATE": "TemplateOps", "ORCHESTRATOR_HIL": "HilOps", "ORCHESTRATOR_DATA": "DataOps",
    "ORCHESTRATOR_PROJECTS": "ProjectsOps", "ORCHESTRATOR_CHATS": "ChatsOps", "ORCHESTRATOR_HEALTH": "HealthOps",
    "ORCHESTRATOR_PATCH": "PatchOps", "ORCHESTRATOR_AI_PROVIDER": "AIProviderOps", "ORCHESTRATOR_DOCS": "DocsOps",
    "ORCHESTRATOR_CONTAINER_MONITORING": "ContainerMonitoringOps",
}  # fmt: skip
