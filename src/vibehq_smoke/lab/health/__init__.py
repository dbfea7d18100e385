"""The health API and the orchestrator's side of the health-check protocol."""
