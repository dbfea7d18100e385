"""How much it matters, in the words of the template (contract 10.1 and 10.2)."""

from __future__ import annotations

from types import MappingProxyType

from ...models import Priority

IMPACT = MappingProxyType(
    {
        Priority.P0: "Blocks deployment",
        Priority.P1: "Affects core functionality",
        Priority.P2: "Minor",
        Priority.P3: "Cosmetic",
    }
)

SEVERITY = MappingProxyType(
    {
        Priority.P0: "Critical: the system is down, data is lost, or security is breached",
        Priority.P1: "High: a major feature is broken, with a significant impact on users",
        Priority.P2: "Medium: a minor feature is broken, or there is a way around",
        Priority.P3: "Low: cosmetic, an edge case, or for later",
    }
)


def impact(priority: Priority, *, works: bool = False) -> str:
    """One line for the section of that name; ``works`` where it does, though not as it should."""
    if works:
        return f"**Degraded**: it works, but not as demanded ({priority.value.upper()}, were it broken)"
    return f"**{IMPACT[priority]}** ({priority.value.upper()}, {SEVERITY[priority]})"
