"""One response while it is read: HTTP/1.1 from bytes, with every limit enforced on the way."""

from __future__ import annotations

import httptools

from .decoding import Body
from .wire import Limits, Transit, WireFailure

_WITHOUT_BODY = frozenset((204, 304))
_EVIDENCE_BYTES = 64 * 1024
_FIELD_OVERHEAD = 4  # ": " and the line break


class Incoming:
    """Feeds a parser and fills ``transit``. Knows nothing of sockets, so that any byte sequence can be tried on it.

    ``head_only`` is set for answers to HEAD, which announce a body and send none. ``reusable`` says, once
    ``complete``, whether another request may follow on the connection. The ``on_`` methods are the parser's.
    """

    def __init__(self, transit: Transit, limits: Limits, *, head_only: bool = False) -> None:
        self.complete = False
        self.reusable = False
        self._transit = transit
        self._limits = limits
        self._head_only = head_only
        self._failure: WireFailure | None = None
        self._body: Body | None = None
        self._header_bytes = 0
        self._raw_bytes = 0
        self._until_close = False
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)

    @property
    def started(self) -> bool:
        """Whether a single byte has come."""
        return self._raw_bytes > 0

    def feed(self, data: bytes) -> None:
        """Read on. Raises WireFailure; nothing may be fed after that."""
        self._raw_bytes += len(data)
        if self._parser is None:
            self.reusable = False  # more than the answer came
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._finish(reusable=False)
        except httptools.HttpParserError as error:
            self._failure = self._failure or WireFailure("protocol", f"the answer is not HTTP: {error}")
        if self._body is None and self._raw_bytes > self._limits.header_bytes:
            self._fail_header()
        if self._failure is not None:
            # let go at once: the events of many connections are handled before any of their checks runs on
            del self._transit.body[_EVIDENCE_BYTES:]
            raise self._failure

    def close(self, error: Exception | None) -> None:
        """The connection ended. That completes a body without a length; before that it raises WireFailure."""
        if self.complete:
            return
        if not self.started:
            how = "reset" if isinstance(error, ConnectionError) else "closed"
            raise WireFailure("unreachable", f"the connection was {how} before an answer came")
        if self._body is None:
            raise WireFailure("truncated", "the connection was closed inside the headers")
        if not self._until_close or error is not None:
            raise WireFailure("truncated", "the connection was closed before the body was complete")
        self._finish(reusable=False)
        if self._failure is not None:
            raise self._failure

    def on_message_begin(self) -> None:
        """An answer begins; a second one nobody asked for."""
        if self.complete:
            self.reusable = False

    def on_status(self, reason: bytes) -> None:
        """Part of the status line."""
        self._count_header(len(reason))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or one trailer after the body."""
        self._count_header(len(name) + len(value) + _FIELD_OVERHEAD)
        if self._body is None and self._failure is None:
            self._transit.headers.append(name.decode("latin-1"), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        """The final status is known, unless this was an interim answer such as 103."""
        if self._parser is None:
            return
        status = self._parser.get_status_code()
        if status < 200 and status != 101:
            return
        self._transit.status = status
        self._expect_body(status)

    def on_body(self, data: bytes) -> None:
        """A piece of the body, without chunk framing."""
        if self._failure is not None or self._body is None:
            return
        self._transit.received += len(data)
        try:
            self._body.feed(data)
        except WireFailure as failure:
            self._failure = failure

    def on_message_complete(self) -> None:
        """An answer ended; an interim one is forgotten."""
        if self._transit.status is None:
            self._transit.headers = type(self._transit.headers)()
        elif self._parser is not None:
            self._finish(reusable=self._parser.should_keep_alive() and not self._until_close)

    def _expect_body(self, status: int) -> None:
        headers = self._transit.headers
        length = headers.get("content-length", "")
        chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        self._until_close = not length and not chunked and status not in _WITHOUT_BODY
        try:
            encoding = "" if self._head_only else headers.get("content-encoding", "")
            self._body = Body(self._transit.body, encoding=encoding, limit=self._limits.body_bytes)
        except WireFailure as failure:
            self._failure = failure
        if self._head_only:
            self._finish(reusable=False)
        elif length.isdecimal() and int(length) > self._limits.body_bytes:
            limit = f"{self._limits.body_bytes:,}"
            self._failure = WireFailure("body-too-large", f"Content-Length {length[:20]} is more than {limit} bytes")

    def _finish(self, *, reusable: bool) -> None:
        self._parser = None  # the parser refers back to this object: without the cycle both go at once
        self.complete = True
        self.reusable = reusable
        try:
            if self._body is not None and self._failure is None:
                self._body.finish()
        except WireFailure as failure:
            self._failure = failure

    def _count_header(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > self._limits.header_bytes:
            self._fail_header()

    def _fail_header(self) -> None:
        limit = f"{self._limits.header_bytes:,}"
        self._failure = self._failure or WireFailure("protocol", f"the headers are larger than {limit} bytes")
