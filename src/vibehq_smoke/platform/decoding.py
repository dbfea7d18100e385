"""A response body, decoded as it arrives and never beyond its limit."""

from __future__ import annotations

import zlib

from .wire import WireFailure

_GZIP = 16 + zlib.MAX_WBITS


class Body:
    """Collects a body into ``into``; ``encoding`` is the Content-Encoding. A compressed bomb stops at ``limit``."""

    def __init__(self, into: bytearray, *, encoding: str, limit: int) -> None:
        self._into = into
        self._limit = limit
        self._name = encoding.strip().lower()
        self._inflater = None if self._name in ("", "identity") else _inflater(self._name)
        self._received = 0

    def feed(self, data: bytes) -> None:
        """Add what arrived. Raises WireFailure: ``body-too-large``, or ``protocol`` for data that do not decode."""
        if not data:
            return
        self._received += len(data)
        self._check(self._received)
        if self._inflater is None:
            self._into += data
            return
        try:
            self._inflate(data)
        except zlib.error as error:
            raise WireFailure("protocol", f"the body is not {self._name}, as Content-Encoding says") from error

    def finish(self) -> None:
        """The body is over. Raises WireFailure ``truncated`` when the compressed data lack their end."""
        if self._inflater is not None and self._received and not self._inflater.eof:
            raise WireFailure("truncated", f"the {self._name} body ends too early")

    def _inflate(self, data: bytes) -> None:
        if self._name == "deflate" and self._received == len(data) and data[0] & 0x0F != zlib.DEFLATED:
            self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)  # deflate without the zlib wrapper, as some servers do
            self._name = "raw deflate"
        assert self._inflater is not None
        # one byte more than allowed is enough to know
        self._into += self._inflater.decompress(data, self._limit + 1 - len(self._into))
        self._check(len(self._into))
        if self._inflater.unused_data:
            raise WireFailure("protocol", f"something follows the end of the {self._name} body")

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise WireFailure("body-too-large", f"the body is larger than {self._limit:,} bytes")


def _inflater(name: str) -> zlib._Decompress:
    if name in ("gzip", "x-gzip"):
        return zlib.decompressobj(_GZIP)
    if name == "deflate":
        return zlib.decompressobj()
    raise WireFailure("protocol", f"Content-Encoding {name[:40]!r} was not asked for")
