"""Looks at the processes of the platform: the orchestrator, and every worker."""

import select
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

import httpx

from tests.lab.probes.core import Probe, alive
from tests.lab.probes.environment import sent
from tests.lab.running import RunningLab
from vibehq_smoke.lab.workers.roster import ROSTER

MEANWHILE = 25
# These two workers' being down is probed with the earlier faults.
PROBED_BEFORE = ("agent-factory", "ops-conflict-specialist")
WORKERS = tuple(post.name for post in ROSTER)
FACTORIES = tuple(post.name for post in ROSTER if post.type == "factory")


def three_answers(lab: RunningLab, url: str) -> object:
    """Of three equal GETs: statuses, types, field names and whether the timestamp is old; or that nobody is there."""
    try:
        replies = [lab.client.get(url) for _ in range(3)]
    except httpx.ConnectError:
        return "refused"
    last = replies[-1]
    content = last.json() if last.text.startswith("{") else {}
    old = "timestamp" in content and age_seconds(content["timestamp"]) > 1800
    return [(reply.status_code, reply.headers["content-type"]) for reply in replies], sorted(content), old


def age_seconds(timestamp: str) -> float:
    """How long ago that was."""
    return (datetime.now(UTC) - datetime.fromisoformat(timestamp)).total_seconds()


def orchestrator(lab: RunningLab) -> object:
    """Answers of the public status."""
    return three_answers(lab, f"{lab.base}/api/status")


def worker(name: str) -> Probe:
    """Answers of a worker about itself."""
    return lambda lab: three_answers(lab, f"{lab.workers[name]}/health-check/status")


def is_overtaken(lab: RunningLab, url: str) -> bool:
    """Whether a simple answer is overtaken by many that are asked for later.

    By order, not by time, so that it holds on a busy machine too: one loop serves them all.
    """
    with sent(url, "GET", "/no-such-page") as asked:
        for _ in range(MEANWHILE):
            assert lab.client.get(f"{lab.operator}/ping").is_success
        return not select.select([asked], [], [], 0)[0]


def worker_is_overtaken(name: str) -> Probe:
    """The same of a worker."""
    return lambda lab: is_overtaken(lab, lab.workers[name])


def factories(lab: RunningLab) -> object:
    """Which factories take connections."""
    return [alive(name)(lab) for name in FACTORIES]


def health_protocol(lab: RunningLab) -> object:
    """Answers under ``/health-check/`` of the workers and of the orchestrator."""
    urls = [f"{url}/health-check/status" for url in lab.workers.values()] + [f"{lab.base}/health-check/unknown"]
    return [(reply.status_code, reply.headers["content-type"]) for reply in map(lab.client.get, urls)]


PROBES: Mapping[str, Probe] = MappingProxyType(
    {f"orchestrator-{kind}": orchestrator for kind in ("down", "flapping", "wrong-content-type")}
    | {"orchestrator-slow": lambda lab: is_overtaken(lab, lab.base), "D-01": orchestrator}
    | {"D-07": factories, "D-08": health_protocol}
    | {f"{name}-down": worker(name) for name in WORKERS if name not in PROBED_BEFORE}
    | {f"{name}-{kind}": worker_is_overtaken(name) for name in WORKERS for kind in ("slow", "hang")}
    | {
        f"{name}-{kind}": worker(name)
        for name in WORKERS
        for kind in ("flapping", "html", "wrong-content-type", "wrong-schema", "stale")
    }
)
