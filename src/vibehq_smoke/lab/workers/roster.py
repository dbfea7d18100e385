"""Who works here: every factory and specialist of contract 1.2, in its order."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Post:
    """One worker: the name it is deployed under, its component id, its type (Q11: ``factory`` or ``specialist``)."""

    name: str
    component: str
    type: str


ROSTER = (
    Post("agent-factory", "agent-factory", "factory"),
    Post("data-factory", "data-factory", "factory"),
    Post("services-factory", "services-factory", "factory"),
    Post("ui-factory", "ui-factory", "factory"),
    Post("ops-conflict-specialist", "conflict-specialist", "specialist"),
    Post("ops-delivery-report-specialist", "delivery-report-specialist", "specialist"),
    Post("cloud-worker-retrofit", "cloud-worker-retrofit", "specialist"),
    Post("cloudflare-expert-specialist", "cloudflare-expert", "specialist"),
    Post("health-specialist", "health-specialist", "specialist"),
    Post("ops-unit-test-specialist", "unit-test-specialist", "specialist"),
    Post("ops-frontend-testing-specialist", "frontend-testing-specialist", "specialist"),
)
