"""Security findings that somebody wrote down: a title, a severity or a CVSS score, and what else is known."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ...errors import UsageError, nearest
from .reading import Line, Shape, shaped
from .weaknesses import SEVERITIES, Scan, Weakness

_Texts = str | tuple[str, ...]


class _Finding(Shape):
    title: str = Field(min_length=1)
    id: str = ""
    type: str = ""
    severity: str = ""
    cvss: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] | None = None
    vector: str = ""
    description: str = ""
    component: str = ""
    file: str = ""
    line: Line = 0
    mitigation: str = ""
    proof_of_concept: str = ""
    references: _Texts = ()
    status: Literal["open", "fixed"] = "open"


def read_findings(value: Any, name: str) -> Scan:
    """The findings of a list. Those with ``"status": "fixed"`` are proven to be gone."""
    if not isinstance(value, list) or not value:
        raise UsageError(f"{name}: has no findings; expected a list of findings with title and severity")
    findings = [_checked(one, f"{name}: finding {number}") for number, one in enumerate(value)]
    fixed = frozenset(_subject(one) for one in findings if one.status == "fixed")
    return Scan("findings", [_weakness(one) for one in findings if one.status == "open"], fixed)


def _checked(value: Any, where: str) -> _Finding:
    one = shaped(_Finding, value, where, "a security finding")
    word = one.severity.lower()
    if not word and one.cvss is None:
        raise UsageError(f"{where}: has neither severity nor cvss")
    if word and word not in SEVERITIES:
        near = nearest(word, SEVERITIES)
        hint = f"; did you mean {near!r}?" if near else ""
        raise UsageError(f"{where}: severity is {word[:40]!r} (allowed: {', '.join(SEVERITIES)}){hint}")
    return one


def _subject(one: _Finding) -> str:
    return f"security {one.id or ' '.join(part for part in (one.title, one.file) if part)}"


def _weakness(one: _Finding) -> Weakness:
    place = f"{one.file}:{one.line}" if one.file and one.line else one.file
    return Weakness(
        subject=_subject(one),
        title=one.title,
        kind=one.type or "security finding",
        severity=one.severity,
        score=one.cvss,
        vector=one.vector,
        description=one.description,
        places=(place,) if place else (),
        file=one.file,
        component=one.component,
        references=(one.references,) if isinstance(one.references, str) else one.references,
        mitigation=one.mitigation,
        exploit=one.proof_of_concept,
    )
