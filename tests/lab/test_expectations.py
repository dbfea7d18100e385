"""The truth table: the checklist as data, what follows from a fault, and that every fault says what it causes."""

import subprocess
import sys
from collections import Counter

import pytest

from vibehq_smoke.lab.expectations.derive import accused, expected
from vibehq_smoke.lab.expectations.graph import COMPONENTS, WORKERS, component_of, upstream
from vibehq_smoke.lab.expectations.items import checklist, everything
from vibehq_smoke.lab.faults import Switch
from vibehq_smoke.lab.switches import ALL
from vibehq_smoke.lab.switches.defects import AS_BUILT
from vibehq_smoke.lab.workers.roster import ROSTER

ITEMS = {item.id: item for item in everything()}
STEADY = {"EDGE-02"}
"""Items that no switch can make untrue: the names of a lab always resolve."""
BY_ID = {switch.id: switch for switch in ALL}


def states(switch: Switch, state: str) -> set[str]:
    return {item for item, found in expected(switch).checks.items() if found == state}


# --- the checklist


def test_the_checklist_has_the_items_of_the_contract() -> None:
    """Contract 2.11."""
    per_category = Counter(item.id[:3] for item in checklist())
    assert per_category == {
        "INF": 13, "HLT": 14, "API": 11, "WRK": 11, "UI-": 12, "FAC": 9, "AIP": 9, "PAT": 8, "AUT": 8, "ERR": 9,
    }  # fmt: skip
    assert Counter(item.mode for item in checklist()) == {"H": 63, "O": 20, "S": 7, "B": 9, "W": 5}


def test_seven_items_go_beyond_it() -> None:
    beyond = [item.id for item in everything()[len(checklist()) :]]
    assert beyond == [f"EDGE-0{number}" for number in range(1, 8)]


def test_items_speak_of_what_there_is() -> None:
    for item in everything():
        assert item.components, item.id
        assert set(map(component_of, (*item.components, *item.needs, *item.establishes))) <= set(COMPONENTS), item.id
        assert set(item.after) <= set(ITEMS) - {item.id}, item.id
        assert 0 <= item.priority <= 3, item.id


def test_every_worker_is_a_component() -> None:
    assert {post.component for post in ROSTER} == set(WORKERS)


# --- what every switch says


def test_every_switch_has_expected_findings_or_says_why_not() -> None:
    def documented(switch: Switch) -> bool:
        found = expected(switch)
        return bool(switch.summary and switch.group) and bool(found.checks or found.unsteady) != bool(switch.unseen)

    assert [switch.id for switch in ALL if not documented(switch)] == []


def test_what_departs_from_the_rules_has_a_reason() -> None:
    assert [switch.id for switch in ALL if bool(switch.blocked) != bool(switch.because)] == []


def test_switches_speak_of_what_there_is() -> None:
    for switch in ALL:
        assert set(map(component_of, (*switch.dead, *switch.at, *switch.flapping))) <= set(COMPONENTS), switch.id
        assert {item for item, _ in switch.hits} | set(switch.blocked) <= set(ITEMS), switch.id
        assert {state for _, state in switch.hits} <= {"failed", "degraded"}, switch.id
        assert len(dict(switch.hits)) == len(switch.hits), switch.id


def test_switches_say_whom_their_items_accuse() -> None:
    for switch in ALL:
        hit = [ITEMS[name] for name, _ in switch.hits]
        blamed = {*switch.at, *map(component_of, switch.dead)}
        assert all(blamed & set(item.components) for item in hit if item.of_each), switch.id
        assert set(switch.at) <= {name for item in hit for name in item.components}, switch.id


def test_findings_agree_with_each_other() -> None:
    for switch in ALL:
        found = expected(switch)
        broken = {name for name, status in found.components.items() if status == "broken"}
        assert set(found.root_causes) <= broken, switch.id
        assert bool(found.root_causes) == bool(broken), switch.id
        failed = [ITEMS[name] for name in states(switch, "failed")]
        assert {name for item in failed for name in accused(item, switch)} <= set(found.components), switch.id
        assert found.components or "blocked" not in found.checks.values(), f"{switch.id}: nothing is to blame"


def test_every_item_is_seen_to_fail() -> None:
    seen = {item for switch in ALL for item in states(switch, "failed") | states(switch, "degraded")}

    assert set(ITEMS) - STEADY == seen


# --- the rules


def test_what_is_gone_fails_where_it_is_established_and_blocks_the_rest() -> None:
    found = expected(Switch("x", "", dead=("hub-ops",)))
    assert found.checks == {"WRK-11": "failed", "AUT-02": "blocked", "AUT-07": "blocked"}
    assert (found.components, found.root_causes) == ({"hub-ops": "broken"}, ("hub-ops",))


def test_without_the_orchestrator_only_what_stands_by_itself_is_judged() -> None:
    """R4, and the factories' and specialists' "responds" (contract 2.6)."""
    found = expected(Switch("x", "", dead=("orchestrator",)))
    assert set(found.checks.values()) == {"blocked"}
    standing = set(ITEMS) - set(found.checks)
    assert {"FAC-01", "FAC-06", "INF-12", "UI-05", "PAT-01"} <= standing
    assert not standing & {"FAC-05", "FAC-09", "HLT-06", "API-08"}
    assert found.root_causes == ("orchestrator",)


