"""Profiles: named sets of switches that together make a platform one meets."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from vibehq_smoke.lab.switches.defects import AS_BUILT
from vibehq_smoke.lab.workers.roster import ROSTER

# Nothing is random: a worker that flaps fails every third request, a late result comes after the same time.
FLAKY = (
    "data-factory-flapping", "ops-unit-test-specialist-flapping", "cloudflare-expert-specialist-slow",
    "callback-late", "hub-ops-closing", "d1-chats-slow",
)  # fmt: skip
DATABASES = ("ops", "projects", "chats", "health")


class UnknownProfileError(Exception):
    """A name that no profile has; the text says so and offers the nearest."""


@dataclass(frozen=True)
class Profile:
    """A platform as one may meet it: name, one line about it, ids of the switches that are on."""

    name: str
    summary: str
    faults: tuple[str, ...]


def profiles() -> tuple[Profile, ...]:
    """All profiles, the default first."""
    slow = (*(f"d1-{key}-slow" for key in DATABASES), *(f"{post.name}-slow" for post in ROSTER))
    return (
        Profile("healthy", "everything as the contract wants it (the default)", ()),
        Profile(
            "as-built", "the platform with its known defects, but for D-01 and D-09, which hide the rest", AS_BUILT
        ),
        Profile("flaky", "two workers that flap, a slow one, late results, a hub that closes, a slow database", FLAKY),
        Profile("slow-region", "far away: all databases and all workers are slow", slow),
    )


def find(name: str) -> Profile:
    """The profile of this name. Raises UnknownProfileError."""
    known = {profile.name: profile for profile in profiles()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise UnknownProfileError(f"unknown profile {name!r}.{hint} All profiles: {', '.join(known)}")


def expanded(names: Iterable[str]) -> tuple[str, ...]:
    """`names` of faults, with the faults of a profile wherever one of them is the name of a profile."""
    known = {profile.name: profile.faults for profile in profiles()}
    return tuple(fault for name in names for fault in known.get(name, (name,)))
