"""What the HTML report shows, computed from the record: order, anchors, bars, and how much evidence fits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup

from ..models import ComponentHealth, Evidence, Exchange, Outcome, Priority, Result, RunRecord, Status
from .summary import OUTCOME_MARKS, STATUS_MARKS, Mark, counted, is_proved
from .text import clip, pretty

MOST_EVIDENCE = 2_000_000
"""Characters of evidence in one page; a browser opens more only slowly, and results.json has all of it."""

MOST_OF_ONE = 20_000
"""Characters of one request, answer or traceback."""

_PICTURE = re.compile(r"data:image/(jpeg|png);base64,[A-Za-z0-9+/]+=*")

MOST_CELLS = 60
"""Checks that a tile shows one by one."""

MOST_IN_FULL = 400
"""Checks of a run up to which all of them can be opened; in a longer one those that plainly passed are lines only."""

LEFT_OUT = "left out, to keep this page small; results.json has it"

_TROUBLE_FIRST = tuple(OUTCOME_MARKS)


@dataclass(frozen=True)
class Proof:
    """One piece of evidence, as text."""

    kind: str
    summary: str
    request: str = ""
    response: str = ""
    answer: str = ""
    """Status, size and timing of the answer, in words."""
    curl: str = ""
    detail: str = ""
    picture: Markup = field(default_factory=Markup)
    """A ``data:`` URI."""


@dataclass(frozen=True)
class Row:
    """One check of the table."""

    result: Result
    anchor: str
    mark: Mark
    start: float
    """Where its bar begins, in per cent of the run."""
    width: float
    proofs: tuple[Proof, ...]
    log: str
    traceback: str
    brief: bool = False
    """Only its line is shown."""


@dataclass(frozen=True)
class Family:
    """Checks made from one function; with an empty ``id``, checks that are each alone of their kind."""

    id: str
    rows: tuple[Row, ...]

    @property
    def summary(self) -> str:
        """How many there are and how they ended, in words, what needs attention first."""
        counts = Counter(row.result.outcome for row in self.rows)
        ended = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in _TROUBLE_FIRST if counts[outcome])
        return f"{counted(len(self.rows), 'check')}: {ended}"


@dataclass(frozen=True)
class Tile:
    """One component of the matrix."""

    health: ComponentHealth
    anchor: str
    rows: tuple[Row, ...]
    """Its checks, those in trouble first, at most ``MOST_CELLS``."""
    more: int
    """How many checks the tile does not show."""


@dataclass(frozen=True)
class Lane:
    """The components of one status."""

    status: Status
    mark: Mark
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Page:
    """Everything the template reads besides the record."""

    record: RunRecord
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    seconds: float
    """Length of the time axis."""
    counts: dict[Outcome, int] = field(default_factory=dict)
    """By outcome, what needs attention first; outcomes that did not occur are left out."""
    component_anchors: dict[str, str] = field(default_factory=dict)
    check_anchors: dict[str, str] = field(default_factory=dict)
    observed: dict[str, tuple[Proof, ...]] = field(default_factory=dict)
    """Evidence of preflight, by component."""

    @property
    def proved(self) -> str:
        """How many of the checks were seen to fail, and for how much, in words."""
        proofs = [row.result.proof for row in self.rows]
        mutants = sum(proof.mutants for proof in proofs if proof)
        caught = sum(proof.caught for proof in proofs if proof)
        checks = f"{sum(map(is_proved, proofs))} of {counted(len(proofs), 'check')}"
        return f"{checks}, which noticed {caught:,} of {mutants:,} wrong answers" if mutants else checks

    @property
    def categories(self) -> dict[str, list[Row]]:
        """Rows by category, both in the order of the record."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.result.category, []).append(row)
        return found

    @staticmethod
    def families(rows: list[Row]) -> list[Family]:
        """``rows`` in their order; those that were made from one function are together, under their common id."""
        groups = groupby(rows, key=lambda row: row.result.family if row.result.case else "")
        return [Family(name, tuple(own)) for name, own in groups]

    @property
    def priorities(self) -> list[Priority]:
        """The priorities that occur."""
        return [priority for priority in Priority if any(row.result.priority is priority for row in self.rows)]


def page(record: RunRecord) -> Page:
    """The page for one run."""
    allowance = _Allowance(MOST_EVIDENCE)
    observed = {seen.component: _proofs(seen.evidence, allowance, pretty) for seen in record.preflight}
    seconds = max((result.started_s + result.duration_s for result in record.checks), default=0.0)
    anchors = _anchors("check", (result.id for result in record.checks))
    # Room is given to checks in trouble first; the table keeps the record's order.
    urgent = sorted(record.checks, key=lambda result: _TROUBLE_FIRST.index(result.outcome))
    long = len(urgent) > MOST_IN_FULL
    rows = {
        result.id: _row(result, anchors[result.id], seconds, allowance, brief=long and _plainly_passed(result))
        for result in urgent
    }
    parts = _anchors("component", (line.id for line in record.components))
    return Page(
        record,
        lanes=tuple(_lanes(record, parts, list(rows.values()))),
        rows=tuple(rows[result.id] for result in record.checks),
        seconds=seconds,
        counts={outcome: number for outcome in _TROUBLE_FIRST if (number := getattr(record.totals, outcome))},
        component_anchors=parts,
        check_anchors=anchors,
        observed=observed,
    )


