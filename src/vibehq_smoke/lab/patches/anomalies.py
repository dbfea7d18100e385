"""What a series of numbers does: its trend, and the points that stand out (contract PAT-08). Pure."""

import statistics
from collections.abc import Sequence

from vibehq_smoke.lab.patches import timeseries
from vibehq_smoke.lab.serving.replies import Json


def describe(values: Sequence[float]) -> Json:
    """``trend`` of PAT-08 for at least one value: direction, slope per point, volatility, extremes, change."""
    average = statistics.fmean(values)
    change = timeseries.halves_change(values)
    volatility = statistics.pstdev(values)
    slope = statistics.linear_regression(range(len(values)), values).slope if len(values) > 1 else 0.0
    way = "volatile" if average and volatility > 2 * abs(average) else timeseries.direction(change)
    return {
        "direction": way, "slope": round(slope, 6), "volatility": round(volatility, 4), "average": round(average, 4),
        "min": min(values), "max": max(values), "latest": values[-1], "changePercent": change,
    }  # fmt: skip


def anomalies(points: Sequence[Json], threshold: float) -> Json:
    """``{mean, standardDeviation, anomalies, count}`` of ``{timestamp, value}`` points.

    A point is an anomaly when its z-score, the distance from the mean in standard deviations, is at least `threshold`
    either way; ``severity`` is ``high`` one deviation beyond that. A series that never moves has none.
    """
    values = [point["value"] for point in points]
    mean, deviation = (statistics.fmean(values), statistics.pstdev(values)) if values else (0.0, 0.0)
    scored = [(point, (point["value"] - mean) / deviation) for point in points] if deviation else []
    found = [
        {
            **point,
            "zScore": round(score, 4),
            "direction": "above" if score > 0 else "below",
            "severity": "high" if abs(score) >= threshold + 1 else "medium",
        }
        for point, score in scored
        if abs(score) >= threshold
    ]
    return {
        "mean": round(mean, 4), "standardDeviation": round(deviation, 4), "anomalies": found, "count": len(found),
    }  # fmt: skip
