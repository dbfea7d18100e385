"""Security findings of every form, as weaknesses: npm's audit, SARIF of any scanner, and a plain finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ...models import Priority

BANDS = (
    (9.0, "Critical", Priority.P0),
    (7.0, "High", Priority.P1),
    (4.0, "Medium", Priority.P2),
    (0.1, "Low", Priority.P3),
)
"""CVSS: from which score on it has which name, and how urgent that makes it."""

_WORDS = MappingProxyType(
    {
        "critical": 0,
        "blocker": 0,
        "high": 1,
        "error": 1,
        "medium": 2,
        "moderate": 2,
        "warning": 2,
        "low": 3,
        "note": 3,
        "info": 3,
        "informational": 3,
        "none": 3,
    }
)

SEVERITIES = tuple(_WORDS)


@dataclass(frozen=True)
class Weakness:
    """One thing that is insecure."""

    subject: str
    """What has to be free of it again."""
    title: str
    kind: str
    """Its sort, such as a rule or CWE-79."""
    severity: str = ""
    score: float | None = None
    vector: str = ""
    description: str = ""
    places: Sequence[str] = ()
    """``file:line``, or the packages concerned."""
    file: str = ""
    component: str = ""
    references: Sequence[str] = ()
    mitigation: str = ""
    exploit: str = ""
    """How to abuse it: published on demand only."""
    facts: Sequence[tuple[str, str]] = ()

    @property
    def band(self) -> tuple[str, Priority]:
        """Its name by CVSS and what it makes urgent: by score, or by word; by the worse one if there are both."""
        at = min(self._by_score, _WORDS.get(self.severity.lower(), len(BANDS)))
        _, name, priority = BANDS[min(at, len(BANDS) - 1)] if at < len(BANDS) else BANDS[2]
        return name, priority

    @property
    def _by_score(self) -> int:
        if not self.score:
            return len(BANDS)
        return next((at for at, (least, _, _) in enumerate(BANDS) if self.score >= least), len(BANDS) - 1)


@dataclass(frozen=True)
class Scan:
    """All that one file says."""

    tool: str
    weaknesses: Sequence[Weakness] = ()
    fixed: frozenset[str] = field(default_factory=frozenset)
    """Subjects that are said to be free of it."""
    is_whole: bool = False
    """Whether every weakness that the tool can see was told."""


_METRICS = MappingProxyType(
    {
        "AV": ("Attack vector", {"N": "network", "A": "adjacent", "L": "local", "P": "physical"}),
        "AC": ("Attack complexity", {"L": "low", "H": "high"}),
        "AT": ("Attack requirements", {"N": "none", "P": "present"}),
        "PR": ("Privileges required", {"N": "none", "L": "low", "H": "high"}),
        "UI": ("User interaction", {"N": "none", "R": "required", "P": "passive", "A": "active"}),
        "S": ("Scope", {"U": "unchanged", "C": "changed"}),
        "C": ("Confidentiality", {"N": "none", "L": "low", "H": "high"}),
        "I": ("Integrity", {"N": "none", "L": "low", "H": "high"}),
        "A": ("Availability", {"N": "none", "L": "low", "H": "high"}),
        "VC": ("Confidentiality", {"N": "none", "L": "low", "H": "high"}),
        "VI": ("Integrity", {"N": "none", "L": "low", "H": "high"}),
        "VA": ("Availability", {"N": "none", "L": "low", "H": "high"}),
    }
)


def metrics(vector: str) -> list[tuple[str, str]]:
    """What a CVSS vector (3 or 4) says, in words."""
    told = []
    for part in vector.strip().split("/")[:40]:
        name, _, value = part.partition(":")
        title, words = _METRICS.get(name, ("", {}))
        if value in words:
            told.append((title, words[value]))
    return told
