"""Schemathesis against the lab, by the OpenAPI documents that the lab publishes: ``python -m tests.fuzzing``."""
