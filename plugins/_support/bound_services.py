"""The workers that the orchestrator's wrangler file binds (contract WRK-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vibehq_smoke import Blocked

from .bindings import ORCHESTRATOR
from .wrangler import named, place, read_configs

if TYPE_CHECKING:
    from vibehq_smoke.platform import Hq

_BOUND = (
    ("CONFLICT_SPECIALIST", "ops-conflict-specialist"),
    ("DELIVERY_REPORT_SPECIALIST", "ops-delivery-report-specialist"),
)
"""Binding, and name of the worker behind it (contract 1.5)."""


def assert_specialists_are_bound(hq: Hq) -> None:
    """Both bindings are there, and name workers that the checkout has. Raises Blocked when a file is unreadable."""
    configs = read_configs(hq)
    config = configs.of(ORCHESTRATOR)
    if config is None:
        if configs.unreadable:
            raise Blocked(f"unreadable, so not judged: {configs.unreadable[0]}", component="rpc-gateway")
        raise AssertionError(f"no wrangler file in the checkout is that of {ORCHESTRATOR}")
    bound = {str(entry.get("binding")): entry.get("service") for entry in config.entries("services")}
    deployed = {other.name for other in named(configs)}
    for binding, worker in _BOUND:
        assert binding in bound, f"{place(hq, config)}: services lacks {binding}"
        assert bound[binding] == worker, f"{place(hq, config)}: {binding} is {bound[binding]!r} instead of {worker!r}"
        if worker not in deployed:
            assert configs.unreadable, f"{place(hq, config)}: {binding} is {worker!r}, but no worker has that name"
            raise Blocked(f"unreadable, so not judged: {configs.unreadable[0]}", component="rpc-gateway")
