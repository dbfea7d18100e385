"""Fault switches: what can be made wrong, and what a correct harness must then report.

The switches themselves are data, in ``switches/``. Code that has a fault to show asks ``faults.on("the-id")``.
"""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # neither is worth its import to who only lists the switches
    import asyncio

    from vibehq_smoke.lab.serving.replies import Json


@dataclass(frozen=True)
class Switch:
    """One fault, and what a correct harness sees of it.

    id: kebab-case, or the number of an as-built defect (contract 12.2). aliases: other names it answers to.
    summary: one line, what goes wrong. group: the module of ``switches/`` that holds it.
    dead: components that are gone as a whole, or parts of them (``auth:session``). hits: item -> ``failed`` or
    ``degraded``, for each item of the checklist (contract part 2) whose own statement no longer holds. at: the
    components that hits accuse, where an item can accuse several. flapping: components that fail now and then.
    blocked: items that cannot be judged although all they need is there; because: why, against the rules of
    ``expectations.derive``.
    unseen: why no item of the checklist shows this fault, for those that none does.
    """

    id: str
    summary: str
    group: str = ""
    aliases: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()
    hits: tuple[tuple[str, str], ...] = ()
    at: tuple[str, ...] = ()
    flapping: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    because: str = ""
    unseen: str = ""

    def as_json(self) -> "Json":
        """The entry of ``--list-faults --json``; expected findings are worked out here and nowhere else."""
        # A lab that only runs has no use for the checklist.
        from vibehq_smoke.lab.expectations.derive import expected

        found = expected(self)
        return {
            "id": self.id,
            "aliases": list(self.aliases),
            "group": self.group,
            "summary": self.summary,
            "expected": {
                "components": found.components,
                "root_causes": list(found.root_causes),
                "checks": found.checks,
                "unsteady": list(found.unsteady),
            },
            "unseen": self.unseen,
        }


class UnknownFaultError(Exception):
    """A name that no switch has; the text says so and offers the nearest."""


@dataclass
class Faults:
    """Which switches are on. One object per lab, shared by all its parts."""

    switches: tuple[Switch, ...]
    _on: set[str] = field(default_factory=set)
    _turns: dict[str, int] = field(default_factory=dict)
    _turned: "asyncio.Event | None" = None

    @property
    def none(self) -> bool:
        """Whether all switches are off: what asks about many of them asks this first."""
        return not self._on

    def on(self, fault: str) -> bool:
        """Whether the switch with this id is on."""
        return fault in self._on

    def set(self, name: str, on: bool) -> Switch:
        """Turn the switch with this id or alias on or off. Raises UnknownFaultError."""
        switch = self.find(name)
        if on and switch.id not in self._on:
            self._turns[switch.id] = self.turn(switch.id) + 1
        (self._on.add if on else self._on.discard)(switch.id)
        if self._turned:
            self._turned.set()
            self._turned = None
        return switch

    def turn(self, fault: str) -> int:
        """How often this switch has been turned on so far: what counts while it is on begins anew with each turn."""
        return self._turns.get(fault, 0)

    async def until_off(self, fault: str) -> None:
        """Wait while the switch with this id is on."""
        from asyncio import Event

        while self.on(fault):
            self._turned = self._turned or Event()
            await self._turned.wait()

    def find(self, name: str) -> Switch:
        """The switch with this id or alias, whatever the case. Raises UnknownFaultError."""
        wanted = name.strip().lower()
        for switch in self.switches:
            if wanted in {known.lower() for known in (switch.id, *switch.aliases)}:
                return switch
        raise UnknownFaultError(_unknown(name, self.switches))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is at fault inside, so that a lab that starts broken can be set up. Must not contain an await."""
        kept = set(self._on)
        self._on.clear()
        try:
            yield
        finally:
            self._on |= kept

    def active(self) -> tuple[str, ...]:
        """Ids of the switches that are on, in the order of the table."""
        return tuple(switch.id for switch in self.switches if switch.id in self._on)


def _unknown(name: str, switches: Iterable[Switch]) -> str:
    names = {known.lower(): known for switch in switches for known in (switch.id, *switch.aliases)}
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    hint = f" Did you mean {names[near[0]]!r}?" if near else ""
    return f"unknown fault {name!r}.{hint} All faults: --list-faults"
