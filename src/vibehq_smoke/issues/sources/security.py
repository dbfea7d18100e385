"""Security findings: what is wrong and how to mend it, without telling everyone how to abuse it."""

from __future__ import annotations

from typing import Any

from ...errors import UsageError
from ..batch import Batch, BugType, Section
from ..writing.impact import impact
from ..writing.layout import bullets, facts, paragraphs, rows
from .audit import is_audit, read_audit
from .context import Context
from .paths import REPOSITORY, component_of
from .plain_findings import read_findings
from .reading import parsed, what
from .sarif import read_sarif
from .told import Told
from .weaknesses import Scan, Weakness, metrics

EXPECTED = "the JSON of npm audit, SARIF, or findings with title and severity"

_MOST_PLACES = 30
_WITHHELD = (
    "Not shown here, since whoever can read this issue could abuse it. The scanner's own report has it; "
    "`--details` puts it into the issue of a private repository."
)


def read(text: str, context: Context, *, details: bool = False) -> Batch:
    """What a scanner found. How to abuse it is told with ``details`` only."""
    scan = _scan(parsed(text, context.name, EXPECTED), context)
    told = [_told(context, scan.tool, one, details=details) for one in scan.weaknesses]
    return context.batch(f"security-{scan.tool}", text, told, proven=scan.fixed, exhaustive=scan.is_whole)


def _scan(value: Any, context: Context) -> Scan:
    name = context.name
    if isinstance(value, dict):
        if "runs" in value:
            return read_sarif(value, name, context.path)
        if is_audit(value):
            return read_audit(value, name)
        if "title" in value or "findings" in value:
            return read_findings(value.get("findings", [value]), name)
    if isinstance(value, list) and value and isinstance(value[0], dict) and "title" in value[0]:
        return read_findings(value, name)
    raise UsageError(f"{name}: expected {EXPECTED}, got {what(value)}")


def _told(context: Context, tool: str, weakness: Weakness, *, details: bool) -> Told:
    file = context.path(weakness.file) if weakness.file else ""
    band, priority = weakness.band
    return Told(
        bug_type=BugType.SECURITY,
        subject=weakness.subject,
        component=weakness.component or (component_of(file) if file else REPOSITORY),
        kind=weakness.kind,
        priority=priority,
        title=f"{weakness.title} ({band})",
        sections=_sections(context, tool, weakness, details=details),
        news=paragraphs(
            f"{context.inline(weakness.subject)} ({band})",
            bullets([_reference(context, r) for r in weakness.references], 10),
        ),
        message=weakness.subject,
        frame=file,
        file=file,
        certain=True,
    )


def _sections(context: Context, tool: str, weakness: Weakness, *, details: bool) -> tuple[Section, ...]:
    band, priority = weakness.band
    severity = f"**{band}**" + (f", CVSS {weakness.score:.1f}" if weakness.score else "")
    places = [_place(context, place) for place in weakness.places]
    told = {name: context.cell(value, 200) for name, value in weakness.facts}
    return (
        Section(heading="Type", text=context.inline(weakness.kind)),
        Section(heading="Severity", text=severity),
        Section(
            heading="Description",
            text=paragraphs(context.fenced(weakness.description) if weakness.description else "", rows(told)),
            keep=2,
        ),
        Section(heading="Places", text=bullets(places, _MOST_PLACES) if places else "", keep=3),
        Section(heading="Proof of Concept", text=_exploit(context, weakness, details=details), keep=4),
        Section(heading="Impact", text=impact(context.priority or priority), keep=1),
        Section(heading="Environment", text=facts(context.origin(tool)), keep=2),
        Section(heading="Mitigation", text=context.fenced(weakness.mitigation) if weakness.mitigation else "", keep=2),
        Section(heading="CVSS Metrics", text=_vector(context, weakness), keep=3),
        Section(
            heading="References", text=bullets([_reference(context, one) for one in weakness.references], 10), keep=3
        ),
    )


def _exploit(context: Context, weakness: Weakness, *, details: bool) -> str:
    if not weakness.exploit:
        return ""
    return context.fenced(weakness.exploit) if details else _WITHHELD


def _vector(context: Context, weakness: Weakness) -> str:
    if not weakness.vector:
        return ""
    return paragraphs(context.inline(weakness.vector), rows(dict(metrics(weakness.vector))))


def _reference(context: Context, url: str) -> str:
    return context.link(url, url)


def _place(context: Context, place: str) -> str:
    file, _, line = place.rpartition(":")
    if file and line.isdigit() and len(line) < 9:
        return context.place(context.path(file), int(line))
    return context.inline(place)
