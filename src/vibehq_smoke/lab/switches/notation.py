"""A short notation for switches, so that the tables read as tables."""

from vibehq_smoke.lab.faults import Switch
from vibehq_smoke.lab.workers.roster import ROSTER

# Component ids for `at`, in the roster's order.
ALL_WORKERS = " ".join(post.component for post in ROSTER)
FACTORIES = " ".join(post.component for post in ROSTER if post.type == "factory")
SPECIALISTS = " ".join(post.component for post in ROSTER if post.type == "specialist")


def switch(
    name: str,
    summary: str,
    *,
    dead: str = "",
    failed: str = "",
    degraded: str = "",
    at: str = "",
    flapping: str = "",
    blocked: str = "",
    because: str = "",
    unseen: str = "",
    aliases: str = "",
) -> Switch:
    """A switch from words separated by spaces; ``faults.Switch`` says what they mean."""
    hits = (*((item, "failed") for item in failed.split()), *((item, "degraded") for item in degraded.split()))
    return Switch(
        name,
        summary,
        aliases=tuple(aliases.split()),
        dead=tuple(dead.split()),
        hits=hits,
        at=tuple(at.split()),
        flapping=tuple(flapping.split()),
        blocked=tuple(blocked.split()),
        because=because,
        unseen=unseen,
    )
