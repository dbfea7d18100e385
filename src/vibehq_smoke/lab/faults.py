"""Fault switches: what can be made wrong, and what a correct harness must then report.

The switches themselves are data, in ``switches/``. Code that has a fault to show asks ``faults.on("the-id")``.
"""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from vibehq_smoke.lab.serving.replies import Json


@dataclass(frozen=True)
class Switch:
    """One fault.

    id: kebab-case, or the number of an as-built defect (contract 12.2). aliases: other names it answers to.
    summary: one line, what goes wrong. components: component id -> ``broken`` or ``degraded``.
    root_causes: the components to blame. checks: check id -> ``failed``, ``degraded``, ``blocked`` or ``skipped``.
    """

    id: str
    summary: str
    components: tuple[tuple[str, str], ...] = ()
    root_causes: tuple[str, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    aliases: tuple[str, ...] = ()

    def as_json(self) -> Json:
        """The entry of ``--list-faults --json``."""
        return {
            "id": self.id,
            "aliases": list(self.aliases),
            "summary": self.summary,
            "expected": {
                "components": dict(self.components),
                "root_causes": list(self.root_causes),
                "checks": dict(self.checks),
            },
        }


class UnknownFaultError(Exception):
    """A name that no switch has; the text says so and offers the nearest."""


@dataclass
class Faults:
    """Which switches are on. One object per lab, shared by all its parts."""

    switches: tuple[Switch, ...]
    _on: set[str] = field(default_factory=set)

    def on(self, fault: str) -> bool:
        """Whether the switch with this id is on."""
        return fault in self._on

    def set(self, name: str, on: bool) -> Switch:
        """Turn the switch with this id or alias on or off. Raises UnknownFaultError."""
        switch = self.find(name)
        (self._on.add if on else self._on.discard)(switch.id)
        return switch

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
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.4)
    hint = f" Did you mean {names[near[0]]!r}?" if near else ""
    return f"unknown fault {name!r}.{hint} All faults: --list-faults"
