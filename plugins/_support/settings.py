"""What workers are told by their environment: names, types, health targets (contract INF-10, INF-12, INF-13)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from vibehq_smoke import Blocked, Violation
from vibehq_smoke.errors import Unreachable
from vibehq_smoke.platform.wrangler_files import WranglerFileError

from .bindings import ORCHESTRATOR
from .fitness import unfit
from .health_models import WorkerList, WorkerState
from .platform_status import PlatformStatus
from .reading import value_of
from .workers import component_of
from .wrangler import Complaint, owner, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vibehq_smoke.platform import Hq, Worker
    from vibehq_smoke.platform.wrangler_files import WranglerFile

VERSION_BINDING = "CF_VERSION_METADATA"
VERSION_HEADER = "x-version-id"
_TARGETS = "HEALTH_WORKER_TARGETS"
_WORKERS = "/api/health/workers"


async def misnamed(worker: Worker) -> list[Complaint]:
    """Whether the worker says another name or type than it is configured with. Raises Blocked without a status."""
    try:
        said = (await worker.get("/health-check/status")).expect(WorkerState)
    except Violation as violation:
        dead = isinstance(violation, Unreachable) or await unfit(worker) is not None
        cause = component_of(worker.name) if dead else "health-protocol"
        raise Blocked(f"{worker.name} does not tell its status: {violation}", component=cause) from None
    pairs = (("name", worker.name, said.worker_name), ("type", worker.type, said.worker_type))
    return [
        Complaint(
            component_of(worker.name), f"{worker.name} is configured with {what} {configured!r}, but says {got!r}"
        )
        for what, configured, got in pairs
        if got != configured
    ]


async def unlisted(hq: Hq, worker: Worker) -> list[Complaint]:
    """Whether health runs do not know the worker, know it twice, or as another type.

    Raises Blocked when the list is not whole.
    """
    listed = (await hq.api.get(_WORKERS)).expect(WorkerList)
    if listed.count not in (None, len(listed.workers)):
        why = f"GET {_WORKERS} counts {listed.count} workers and lists {len(listed.workers)} (HLT-04 judges that)"
        raise Blocked(why, component="health-api")
    types = [one.type for one in listed.workers if one.name == worker.name]
    if types == [worker.type]:
        return []
    said = f"lists {worker.name} as {' and '.join(map(repr, types))} instead of {worker.type!r}"
    return [Complaint(component_of(worker.name), f"GET {_WORKERS} {said if types else f'does not list {worker.name}'}")]


def in_files(hq: Hq, files: Iterable[WranglerFile], judge: Callable[[WranglerFile], Iterator[str]]) -> list[Complaint]:
    """A complaint about each thing that ``judge`` finds in ``files``."""
    found = []
    for config in files:
        try:
            lines = list(judge(config))
        except WranglerFileError as error:
            lines = [error.problem]
        found += [Complaint(owner(config), f"{place(hq, config)}: {line}") for line in lines]
    return found


def unset_variables(hq: Hq) -> Callable[[WranglerFile], Iterator[str]]:
    """What is wrong with the variables of a worker's file."""

    def judge(config: WranglerFile) -> Iterator[str]:
        expected = {} if config.name not in hq.workers else {"WORKER_NAME": config.name}
        for key in ("WORKER_NAME", "WORKER_TYPE"):
            value = config.vars.get(key)
            if not isinstance(value, str) or not value.strip():
                yield f"{key} is not set in vars"
            elif value != expected.get(key, value):
                yield f"{key} is {value!r} instead of {expected[key]!r}"
        if config.name == ORCHESTRATOR and (problem := _targets_problem(config.vars.get(_TARGETS))):
            yield f"{_TARGETS} {problem}, so the orchestrator falls back to seven targets of its own"

    return judge


def _targets_problem(value: Any) -> str | None:
    """What keeps the orchestrator from using its list of targets; an array of named targets is right (Q10)."""
    if value in (None, "", [], {}):
        return "is empty"
    try:
        targets = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return "is no JSON"
    if not isinstance(targets, list) or not targets:
        return "is no JSON array with targets in it"
    named_ = all(isinstance(one, dict) and (one.get("name") or one.get("worker")) for one in targets)
    return None if named_ else "has targets without a name"


def unobserved(config: WranglerFile) -> Iterator[str]:
    """What keeps a worker from being observed."""
    observability = config.table("observability")
    if observability.get("enabled") is not True:
        yield "observability is not enabled"
        return
    rate = observability.get("head_sampling_rate", 1)  # wrangler's default
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate <= 1:
        yield f"observability.head_sampling_rate is {rate!r}; it must be more than 0 and at most 1"


def unversioned(config: WranglerFile) -> Iterator[str]:
    """What keeps a worker from knowing its version."""
    bound = config.table("version_metadata").get("binding")
    if bound != VERSION_BINDING:
        yield (
            f"version_metadata binds {bound!r} instead of {VERSION_BINDING}"
            if bound
            else f"{VERSION_BINDING} is not bound"
        )


async def unspoken_version(hq: Hq) -> list[Complaint]:
    """Whether the orchestrator's answers carry no version: the one part that must tell its own (contract 1.3).

    Raises Blocked.
    """
    try:
        reply = await hq.bare.get("/api/status")
        reply.expect(PlatformStatus)
    except Violation as violation:
        raise Blocked(f"whether its version is told was not seen: {violation}", component="orchestrator") from None
    if reply.headers.get(VERSION_HEADER) or value_of(reply.json(), "version"):
        return []
    return [
        Complaint("orchestrator", f"the orchestrator binds {VERSION_BINDING}, but GET /api/status tells no version")
    ]
