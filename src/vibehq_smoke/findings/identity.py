"""Fingerprints: the mark by which a symptom is known again, in any run, on any machine.

A formula is never changed, since that would open a second issue for every cause that is known. A better one gets the
next number; the marks of the older ones stay with each symptom as aliases, and what is known goes on being found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from types import MappingProxyType
from typing import Any

from ..models import Priority, Symptom
from .normal import normal


@dataclass(frozen=True)
class Sign:
    """What a fingerprint is made of."""

    family: str
    environment: str
    component: str
    kind: str
    message: str
    """Redacted, and otherwise as it was said."""
    frame: str


Formula = Callable[[Sign], Any]
"""Gives what is to be the same for the same cause, as JSON has it."""


def _first(sign: Sign) -> Any:
    family, environment, component, kind, message, frame = astuple(sign)
    return [family, environment, component, kind, normal(message), frame]


FORMULAS: Mapping[int, Formula] = MappingProxyType({1: _first})
"""By version; the newest names a symptom."""


def fingerprints(sign: Sign, formulas: Mapping[int, Formula] = FORMULAS) -> tuple[str, ...]:
    """The fingerprints that all ``formulas`` give it, the newest first."""
    return tuple(f"{version}-{_digest(formulas[version](sign))}" for version in sorted(formulas, reverse=True))


def _digest(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:16]


def symptom(
    *,
    subject: str,
    environment: str,
    component: str,
    kind: str,
    message: str,
    frame: str = "",
    priority: Priority,
    family: str | None = None,
    attempts: int = 1,
) -> Symptom:
    """One thing that shows a cause. ``message`` is redacted already.

    ``subject`` is what must be seen to hold before the cause counts as gone. ``family`` stands for it in the
    fingerprint, where several subjects are made from one.
    """
    sign = Sign(family or subject, environment, component, kind, message, frame)
    newest, *older = fingerprints(sign)
    return Symptom(
        fingerprint=newest,
        aliases=tuple(older),
        subject=subject,
        kind=kind,
        message=normal(message),
        frame=frame,
        priority=priority,
        attempts=attempts,
    )
