"""All fault switches, one module per group. Pure data: ``faults.Switch`` says what the fields mean."""

from dataclasses import replace

from vibehq_smoke.lab.faults import Switch
from vibehq_smoke.lab.switches import (
    api,
    checkout,
    databases,
    defects,
    health,
    leaks,
    live,
    operations,
    pages,
    patches,
    processes,
    protocol,
    providers,
    workers,
)

_GROUPS = (
    databases, processes, workers, protocol, health, api, operations, patches, providers, live, pages, checkout, leaks,
    defects,
)  # fmt: skip

ALL: tuple[Switch, ...] = tuple(
    replace(switch, group=group.__name__.rpartition(".")[2]) for group in _GROUPS for switch in group.SWITCHES
)
