"""What the shipped checks and components are, before any of them runs."""

import pytest
from plugins._support.workers import component_of

from vibehq_smoke.host import Host, shipped
from vibehq_smoke.models import CheckSpec
from vibehq_smoke.session import Options, Session


@pytest.fixture(scope="module")
def specs(host: Host) -> dict[str, CheckSpec]:
    """The shipped checks by id."""
    return {check.id: check.spec for check in host.graph().checks.values()}


WRITING = (
    "AIP-01 AIP-04 AIP-05 AIP-06 AIP-07 AIP-08 AIP-09 API-05 API-06 API-07 AUT-01 AUT-03 ERR-03 ERR-08 HLT-01 "
    "HLT-09 INF-07 INF-09 PAT-03 UI-03 UI-12 WRK-07 WRK-09"
)


def test_what_writes_says_so(specs: dict[str, CheckSpec]) -> None:
    assert {spec.family for spec in specs.values() if spec.writes} == set(WRITING.split())


def test_the_deeper_cause_is_named_first(specs: dict[str, CheckSpec], host: Host) -> None:
    """A blocked check names the first broken need, so no need may stand before one that explains it.

    The orchestrator comes first all the same: when it is broken, preflight can say nothing about what it stands on.
    """
    components = host.graph().components

    for spec in specs.values():
        named = [need for need in dict.fromkeys(spec.needs) if need in components and need != "orchestrator"]
        for at, need in enumerate(named):
            assert not set(named[at + 1 :]) & set(components[need].needs), spec.id


def test_the_graph_is_the_contracts(host: Host) -> None:
    components = host.graph().components

    assert set(components["auth"].needs) == {"orchestrator", "d1-ops", "do-rate-limit"}
    assert set(components["health-api"].needs) == {"orchestrator", "auth", "d1-health", "d1-ops"}
    assert components["agent-factory"].needs == ("rpc-gateway",)
    assert all(component.title.endswith(".") for component in components.values())


@pytest.mark.parametrize(
    ("worker", "component"),
    [
        ("agent-factory", "agent-factory"),
        ("ops-conflict-specialist", "conflict-specialist"),
        ("cloudflare-expert-specialist", "cloudflare-expert"),
        ("somebody-elses", "somebody-elses"),
    ],
)
def test_a_worker_is_a_component(worker: str, component: str) -> None:
    assert component_of(worker) == component


@pytest.mark.parametrize("name", ["quick", "post-deploy"])
def test_the_careful_suites_run_nothing_that_writes_and_still_see_much(host: Host, name: str) -> None:
    session = Session(Options())
    session.suites.add(shipped("suites") / f"{name}.toml")
    plan = session.suites.plan()
    session.close()
    assert not [check.id for check in (*plan.selected, *plan.hidden) if check.spec.writes]
    assert len(plan.selected) >= 8