def _lanes(record: RunRecord, anchors: dict[str, str], rows: list[Row]) -> Iterable[Lane]:
    for status, mark in STATUS_MARKS.items():
        lines = [line for line in record.components if line.status is status]
        if lines:
            yield Lane(status, mark, tuple(_tile(line, anchors[line.id], rows) for line in lines))


def _tile(line: ComponentHealth, anchor: str, rows: list[Row]) -> Tile:
    own = tuple(row for row in rows if row.result.component == line.id)
    return Tile(line, anchor, own[:MOST_CELLS], len(own[MOST_CELLS:]))


def _plainly_passed(result: Result) -> bool:
    return result.outcome is Outcome.PASSED and not result.notes and not result.log


def _row(result: Result, anchor: str, seconds: float, allowance: _Allowance, *, brief: bool) -> Row:
    return Row(
        result,
        anchor,
        OUTCOME_MARKS[result.outcome],
        start=round(100 * result.started_s / seconds, 2) if seconds else 0.0,
        width=round(max(100 * result.duration_s / seconds, 0.4), 2) if seconds and result.duration_s else 0.0,
        traceback=allowance.take(result.traceback),
        log=allowance.take("\n".join(result.log)),
        # Indenting bodies takes long, and few open the evidence of a check that passed.
        proofs=()
        if brief
        else _proofs(result.evidence, allowance, str if result.outcome is Outcome.PASSED else pretty),
        brief=brief,
    )


def _proofs(evidence: Iterable[Evidence], allowance: _Allowance, laid_out: Callable[[str], str]) -> tuple[Proof, ...]:
    return tuple(_proof(item, allowance, laid_out) for item in evidence)


def _proof(item: Evidence, allowance: _Allowance, laid_out: Callable[[str], str]) -> Proof:
    """``laid_out`` gives the text of a body."""
    seen = item.exchange
    if seen is None:
        return Proof(
            item.kind,
            item.summary,
            detail=allowance.take(item.detail),
            picture=allowance.picture(item.picture),
        )
    request = _message(f"{seen.method} {seen.url}", seen.request_headers, laid_out(seen.request_body or ""))
    response = _message(_status(seen), seen.response_headers, laid_out(seen.response_body or ""))
    return Proof(
        item.kind,
        item.summary,
        request=allowance.take(request),
        response=allowance.take(response),
        answer=_answer(seen),
        curl=allowance.take(seen.curl),
        detail=allowance.take(item.detail),
    )


def _status(seen: Exchange) -> str:
    return f"no answer: {seen.error}" if seen.status is None else f"HTTP {seen.status}"


def _answer(seen: Exchange) -> str:
    """Size and timing in words."""
    timing = seen.timing
    parts = [f"{timing.total_ms:.1f} ms in all"]
    parts += [f"connected in {timing.connect_ms:.1f} ms"] if timing.connect_ms is not None else []
    parts += [f"first byte after {timing.first_byte_ms:.1f} ms"] if timing.first_byte_ms is not None else []
    parts += [f"{seen.response_size:,} bytes received"] if seen.status is not None else []
    parts += ["clipped"] if seen.clipped else []
    return " · ".join(parts)


def _message(first: str, headers: dict[str, str], body: str) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    return "\n".join([*lines, "", body] if body else lines)


def _anchors(kind: str, ids: Iterable[str]) -> dict[str, str]:
    """A fragment for each id: the id itself when it is plain, with a number when two would be the same."""
    anchors: dict[str, str] = {}
    taken: set[str] = set()
    for id_ in ids:
        plain = f"{kind}-{re.sub(r'[^A-Za-z0-9_.-]+', '-', id_)[:80]}"
        anchors[id_] = f"{plain}~{len(anchors)}" if plain in taken else plain
        taken.add(plain)
    return anchors


class _Allowance:
    """The characters of evidence that the page has left."""

    def __init__(self, characters: int) -> None:
        self._left = characters

    def take(self, text: str | None) -> str:
        """``text``, clipped, or a remark when nothing is left for it."""
        if not text:
            return ""
        shown = clip(text, MOST_OF_ONE)
        if len(shown) > self._left:
            return LEFT_OUT
        self._left -= len(shown)
        return shown

    def picture(self, uri: str | None) -> Markup:
        """The picture, whole or not at all; nothing but a picture gets through unescaped."""
        if not uri or len(uri) > self._left or not _PICTURE.fullmatch(uri):
            return Markup()
        self._left -= len(uri)
        return Markup(uri)  # noqa: S704 - letters and digits, as just seen
