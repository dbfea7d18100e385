"""An answer, and the three things that every check asks of it: content type, status, shape."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn, TypeVar, cast, overload

from pydantic import BaseModel

from ..errors import Skipped, Violation
from .headers import Headers
from .recorder import Recorder
from .shape import ShapeError, fit

M = TypeVar("M", bound=BaseModel)

MOST_VALUES = 200_000
"""Values, roughly counted, that a body may hold to be parsed at all."""

_CHARSETS = frozenset(("utf-8", "us-ascii", "iso-8859-1", "windows-1252", "utf-16", "utf-16le", "utf-16be"))
_CSRF_REFUSED = "CSRF validation failed"


@dataclass(frozen=True, repr=False)
class Reply:
    """What a component answered. ``elapsed_ms`` is the client's own time, without the wait for a free slot."""

    status: int
    headers: Headers
    content: bytes
    elapsed_ms: float
    url: str
    method: str
    path: str
    recorder: Recorder
    hint: str = ""
    """What to set, when the answer is 401 because the target has no credential configured; else empty."""

    def __repr__(self) -> str:
        """Short, and without the body: assertions print it."""
        return f"<{self.method} {self.recorder.line(self.path)}: {self.status}>"

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that do not fit the charset are replaced."""
        charset = self._charset if self._charset in _CHARSETS else "utf-8"
        return self.content.decode(charset, "replace")

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The parsed body. Raises Violation ``json`` when it is no JSON, or not in UTF-8."""
        text = self._json_text()
        try:
            return self.recorder.outside.seen(self, _JSON.decode(text))
        except RecursionError:
            self._fail("json", "the body is JSON nested too deeply to read")
        except ValueError as error:
            self._fail("json", f"the body is not JSON ({error})", body=True)

    @overload
    def expect(self, model: type[M], status: int | tuple[int, ...] = 200) -> M: ...

    @overload
    def expect(self, model: None = None, status: int | tuple[int, ...] = 200) -> Any: ...

    def expect(self, model: type[M] | None = None, status: int | tuple[int, ...] = 200) -> M | Any:
        """The body as ``model``, or as parsed JSON without one.

        Raises Violation, with one of these kinds, in this order: ``spa-fallback`` (rule R1: the route is not there),
        ``status`` (a 403 says which of its causes it was, R3), ``content-type`` (R1), ``json``, ``shape``. What is
        found in another dialect than the expected one degrades the check (R9). An expected 204 gives None.
        Raises Skipped on an unexpected 401 when no credential is configured: that access is not on offer (part 2.0).
        """
        self.accept(status)
        if self.status == 204:
            return None
        self._check_media_type("application/json")
        parsed = self.json()
        return parsed if model is None else self._fit(model)

    def accept(self, status: int | tuple[int, ...] = 200, media_type: str | None = None) -> None:
        """What ``expect`` does without looking into the body: for answers that are no JSON, or have no body at all.

        Raises Violation ``spa-fallback``, ``status``, and ``content-type`` when ``media_type`` says which it must be.
        """
        self.recorder.outside.judged(self, status=True)
        self._refuse_fallback()
        self._check_status((status,) if isinstance(status, int) else status)
        if media_type is not None:
            self._check_media_type(media_type)

    def _check_media_type(self, wanted: str) -> None:
        if self.media_type != wanted.lower():
            self._fail("content-type", f"expected {wanted}, got {self.media_type or 'no content type'}", body=True)

    def _fit(self, model: type[M]) -> M:
        self.recorder.outside.judged(self, model)
        try:
            fitted, drifts = fit(model, self._json_text())
        except ShapeError as error:
            self._fail("shape", str(error))
        for drift in drifts:
            self.recorder.degraded(f"{self.method} {self.path}: {drift}")
        return fitted

    def _refuse_fallback(self) -> None:
        if self.media_type == "text/html" and self._is_api:
            what = f"answered {self.status} with an HTML page instead of JSON: the route is not there"
            self._fail("spa-fallback", f"{what} (single-page-app fallback)", body=True)
        if self.status == 405 and not self.content and self.method != "HEAD" and self._is_api:
            self._fail("spa-fallback", "answered an empty 405: the route is not there (single-page-app fallback)")

    def _check_status(self, allowed: tuple[int, ...]) -> None:
        if self.status in allowed:
            return
        if self.status == 401 and self.hint:
            raise Skipped(self.hint)
        expected = " or ".join(map(str, allowed))
        cause = self._refusal() if self.status == 403 else ""
        self._fail("status", f"expected {expected}, got {self.status}{cause}", body=True)

    def _refusal(self) -> str:
        """Which of the three causes a 403 has (rule R3)."""
        try:
            body = json.loads(self.content)
        except (ValueError, RecursionError):
            plain = self.media_type == "text/plain"
            return " (the host rule: the platform was not addressed by its own name)" if plain else ""
        error = cast("dict[str, Any]", body).get("error") if isinstance(body, dict) else None
        if isinstance(error, dict) and error.get("message") == _CSRF_REFUSED:
            return " (the CSRF pair was refused)"
        return " (refused by a policy)" if error is not None else ""

    @property
    def _is_api(self) -> bool:
        return self.path.startswith(("/api/", "/health-check"))

    @property
    def _charset(self) -> str:
        _, _, parameters = self.headers.get("content-type", "").partition(";")
        for parameter in parameters.split(";"):
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip('"').lower().replace("utf8", "utf-8")
        return ""

    def _json_text(self) -> str:
        """JSON is UTF-8 whatever the charset parameter says (RFC 8259); a byte order mark is forgiven."""
        # Parsed, a small value takes a hundred times its text: a legal 8 MiB of them would fill a gigabyte.
        if sum(map(self.content.count, (b",", b"[", b"{"))) > MOST_VALUES:
            self._fail("json", f"the body has more than {MOST_VALUES:,} values")
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            declared = f" (declared charset: {self._charset[:40]})" if self._charset else ""
            self._fail("json", f"the body is not UTF-8 at byte {error.start}{declared}")

    def _fail(self, kind: str, problem: str, *, body: bool = False) -> NoReturn:
        came = f"\nbody: {self.recorder.line(self.text[:400])}" if body and self.content else ""
        asked = self.recorder.line(f"{self.method} {self.path}")
        raise Violation(f"{asked}: {self.recorder.line(problem, 600)}{came}", kind=kind)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not allowed in JSON")


# Made once: with an argument of its own, ``json.loads`` makes a decoder for every body.
_JSON = json.JSONDecoder(parse_constant=_refuse_constant)
