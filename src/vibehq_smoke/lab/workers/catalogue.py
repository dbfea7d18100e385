"""Which worker has which speciality."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from vibehq_smoke.lab.workers.desk import Desk
from vibehq_smoke.lab.workers.specialists.cloudflare_expert import CloudflareExpert
from vibehq_smoke.lab.workers.specialists.conflict_resolution import ConflictSpecialist
from vibehq_smoke.lab.workers.specialists.delivery_reports import DeliveryReportSpecialist
from vibehq_smoke.lab.workers.specialists.frontend_tests import FrontendTestSpecialist
from vibehq_smoke.lab.workers.specialists.health_specialist import HealthSpecialist
from vibehq_smoke.lab.workers.specialists.retrofit import Retrofit
from vibehq_smoke.lab.workers.specialists.unit_tests import UnitTestSpecialist
from vibehq_smoke.lab.workers.speciality import Plain, Speciality

FACTORIES: Mapping[str, str] = MappingProxyType(
    {
        "agent-factory": "Builds agents from orders.",
        "data-factory": "Builds schemas, migrations and data access.",
        "services-factory": "Builds back-end services and APIs.",
        "ui-factory": "Builds user interfaces.",
    }
)
SPECIALISTS: Mapping[str, Callable[[Desk], Speciality]] = MappingProxyType(
    {
        "ops-conflict-specialist": ConflictSpecialist,
        "ops-delivery-report-specialist": DeliveryReportSpecialist,
        "cloud-worker-retrofit": Retrofit,
        "cloudflare-expert-specialist": CloudflareExpert,
        "health-specialist": HealthSpecialist.of,
        "ops-unit-test-specialist": UnitTestSpecialist.of,
        "ops-frontend-testing-specialist": FrontendTestSpecialist,
    }
)


def speciality_of(desk: Desk) -> Speciality:
    """The speciality of the worker whose desk it is."""
    make = SPECIALISTS.get(desk.target.name)
    return make(desk) if make else Plain(FACTORIES.get(desk.target.name, "A worker of the platform."))
