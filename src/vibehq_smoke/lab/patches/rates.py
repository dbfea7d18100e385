"""Numbers that several reports draw from counts and durations. Pure."""

from collections.abc import Mapping, Sequence
from math import ceil


def success_rate(statuses: Mapping[str, int]) -> float:
    """Percent of ``success`` among counts per status; 0 without any."""
    total = sum(statuses.values())
    return round(100 * statuses.get("success", 0) / total, 2) if total else 0.0


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value of rank `percent` (nearest rank) in ascending numbers; 0 without any."""
    if not ordered:
        return 0.0
    return ordered[max(0, ceil(percent / 100 * len(ordered)) - 1)]
