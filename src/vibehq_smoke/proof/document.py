"""The result of a whole proof, in JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from .verdict import Proof, score_of


def document(proofs: Iterable[Proof], duration_s: float) -> dict[str, Any]:
    """The result of a whole proof, as ``prove --json`` writes it."""
    several = list(proofs)
    everything = [(proof.category, entry) for proof in several for entry in proof.entries]
    total = score_of(entry for _, entry in everything)
    harmless = sum(proof.harmless for proof in several)
    replays = total.mutants + total.equivalent + harmless
    operators = sorted({entry.operator for _, entry in everything})
    families = sorted({entry.family for _, entry in everything})
    categories = list(dict.fromkeys(category for category, _ in everything))
    return {
        "mutants": total.mutants,
        "caught": total.caught,
        "equivalent": total.equivalent,
        "harmless": harmless,
        "vacuous": [proof.check for proof in several if proof.vacuous],
        "weak": [proof.check for proof in several if proof.weak],
        "unproved": {proof.check: proof.unproved for proof in several if proof.unproved},
        "false_alarms": [{"check": proof.check, **alarm} for proof in several for alarm in proof.false_alarms],
        "duration_s": round(duration_s, 2),
        "mutants_per_second": round(replays / duration_s, 1) if duration_s else None,
        "by_operator": {
            name: score_of(entry for _, entry in everything if entry.operator == name).told() for name in operators
        },
        "by_family": {
            name: score_of(entry for _, entry in everything if entry.family == name).told() for name in families
        },
        "by_category": {
            name: score_of(entry for category, entry in everything if category == name).told() for name in categories
        },
        "equivalent_by": dict(
            Counter(entry.equivalent for _, entry in everything if entry.equivalent and not entry.caught).most_common()
        ),
        "by_check": {proof.check: proof.told() for proof in several},
    }