def test_a_part_that_is_gone_blocks_only_those_who_need_it() -> None:
    logging = expected(Switch("x", "", dead=("rpc-gateway:Logging",))).checks
    tasks = expected(Switch("x", "", dead=("rpc-gateway:Tasks",))).checks
    assert logging["INF-07"] == tasks["INF-07"] == "failed"
    assert (logging.get("WRK-07"), tasks.get("WRK-07")) == ("blocked", None)
    assert (logging.get("WRK-06"), tasks.get("WRK-06")) == (None, "blocked")


def test_an_item_waits_for_those_it_builds_on() -> None:
    found = expected(Switch("x", "", hits=(("PAT-03", "failed"),)))
    assert found.checks == {"PAT-03": "failed", "PAT-04": "blocked", "PAT-06": "blocked", "PAT-07": "blocked"}


def test_drift_blocks_nothing() -> None:
    found = expected(Switch("x", "", hits=(("HLT-01", "degraded"),)))
    assert found.checks == {"HLT-01": "degraded"}
    assert (found.components, found.root_causes) == ({"health-api": "degraded"}, ())


@pytest.mark.parametrize(("item", "status"), [("HLT-01", "broken"), ("HLT-03", "broken"), ("HLT-13", "degraded")])
def test_priority_decides_between_broken_and_degraded(item: str, status: str) -> None:
    found = expected(Switch("x", "", hits=((item, "failed"),)))
    assert set(found.components.values()) == {status}


def test_only_what_is_gone_explains_what_is_broken() -> None:
    both = expected(Switch("x", "", dead=("rpc-gateway",), hits=(("AIP-06", "failed"),)))
    assert both.components == {"rpc-gateway": "broken", "cli-agents": "broken"}
    assert both.root_causes == ("rpc-gateway",)
    wrong = expected(Switch("x", "", hits=(("INF-07", "failed"), ("AIP-06", "failed"))))
    assert set(wrong.root_causes) == {"rpc-gateway", "cli-agents"}


def test_what_fails_now_and_then_promises_nothing() -> None:
    found = expected(BY_ID["agent-factory-flapping"])
    assert (found.checks, found.components) == ({}, {})
    assert set(found.unsteady) == set(expected(BY_ID["agent-factory-down"]).checks)


def test_needs_are_followed_to_their_end() -> None:
    assert upstream(["analytics-ui"]) >= {"mission-control", "auth:session", "auth", "orchestrator", "d1-ops"}
    assert "d1-health" not in upstream(["auth:session"])


# --- samples, worked out by hand from the contract


@pytest.mark.parametrize(
    ("switch", "failed", "root_causes"),
    [
        ("d1-projects-down", "INF-01", "d1-projects"),
        ("ops-conflict-specialist-down", "FAC-06", "conflict-specialist"),
        ("cloudflare-expert-specialist-hang", "FAC-09", "cloudflare-expert"),
        ("D-07", "FAC-01 FAC-02 FAC-03 FAC-04", "agent-factory data-factory services-factory ui-factory"),
        ("D-12", "HLT-03 ERR-01", "health-api"),
        ("D-20", "AUT-01", "cron"),
        ("D-31", "WRK-11 UI-11", "hub-health hub-ops"),
        ("auth-500", "API-08", "auth"),
        ("service-auth-off", "API-10", "auth"),
        ("patch-trends-any-metric", "PAT-08 ERR-01", "patch-api"),
        ("run-never-completes", "WRK-04 ERR-08", "orchestrator"),
        ("ai-gateway-down", "INF-11 AIP-03", "ai-gateway"),
        ("wrangler-observability-off", "INF-12", ""),
    ],
)
def test_a_sample_of_the_table(switch: str, failed: str, root_causes: str) -> None:
    found = expected(BY_ID[switch])
    assert states(BY_ID[switch], "failed") == set(failed.split())
    assert set(found.root_causes) == set(root_causes.split())


# --- around the table


def test_what_is_combined_as_built_leaves_the_orchestrator_answering() -> None:
    assert set(AS_BUILT) == {name for name in BY_ID if name.startswith("D-")} - {"D-01", "D-09"}
    assert all("orchestrator" not in BY_ID[name].dead for name in AS_BUILT)


def test_an_entry_of_the_listing_has_all_there_is_to_know() -> None:
    entry = BY_ID["D-22"].as_json()
    assert entry["aliases"] == ["scan-mock"]
    assert entry["group"] == "defects"
    assert entry["expected"]["checks"] == {"API-06": "degraded", "AUT-05": "degraded", "AUT-07": "failed"}
    assert BY_ID["D-32"].as_json()["unseen"]


def test_a_lab_that_runs_does_without_the_checklist() -> None:
    code = "import sys, vibehq_smoke.lab.platform; print([m for m in sys.modules if 'expectations' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
