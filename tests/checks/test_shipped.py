"""What the shipped checks and components are, before any of them runs."""

from collections.abc import Iterable

import pytest
from plugins._support.workers import component_of

from vibehq_smoke.host import Host, shipped
from vibehq_smoke.models import CheckSpec
from vibehq_smoke.session import Options, Session

HEALTH = {f"HLT-{number:02}" for number in range(1, 15)}
API = {f"API-{number:02}" for number in range(1, 12)}

PRIORITIES = {
    "p0": "HLT-01 HLT-02 HLT-06 HLT-09 HLT-10 HLT-11 API-01 API-08",
    "p1": "HLT-03 HLT-04 HLT-05 HLT-07 HLT-08 HLT-12 API-02 API-03 API-05 API-06 API-07 API-09 API-10 API-11",
    "p2": "HLT-13 HLT-14 API-04",
}
"""As the contract ranks them (2.2, 2.3)."""

COMPONENTS = {
    "health-api": "HLT-01 HLT-02 HLT-03 HLT-04 HLT-05 HLT-09 API-01",
    "health-protocol": "HLT-06 HLT-07 HLT-08",
    "d1-health": "HLT-10 HLT-11",
    "health-ops": "HLT-12 HLT-13 HLT-14",
    "analytics-api": "API-02 API-03 API-04",
    "patch-api": "API-05",
    "ops-scan": "API-06",
    "delivery-api": "API-07",
    "auth": "API-08 API-09 API-10 API-11",
}


@pytest.fixture(scope="module")
def specs(host: Host) -> dict[str, CheckSpec]:
    """The 25 checks by id."""
    return {check.id: check.spec for check in host.graph().checks.values() if check.id in HEALTH | API}


def test_there_are_all_25(specs: dict[str, CheckSpec]) -> None:
    assert set(specs) == HEALTH | API
    assert {spec.category for id_, spec in specs.items() if id_ in HEALTH} == {"health"}
    assert {spec.category for id_, spec in specs.items() if id_ in API} == {"api"}


def test_they_rank_as_in_the_contract(specs: dict[str, CheckSpec]) -> None:
    assert _grouped((spec.priority.value, id_) for id_, spec in specs.items()) == PRIORITIES


def test_they_judge_the_contracts_components(specs: dict[str, CheckSpec]) -> None:
    assert _grouped((spec.component, id_) for id_, spec in specs.items()) == COMPONENTS


def test_every_check_says_what_it_asserts(specs: dict[str, CheckSpec]) -> None:
    for spec in specs.values():
        assert spec.description.endswith("."), spec.id
        assert len(spec.description.split()) >= 8, spec.id


def test_a_smoke_run_writes_no_more_than_it_may(specs: dict[str, CheckSpec]) -> None:
    assert {id_ for id_, spec in specs.items() if spec.writes} == {"HLT-01", "HLT-09", "API-05", "API-06", "API-07"}


def test_the_deeper_cause_is_named_first(specs: dict[str, CheckSpec], host: Host) -> None:
    """A blocked check names the first broken need, so no need may stand before one that explains it.

    The orchestrator comes first all the same: when it is broken, preflight can say nothing about what it stands on.
    """
    components = host.graph().components

    for spec in specs.values():
        named = [need for need in spec.needs if need in components and need != "orchestrator"]
        for at, need in enumerate(named):
            assert not set(named[at + 1 :]) & set(components[need].needs), spec.id


def test_the_graph_is_the_contracts(host: Host) -> None:
    components = host.graph().components

    assert set(components["auth"].needs) == {"orchestrator", "d1-ops", "do-rate-limit"}
    assert set(components["health-api"].needs) == {"orchestrator", "auth", "d1-health", "d1-ops"}
    assert components["agent-factory"].needs == ("rpc-gateway",)
    assert all(component.title.endswith(".") for component in components.values() if component.id in COMPONENTS)


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


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Ids by their group, in the order of the checklist: health before api."""
    groups: dict[str, list[str]] = {}
    for group, id_ in pairs:
        groups.setdefault(group, []).append(id_)
    return {group: " ".join(sorted(ids, key=lambda id_: (id_[0] == "A", id_))) for group, ids in groups.items()}


@pytest.mark.parametrize("name", ["quick", "post-deploy"])
def test_the_careful_suites_run_nothing_that_writes_and_still_see_much(host: Host, name: str) -> None:
    session = Session(Options())
    session.add_suite(shipped("suites") / f"{name}.toml")
    plan = session.plan(session.suites.values())
    session.close()
    assert not [check.id for check in (*plan.selected, *plan.hidden) if check.spec.writes]
    assert len(plan.selected) >= 8
