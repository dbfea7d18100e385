"""Who cleans up after a lab that was killed: a small process that outlives it."""

from vibehq_smoke.lab.guardian.guardian import Guardian

__all__ = ["Guardian"]
