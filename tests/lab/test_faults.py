"""Every switch makes a difference that can be seen, and none after it is off again."""

import pytest

from tests.lab.probes import PROBES
from tests.lab.running import RunningLab
from vibehq_smoke.lab.switches import ALL
from vibehq_smoke.lab.workers.roster import ROSTER

LIKE_OTHERS = tuple(f"{post.name}-" for post in ROSTER if post.name not in ("agent-factory", "health-specialist"))
"""The faults of these workers are made by one rule; two workers stand for all, except in ``make truth``."""

pytestmark = pytest.mark.usefixtures("switches_off")


def test_every_switch_has_a_probe() -> None:
    assert set(PROBES) == {switch.id for switch in ALL}


def _rows() -> list[object]:
    return [
        pytest.param(switch.id, marks=pytest.mark.slow) if switch.id.startswith(LIKE_OTHERS) else switch.id
        for switch in ALL
    ]


@pytest.mark.parametrize("name", _rows())
def test_a_switch_shows(lab: RunningLab, name: str) -> None:
    probe = PROBES[name]
    healthy = probe(lab)
    with lab.at_fault(name):
        assert lab.client.get(f"{lab.operator}/ping").status_code == 200
        assert probe(lab) != healthy
    assert probe(lab) == healthy


def test_switches_combine(lab: RunningLab) -> None:
    lab.fault("workers-count-wrong", True)
    lab.fault("latest-404", True)
    body = lab.get("/api/health/workers").json()
    assert body["count"] == len(body["workers"]) + 1
    assert lab.get("/api/health/workers/agent-factory/latest").status_code == 404


def test_a_database_that_is_down_gives_500_without_insides(lab: RunningLab) -> None:
    lab.fault("d1-health-down", True)
    reply = lab.get("/api/health")
    assert reply.status_code == 500
    assert set(reply.json()) == {"ok", "error", "details"}
    assert not any(word in reply.text for word in ("SELECT", "Traceback", "health_checks", ".py"))
    assert lab.get("/api/analytics/stats").status_code == 200


def test_without_db_ops_sessions_cannot_be_looked_up(lab: RunningLab) -> None:
    lab.fault("d1-ops-down", True)
    reply = lab.get("/api/health")
    assert (reply.status_code, reply.json()) == (500, {"error": "Authentication error"})
    assert lab.client.get(f"{lab.base}/api/status").status_code == 200
