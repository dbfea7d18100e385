"""What one check saw. Everything is redacted and clipped on its way in; nothing raw is kept."""

from __future__ import annotations

import contextlib
import time
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from ..models import Evidence, Exchange, Timing
from ..redact import MASK, Redactor
from .curl import curl
from .outside import Outside
from .wire import Request, Transit
from .wording import CLIP, one_line, show, visible

BODY_CHARACTERS = 4096
MOST_EVIDENCE = 200
_MARGIN = 4096
_MOST_TOGETHER = 4096

EvidenceKind: TypeAlias = Literal["http", "ws", "callback", "sql", "rpc", "source", "page", "note"]


class Recorder:
    """Collects the evidence of one check. ``started`` is the ``time.monotonic()`` at which the run began."""

    def __init__(self, started: float, redactor: Redactor, outside: Outside | None = None) -> None:
        self.redactor = redactor
        self.outside = outside or Outside()
        """What the check reaches; told of what the check judges."""
        self.evidence: list[Evidence] = []
        self.notes: list[str] = []
        """Remarks that do not change the outcome."""
        self.drifts: list[str] = []
        """Why the check is degraded instead of passed."""
        self.accused: str | None = None
        """The component to accuse of the first drift, when it is not the check's own."""
        self.log: list[str] = []
        self._printing: dict[str, int] = {}
        """Where in the log the text stands to which each stream adds."""
        self._started = started
        self._waits: list[str] = []
        self._left_out = 0

    @property
    def waiting_for(self) -> str | None:
        """What the check waits for right now; the latest, when it waits for several things."""
        return self._waits[-1] if self._waits else None

    @contextlib.contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Say what is being waited for while the block runs."""
        self._waits.append(what)
        try:
            yield
        finally:
            self._waits.remove(what)

    def printed(self, stream: str, text: str) -> None:
        """Keep in the log what the check writes to ``stream``.

        Lines stay together while nothing else is logged: a key that is printed line by line is none in each of them.
        """
        at = self._printing.get(stream)
        full = at is not None and len(self.log[at]) > _MOST_TOGETHER and self.log[at].endswith("\n")
        if at is None or full or (at != len(self.log) - 1 and self.log[at].endswith("\n")):
            at = self._printing[stream] = len(self.log)
            self.log.append(f"{stream}: ")
        self.log[at] += text

    def note(self, text: str) -> None:
        """A remark that does not change the outcome."""
        self.notes.append(self.redactor.text(visible(text)))

    def degraded(self, reason: str, about: str | None = None) -> None:
        """The check goes on, and ends as ``degraded`` when it does not fail. The same reason counts once."""
        clean = self.redactor.text(visible(reason))
        if not self.drifts:
            self.accused = about
        if clean not in self.drifts:
            self.drifts.append(clean)

    def add(self, kind: EvidenceKind, summary: str, detail: Any = None, *, picture: bytes | None = None) -> None:
        """Keep one thing that was seen. ``detail`` is text, or anything that JSON can show; ``picture`` a JPEG."""
        if not self.outside.keeps_evidence:
            return
        if detail is not None and not isinstance(detail, str):
            detail = show(self.redactor.json(detail), BODY_CHARACTERS)
        text = None if detail is None else self.clip(detail)[0]
        shown = None if picture is None else f"data:image/jpeg;base64,{b64encode(picture).decode()}"
        self._keep(Evidence(kind=kind, summary=self.line(summary), started_s=self.now(), detail=text, picture=shown))

    def exchange(
        self,
        request: Request,
        transit: Transit,
        *,
        started_s: float,
        error: str | None = None,
    ) -> None:
        """Keep one HTTP exchange, whole or broken; ``error`` says how it broke."""
        if not self.outside.keeps_evidence:
            return
        if len(self.evidence) >= MOST_EVIDENCE:
            self._leave_out()
            return
        exchange = self._exchange(request, transit, error)
        answer = exchange.error if transit.status is None else transit.status
        path = exchange.url.removeprefix(f"{request.origin.scheme}://{request.origin.authority}")
        summary = one_line(f"{exchange.method} {path} → {answer} in {transit.total_ms:.0f} ms")
        self._keep(Evidence(kind="http", summary=summary, started_s=started_s, exchange=exchange))

    def clip(self, text: str) -> tuple[str, bool]:
        """``text`` redacted, made visible and cut to the size of evidence; whether it was cut."""
        cut = len(text) > 4 * BODY_CHARACTERS
        if cut:
            # a secret cut in two is not recognised, so the end of the cut text is thrown away again
            margin = max(_MARGIN, self.redactor.longest)
            clean = self.redactor.body(text[: BODY_CHARACTERS + margin])[: -margin or None]
        else:
            clean = self.redactor.body(text)
        return visible(clean[:BODY_CHARACTERS]), cut or len(clean) > BODY_CHARACTERS

    def line(self, text: str, limit: int = CLIP) -> str:
        """``text`` redacted, as one short line for a message or a summary."""
        return one_line(self.redactor.body(one_line(text, 4 * limit)), limit)

    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._started

    def _exchange(self, request: Request, transit: Transit, error: str | None) -> Exchange:
        url = visible(self.redactor.url(request.url))
        headers = {name: visible(value) for name, value in self.redactor.headers(dict(request.headers)).items()}
        sent = self.clip(request.body.decode("utf-8", "replace"))[0] if request.body else None
        received, clipped = self.clip(transit.body[: 8 * BODY_CHARACTERS].decode("utf-8", "replace"))
        return Exchange(
            method=request.method,
            url=url,
            status=transit.status,
            error=self.line(error) if error else None,
            request_headers=headers,
            request_body=sent,
            response_headers={
                visible(name): visible(value)[:1000] for name, value in self.redactor.headers(transit.headers).items()
            },
            response_body=received if transit.status is not None else None,
            response_size=transit.received,
            clipped=clipped,
            timing=Timing(
                connect_ms=transit.connect_ms, first_byte_ms=transit.first_byte_ms, total_ms=transit.total_ms
            ),
            curl=curl(request.method, url, headers, sent, variables=self._variables(request)),
        )

    def _variables(self, request: Request) -> dict[str, str]:
        """Headers whose secret a person can fill in from a shell variable."""
        named = {name: self.redactor.as_variables(value) for name, value in request.headers}
        return {
            name: _known_cookies(named[name]) if name.lower() == "cookie" else self.redactor.text(named[name])
            for name, value in request.headers
            if named[name] != value
        }

    def _keep(self, evidence: Evidence) -> None:
        if len(self.evidence) >= MOST_EVIDENCE:
            self._leave_out()
        else:
            self.evidence.append(evidence)

    def _leave_out(self) -> None:
        if self._left_out:
            self.notes.remove(self._left_out_note())
        self._left_out += 1
        self.notes.append(self._left_out_note())

    def _left_out_note(self) -> str:
        return f"{self._left_out} more pieces of evidence were left out"


def _known_cookies(named: str) -> str:
    """A Cookie header in which every value that is no shell variable is masked."""
    pairs = (pair.strip().partition("=") for pair in named.split(";"))
    return "; ".join(f"{name}={value if value.startswith('$') else MASK}" for name, _, value in pairs)
