"""From what a switch says to what a correct harness reports of it (the verdicts of the contract's rules R4 and 1.6).

- An item whose statement the fault makes untrue reports what the switch says: ``failed`` or ``degraded``.
- An item fails when it states that a component is there which is gone.
- An item is blocked when something it needs is gone, or when an item it builds on failed or is blocked. For an item
  about several targets this means: one that is gone blocks the whole, since not all of it can be judged any more.
- A component is broken when it is gone or an item of priority P0 or P1 that accuses it failed; degraded when one of
  P2 or P3 failed or any item is degraded.
- The root causes are the broken components that no component explains which is gone. A component that is there and
  wrong explains no other, since those who need it can still be judged.
"""

from dataclasses import dataclass, replace
from functools import cache

from vibehq_smoke.lab.expectations.graph import component_of, explains, upstream
from vibehq_smoke.lab.expectations.items import Item, everything
from vibehq_smoke.lab.faults import Switch

MAJOR = 1


@dataclass(frozen=True)
class Expected:
    """Expected findings. components: id -> ``broken`` or ``degraded``. checks: item -> ``failed``, ``degraded`` or
    ``blocked``. unsteady: items that come out one way or the other while the switch is on, by chance."""

    components: dict[str, str]
    root_causes: tuple[str, ...]
    checks: dict[str, str]
    unsteady: tuple[str, ...]


def expected(switch: Switch) -> Expected:
    """What a harness that sees everything must report while only `switch` is on."""
    checks = _checks(switch)
    components = _components(switch, checks)
    return Expected(components, _roots(switch, components), checks, _unsteady(switch))


def accused(item: Item, switch: Switch) -> tuple[str, ...]:
    """The components that `item` accuses when it does not pass under `switch`."""
    dead = {component_of(part) for part in switch.dead}
    named = tuple(c for c in item.components if c in switch.at or (c in dead and c in item.establishes))
    return named or item.components[:1]


def _checks(switch: Switch) -> dict[str, str]:
    found: dict[str, str] = {}
    hits = dict(switch.hits)
    for item in _in_order_of_need():
        state = hits.get(item.id) or _state(item, switch, found)
        if state is not None:
            found[item.id] = state
    return {item.id: found[item.id] for item in everything() if item.id in found}


def _state(item: Item, switch: Switch, found: dict[str, str]) -> str | None:
    if item.id in switch.blocked:
        return "blocked"
    if _reach(item).intersection(switch.dead) - _own(item, switch):
        return "blocked"
    if any(found.get(earlier) in ("failed", "blocked") for earlier in item.after):
        return "blocked"
    return "failed" if _own(item, switch) else None


@cache
def _reach(item: Item) -> frozenset[str]:
    return upstream(item.needs).union(item.asked)


def _own(item: Item, switch: Switch) -> set[str]:
    return {part for part in switch.dead if component_of(part) in item.establishes}


@cache
def _in_order_of_need() -> tuple[Item, ...]:
    """All items, each after those it builds on."""
    waiting = list(everything())
    ordered: list[Item] = []
    done: set[str] = set()
    while waiting:
        ready = [item for item in waiting if done.issuperset(item.after)]
        if not ready:
            raise ValueError(f"items wait for each other: {', '.join(item.id for item in waiting)}")
        ordered += ready
        done.update(item.id for item in ready)
        waiting = [item for item in waiting if item.id not in done]
    return tuple(ordered)


def _components(switch: Switch, checks: dict[str, str]) -> dict[str, str]:
    broken = {component_of(part) for part in switch.dead}
    degraded: set[str] = set()
    for item in everything():
        state = checks.get(item.id)
        if state == "failed" and item.priority <= MAJOR:
            broken.update(accused(item, switch))
        elif state in ("failed", "degraded"):
            degraded.update(accused(item, switch))
    return dict.fromkeys(sorted(broken), "broken") | dict.fromkeys(sorted(degraded - broken), "degraded")


def _roots(switch: Switch, components: dict[str, str]) -> tuple[str, ...]:
    broken = [name for name, status in components.items() if status == "broken"]
    return tuple(name for name in broken if not _explained(name, switch))


def _explained(component: str, switch: Switch) -> bool:
    return any(explains(part, component) for part in switch.dead)


def _unsteady(switch: Switch) -> tuple[str, ...]:
    return tuple(_checks(replace(switch, dead=switch.flapping))) if switch.flapping else ()
